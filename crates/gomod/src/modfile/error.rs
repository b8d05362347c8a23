//! Why a go.mod or go.work file was refused, and where.

use std::fmt::{self, Write as _};

use super::text::Position;
use crate::version::VersionFlaw;

/// How many errors of a file are kept and printed. Whoever has mended so many reads the file again, and a file of nothing
/// but errors would give a message that is larger than itself.
pub const ERRORS_MAX: usize = 10;

/// The longest message of one problem, in bytes. Problems quote words of the file, and a word may be as long as the file.
pub(super) const MESSAGE_BYTES_MAX: usize = 1000;

/// One thing wrong with a go.mod file. Prints as `LINE:COLUMN: what`, to be put behind a file name and a colon; what is
/// over 1000 bytes long is cut.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{position}: {}", Cut(.problem))]
pub struct ParseError {
    /// Where: the place of a syntax error, or the start of the line whose meaning is wrong.
    pub position: Position,
    /// What.
    pub problem: Problem,
}

/// What is wrong with a go.mod file; never empty. A syntax error stands alone, because nothing behind it can be
/// trusted; lines whose meaning is wrong are collected (as go does), up to [`ERRORS_MAX`].
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ParseErrors {
    kept: Vec<ParseError>,
    more: usize,
}

impl ParseErrors {
    /// The first errors in the order of the file, [`ERRORS_MAX`] at most.
    pub fn iter(&self) -> std::slice::Iter<'_, ParseError> {
        self.kept.iter()
    }

    /// How many errors there are besides.
    pub fn more(&self) -> usize {
        self.more
    }

    pub(super) fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    pub(super) fn add(&mut self, error: ParseError) {
        if self.kept.len() < ERRORS_MAX {
            self.kept.push(error);
        } else {
            self.more += 1;
        }
    }
}

impl<'a> IntoIterator for &'a ParseErrors {
    type Item = &'a ParseError;
    type IntoIter = std::slice::Iter<'a, ParseError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// One error a line, and how many more there are.
impl fmt::Display for ParseErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.kept.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{error}")?;
        }
        if self.more > 0 { write!(f, "\nand {} more", self.more) } else { Ok(()) }
    }
}

impl std::error::Error for ParseErrors {}

impl From<ParseError> for ParseErrors {
    fn from(error: ParseError) -> Self {
        Self { kept: vec![error], more: 0 }
    }
}

/// Prints at most [`MESSAGE_BYTES_MAX`] bytes of a problem.
struct Cut<'a>(&'a Problem);

impl fmt::Display for Cut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut start = Start(String::new());
        // Fails when the start is full, which is no failure here.
        let _ = write!(start, "{}", self.0);
        f.write_str(&start.0)
    }
}

/// The start of a text: takes what fits and then nothing more.
struct Start(String);

impl fmt::Write for Start {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let left = MESSAGE_BYTES_MAX - self.0.len();
        if text.len() <= left {
            self.0.push_str(text);
            return Ok(());
        }
        self.0.push_str(&text[..text.floor_char_boundary(left.saturating_sub(ELLIPSIS.len()))]);
        self.0.push_str(ELLIPSIS);
        Err(fmt::Error)
    }
}

/// Stands for what was cut.
const ELLIPSIS: &str = "…";

/// What is wrong in one place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// `/*` outside a string.
    #[error("go.mod knows only // comments; write // instead of /*")]
    BlockComment,
    /// The file ends inside a string.
    #[error("this string has no closing quote")]
    UnterminatedString,
    /// A line ends inside a string.
    #[error("a string must end on the line it begins on; close its quote")]
    NewlineInString,
    /// A control character, a byte order mark or the like.
    #[error("unexpected character {0:?}; remove it or put it into double quotes as an escape")]
    UnexpectedCharacter(char),
    /// More than [`LINES_MAX`](super::LINES_MAX) lines or blocks.
    #[error("this file has more than {max} lines that count; remove lines", max = super::LINES_MAX)]
    TooManyLines,
    /// The file ends inside a block.
    #[error("the block that begins at {0} has no closing parenthesis")]
    UnterminatedBlock(Position),
    /// Something other than a comment behind a closing parenthesis.
    #[error("nothing but a comment may follow a closing parenthesis on its line")]
    TextAfterBlock,
    /// A block whose first words are no directive that can have a block.
    #[error("no block can begin with {0:?}")]
    UnknownBlock(String),
    /// A line whose first word is no directive.
    #[error("unknown directive {0:?}")]
    UnknownDirective(String),
    /// `module`, `go` or `toolchain` for a second time.
    #[error("a second {0} line; there can be only one")]
    Repeated(Directive),
    /// The wrong number or shape of words behind a directive.
    #[error("not the form of a {0} line, which is: {form}", form = .0.form())]
    Form(Directive),
    /// The wrong number of words behind `use` in a go.work file.
    #[error("not the form of a use line, which is: use ./directory")]
    UseForm,
    /// The word behind `go`.
    #[error("invalid go version {0:?}; write it as 1.23.0")]
    GoVersion(String),
    /// The word behind `toolchain`.
    #[error("invalid toolchain {0:?}; write it as go1.23.0, or default")]
    Toolchain(String),
    /// A double-quoted word that is no string literal.
    #[error("invalid string literal {0}")]
    BadLiteral(String),
    /// A quote inside a word that does not begin with a double quote.
    #[error("{0} holds a quote; only a whole word can be quoted, and with \" alone")]
    StrayQuote(String),
    /// A word that should be a version.
    #[error("{directive} {path}: invalid version {version:?}; it must have the form v1.2.3")]
    Version {
        /// Where it stands.
        directive: Directive,
        /// The module path before it.
        path: String,
        /// The word.
        version: String,
    },
    /// A module path with a malformed major version suffix (protocol.md A7, A8).
    #[error("invalid module path {0:?}: its major version suffix is malformed")]
    MajorSuffix(String),
    /// A version that contradicts the major version suffix of its path (protocol.md A9).
    #[error("{directive} {path}: version {flaw}")]
    WrongMajor {
        /// Where it stands.
        directive: Directive,
        /// The module path before it.
        path: String,
        /// What the path asks for, and what it got.
        flaw: VersionFlaw,
    },
    /// A replacement written `path@version`.
    #[error("{0:?} has an @; write the path and the version of a replacement as two words")]
    ReplacementAt(String),
    /// A replacement without version that is no directory.
    #[error("{0:?} has no version, so it must be a directory: begin it with / or ./ or ../")]
    ReplacementNeedsVersion(String),
    /// A replacement directory with a backslash. Always refused, as go refuses it outside Windows.
    #[error("the directory {0:?} is written the Windows way; write / instead of \\")]
    ReplacementBackslash(String),
    /// A replacement directory with a version.
    #[error("the directory {0:?} cannot have a version; remove it")]
    DirectoryWithVersion(String),
    /// A `retract` line that lacks the named part.
    #[error("expected {0} in a retract line, which is: {form}", form = Directive::Retract.form())]
    RetractExpected(&'static str),
    /// More words behind the version or interval of a `retract` line.
    #[error("unexpected {0:?} behind the version; give the reason in a // comment")]
    RetractExtra(String),
}

/// A directive of go.mod: the first word of a line or block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Directive {
    /// The path of this module.
    Module,
    /// The language version.
    Go,
    /// The toolchain wanted.
    Toolchain,
    /// A runtime setting.
    Godebug,
    /// A dependency.
    Require,
    /// A version never to be used.
    Exclude,
    /// A module to be taken from elsewhere.
    Replace,
    /// Versions of this module that should not have been published.
    Retract,
    /// A package that `go tool` runs.
    Tool,
    /// A directory that package patterns skip.
    Ignore,
}

impl Directive {
    /// Every directive, in the order of the reference manual.
    pub const ALL: [Self; 10] = [
        Self::Module,
        Self::Go,
        Self::Toolchain,
        Self::Godebug,
        Self::Require,
        Self::Exclude,
        Self::Replace,
        Self::Retract,
        Self::Tool,
        Self::Ignore,
    ];

    /// The word that stands in the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Module => "module",
            Self::Go => "go",
            Self::Toolchain => "toolchain",
            Self::Godebug => "godebug",
            Self::Require => "require",
            Self::Exclude => "exclude",
            Self::Replace => "replace",
            Self::Retract => "retract",
            Self::Tool => "tool",
            Self::Ignore => "ignore",
        }
    }

    /// The directive with this word; quotes make it another word.
    pub(super) fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|directive| directive.word() == word)
    }

    /// How a line of it is written.
    fn form(self) -> &'static str {
        match self {
            Self::Module => "module example.com/path",
            Self::Go => "go 1.23.0",
            Self::Toolchain => "toolchain go1.23.0",
            Self::Godebug => "godebug key=value",
            Self::Require => "require example.com/path v1.2.3",
            Self::Exclude => "exclude example.com/path v1.2.3",
            Self::Replace => {
                "replace example.com/path [v1.2.3] => example.com/other v1.4.0, or => ../directory"
            }
            Self::Retract => "retract v1.2.3, or retract [v1.2.3, v1.2.5]",
            Self::Tool => "tool example.com/path/package",
            Self::Ignore => "ignore directory",
        }
    }
}

/// The word of the directive.
impl fmt::Display for Directive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
