//! Who was asked, what came of it and how long it took (house.md, invariant 6).
//!
//! Every answer and every failure carries its trail, so that "which place answered, and why did those before it not"
//! never has to be guessed from a log.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::FailureKind;

/// The name of a place that answers for modules, as people may see it: a URL without credentials, `kept`, `cache`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(Arc<str>);

impl Origin {
    /// A place by its display name. The name goes into logs, headers and error texts: it must hold no secret.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }

    /// The display name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One place's part in finding an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The place that was asked.
    pub origin: Origin,
    /// `None` when the place answered, else how it failed.
    pub failed: Option<FailureKind>,
    /// What happened, in one sentence without a final stop; empty for an answer of which nothing more is to be said.
    pub note: Arc<str>,
    /// How long the place was waited for.
    pub took: Duration,
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, failed, note, took } = self;
        match failed {
            None if note.is_empty() => write!(f, "{origin}: answered ({} ms)", took.as_millis()),
            None => write!(f, "{origin}: answered: {note} ({} ms)", took.as_millis()),
            Some(kind) => write!(f, "{origin}: {kind}: {note} ({} ms)", took.as_millis()),
        }
    }
}

/// All attempts made for one question, in the order in which their results were looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trail {
    attempts: Vec<Attempt>,
    retold: bool,
}

impl Trail {
    /// A trail of a single attempt.
    pub fn of(attempt: Attempt) -> Self {
        Self { attempts: vec![attempt], retold: false }
    }

    /// The attempts, first asked first.
    pub fn attempts(&self) -> &[Attempt] {
        &self.attempts
    }

    /// Whether nobody was asked: what is kept answers without a trail.
    pub fn is_empty(&self) -> bool {
        self.attempts.is_empty()
    }

    /// Appends what happened later.
    pub fn extend(&mut self, later: Self) {
        if !later.is_empty() {
            self.retold = later.retold && (self.is_empty() || self.retold);
        }
        self.attempts.extend(later.attempts);
    }

    /// The same trail for somebody on whose behalf nobody was asked: it was told to another before.
    #[must_use]
    pub fn retold(self) -> Self {
        Self { retold: true, ..self }
    }

    /// Whether the attempts were made for somebody else, who was told of them. Who counts attempts leaves these out.
    pub fn is_retold(&self) -> bool {
        self.retold
    }
}

impl fmt::Display for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, attempt) in self.attempts.iter().enumerate() {
            if i > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{attempt}")?;
        }
        Ok(())
    }
}
