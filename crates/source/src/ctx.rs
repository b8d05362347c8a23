//! What a question brings along: until when it may take, and how fresh the answer must be.

use std::time::Duration;

use tokio::time::Instant;

/// Which answers are good enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Want {
    /// What is kept, for immutable things; the freshest, for mutable ones (house.md, invariant 1).
    #[default]
    Usual,
    /// Ask the places even when the thing is kept.
    Revalidate,
    /// Only what is kept; nobody is asked.
    KeptOnly,
}

/// The circumstances of one question.
#[derive(Debug, Clone, Copy)]
pub struct Ctx {
    /// When the asker stops waiting. A source that is not done by then fails as `Unavailable`.
    pub deadline: Instant,
    /// Which answers are good enough.
    pub want: Want,
}

impl Ctx {
    /// A question that may take as long as `patience`, with the usual freshness.
    pub fn within(patience: Duration) -> Self {
        Self { deadline: Instant::now() + patience, want: Want::Usual }
    }

    /// The same question with another wish for freshness.
    #[must_use]
    pub fn wanting(self, want: Want) -> Self {
        Self { want, ..self }
    }

    /// The time that is left; zero when the deadline has passed.
    pub fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }
}
