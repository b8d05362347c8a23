//! Where a value came from. Shown by `config show`, and used to tell what a user asked for from what was only inherited.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::go::Found;
use crate::settings::Spec;

/// A place in a settings file, counted from 1. Columns count characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// The file.
    pub path: PathBuf,
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Position {
    /// The place of this byte of `text`, which is the content of the file `path`.
    pub fn of(path: &Path, text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        Self {
            path: path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}:{}", self.path.display(), self.line, self.column)
    }
}

/// Who set a value, strongest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A flag, by its key.
    Flag(&'static str),
    /// A `MODKEEP_…` variable, by its name.
    Variable(String),
    /// A settings file.
    File(Position),
    /// One of go's own settings, by its name.
    Go(&'static str, Found),
    /// Nobody: it follows the setting with this key.
    SameAs(&'static str),
    /// Nobody: the default.
    Default,
}

impl Origin {
    /// Whether somebody set this for modkeep. What is inherited from go or by default is not explicit: there a doubtful
    /// value deserves a warning where an explicit one deserves an error.
    pub fn is_explicit(&self) -> bool {
        matches!(self, Self::Flag(_) | Self::Variable(_) | Self::File(_))
    }

    /// The kind in one word, for JSON.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Flag(_) => "flag",
            Self::Variable(_) => "variable",
            Self::File(_) => "file",
            Self::Go(..) => "go",
            Self::SameAs(_) => "same-as",
            Self::Default => "default",
        }
    }

    /// What an error begins with: the position in a file, nothing for the rest.
    pub(crate) fn prefix(&self) -> String {
        match self {
            Self::File(position) => format!("{position}: "),
            _ => String::new(),
        }
    }

    /// What the user wrote to set it, for advice.
    pub(crate) fn name_of(&self, spec: &Spec) -> String {
        match self {
            Self::Flag(key) => format!("--{key}"),
            Self::Variable(name) => name.clone(),
            Self::Go(..) => self.to_string(),
            Self::File(_) | Self::SameAs(_) | Self::Default => format!("`{}`", spec.key),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(key) => write!(out, "--{key}"),
            Self::Variable(name) => out.write_str(name),
            Self::File(at) => write!(out, "{}:{}", at.path.display(), at.line),
            Self::Go(name, Found::Variable) => write!(out, "{name} in the environment"),
            Self::Go(name, Found::File(path)) => write!(out, "{name} in {}", path.display()),
            Self::SameAs(key) => write!(out, "same as {key}"),
            Self::Default => out.write_str("default"),
        }
    }
}
