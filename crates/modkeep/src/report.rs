//! How problems are told to a person: what happened, why, and what to do next.
//!
//! The form is fixed, so that a reader finds the same three things at the same place each time:
//!
//! ```text
//! error: cannot read modkeep.toml
//!   cause: permission denied
//!   help: make it readable for the user that runs modkeep
//! ```

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::io::{self, Write};

use crate::exit::Exit;

/// One thing that went wrong, or that deserves a warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What happened and where, without a full stop.
    pub message: String,
    /// Why, from the nearest reason to the root.
    pub causes: Vec<String>,
    /// What the reader can do about it.
    pub help: Option<String>,
}

impl Problem {
    /// A problem that has only a message yet.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), causes: Vec::new(), help: None }
    }

    /// A library's error with all its sources, outermost first. Some errors repeat their source in their own text; then
    /// it is not told a second time.
    pub fn from_error(error: &dyn Error) -> Self {
        let mut problem = Self::new(error.to_string());
        let mut told = problem.message.clone();
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            if !told.contains(&text) {
                problem.causes.push(text.clone());
                told = text;
            }
            source = cause.source();
        }
        problem
    }

    /// The same problem with one more reason behind it.
    #[must_use]
    pub fn because(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    /// The same problem with advice.
    #[must_use]
    pub fn advise(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Writes the problem under `label`, which is `error` or `warning`. Its texts may hold what a stranger has written.
    fn write(&self, label: &str, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{label}: {}", visible(&self.message))?;
        for cause in &self.causes {
            writeln!(out, "  cause: {}", visible(cause))?;
        }
        self.help.iter().try_for_each(|help| writeln!(out, "  help: {}", visible(help)))
    }
}

impl fmt::Display for Problem {
    /// The message and its causes in one line, for logs.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.message)?;
        self.causes.iter().try_for_each(|cause| write!(out, ": {cause}"))
    }
}

/// The text with escapes for what would have a terminal do something or would turn the direction of a line round. Line feeds stay:
/// what a program has said may have several lines.
fn visible(text: &str) -> Cow<'_, str> {
    if !text.contains(is_active) {
        return Cow::Borrowed(text);
    }
    let escaped = |c: char| if is_active(c) { c.escape_default().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(escaped).collect())
}

fn is_active(c: char) -> bool {
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || c.is_control() && !matches!(c, '\n' | '\t')
}

/// A command that did not succeed: the exit code, and everything that was wrong at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// What the process ends with.
    pub exit: Exit,
    /// What to print; empty when the command has already said all.
    pub problems: Vec<Problem>,
}

impl Failed {
    /// A failure with one problem.
    pub fn new(exit: Exit, problem: Problem) -> Self {
        Self { exit, problems: vec![problem] }
    }

    /// Whether there is something to be told: then a command that was to be run has not been.
    pub fn is_told(&self) -> bool {
        !self.problems.is_empty()
    }

    /// Prints all problems as errors.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        self.problems.iter().try_for_each(|problem| problem.write("error", out))
    }
}

impl From<io::Error> for Failed {
    /// An output that cannot be written to. A reader that has left (`modkeep man | head`) is no failure.
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self { exit: Exit::Ok, problems: Vec::new() };
        }
        Self::new(Exit::Failure, Problem::new("cannot write the output").because(error.to_string()))
    }
}

/// Prints each problem as a warning.
pub fn write_warnings(warnings: &[Problem], out: &mut dyn Write) -> io::Result<()> {
    warnings.iter().try_for_each(|warning| warning.write("warning", out))?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(failed: &Failed) -> String {
        let mut out = Vec::new();
        failed.write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_problem_is_printed_with_causes_and_help() {
        let problem = Problem::new("no").because("one").because("two").advise("do");
        assert_eq!(problem.to_string(), "no: one: two");
        let failed = Failed::new(Exit::Failure, problem);
        assert_eq!(printed(&failed), "error: no\n  cause: one\n  cause: two\n  help: do\n");
    }

    #[test]
    fn what_a_stranger_wrote_moves_no_cursor() {
        let problem = Problem::new("a\u{1b}[2Jb").because("one\n\ttwo\r").advise("\u{9b}31m \u{202e}ü");
        let told = printed(&Failed::new(Exit::Failure, problem.clone()));
        assert_eq!(told, "error: a\\u{1b}[2Jb\n  cause: one\n\ttwo\\r\n  help: \\u{9b}31m \\u{202e}ü\n");
        let mut out = Vec::new();
        write_warnings(&[problem], &mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), told.replacen("error", "warning", 1));
    }

    #[test]
    fn the_sources_of_an_error_become_causes() {
        #[derive(Debug, thiserror::Error)]
        #[error("outer")]
        struct Outer(#[source] io::Error);
        let problem = Problem::from_error(&Outer(io::Error::other("inner")));
        assert_eq!((problem.message.as_str(), problem.causes), ("outer", vec!["inner".to_owned()]));
    }

    #[test]
    fn a_source_that_the_error_repeats_is_told_once() {
        #[derive(Debug, thiserror::Error)]
        #[error("outer: {0}")]
        struct Outer(#[source] io::Error);
        let problem = Problem::from_error(&Outer(io::Error::other("inner")));
        assert_eq!((problem.message.as_str(), problem.causes), ("outer: inner", Vec::new()));
    }

    #[test]
    fn a_reader_that_has_left_is_no_failure() {
        let failed = Failed::from(io::Error::from(io::ErrorKind::BrokenPipe));
        assert_eq!((failed.exit, failed.problems.len()), (Exit::Ok, 0));
        assert_eq!(Failed::from(io::Error::other("full")).exit, Exit::Failure);
    }
}
