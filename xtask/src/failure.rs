//! The one error of this program: a sentence for the person who ran the chore.
//!
//! Nothing here is caught and handled by kind, so an enum would only be ceremony. What counts is that the
//! sentence says what failed and what to do next, and that no failed command ends in a backtrace.

use std::fmt;

/// Why a chore could not be done: complete sentences, shown after `xtask: `.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    /// A failure that is told by `message`.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Adds what was being done to an error of the standard library or of a parser.
pub(crate) trait Context<T> {
    /// Turns an error `e` into the failure "cannot `doing`: e".
    fn cannot(self, doing: impl fmt::Display) -> Result<T, Failure>;
}

impl<T, E: fmt::Display> Context<T> for Result<T, E> {
    fn cannot(self, doing: impl fmt::Display) -> Result<T, Failure> {
        self.map_err(|error| Failure(format!("cannot {doing}: {error}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn context_names_the_deed_and_the_cause() {
        let result: Result<(), Failure> = Err("disk full").cannot("write docs/cli.md");
        assert_eq!(result.unwrap_err().to_string(), "cannot write docs/cli.md: disk full");
    }
}
