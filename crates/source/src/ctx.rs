//! What a question brings along: until when it may take, how fresh the answer must be, and who watches it.

use std::time::Duration;

use tokio::time::Instant;

use crate::{Arrivals, Progress};

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

/// Whether somebody waits for an answer. What nobody waits for is asked once of a place, and what it refuses is not held against it: much may be
/// asked at a time, and that alone may be what makes a place refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Urgency {
    /// Nobody has asked for it yet, and perhaps nobody will: only proxies are asked, one after the other ([`Ahead`](crate::Ahead)).
    Ahead,
    /// It will be asked for in a moment ([`Held`](crate::Held)).
    Foreseen,
    /// Somebody waits.
    #[default]
    Wanted,
}

/// The circumstances of one question.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// When the asker stops waiting. A source that is not done by then fails as `Unavailable`.
    pub deadline: Instant,
    /// Which answers are good enough.
    pub want: Want,
    /// Told how far the answer has come, where somebody wants to know.
    pub progress: Option<Progress>,
    /// Where a zip is shown while it comes in, when somebody may send it on before it is whole.
    pub arrivals: Option<Arrivals>,
    /// Whether nobody else can answer when this source fails: then a place is tried harder, and one that has only been slow
    /// or unsteady is asked all the same.
    pub last_resort: bool,
    /// Whether the asker has others to ask when this source fails, so that none of its places is a last resort.
    pub others_follow: bool,
    /// Whether somebody waits for it.
    pub urgency: Urgency,
}

impl Ctx {
    /// A question that may take as long as `patience`, with the usual freshness, watched by nobody.
    pub fn within(patience: Duration) -> Self {
        let deadline = Instant::now() + patience;
        Self {
            deadline,
            want: Want::Usual,
            progress: None,
            arrivals: None,
            last_resort: false,
            others_follow: false,
            urgency: Urgency::Wanted,
        }
    }

    /// The same question with another wish for freshness.
    #[must_use]
    pub fn wanting(self, want: Want) -> Self {
        Self { want, ..self }
    }

    /// The same question, with the word whether the asker has others to ask.
    #[must_use]
    pub fn with_others(self, others_follow: bool) -> Self {
        Self { others_follow, ..self }
    }

    /// The same question, asked before anybody wants to know ([`Urgency::Ahead`]).
    #[must_use]
    pub fn ahead(self) -> Self {
        Self { urgency: Urgency::Ahead, others_follow: true, ..self }
    }

    /// The same question, asked a moment before somebody will ([`Urgency::Foreseen`]).
    #[must_use]
    pub fn foreseen(self) -> Self {
        Self { urgency: Urgency::Foreseen, ..self }
    }

    /// Whether it is asked ahead of all askers.
    pub fn is_ahead(&self) -> bool {
        self.urgency == Urgency::Ahead
    }

    /// Whether somebody waits for the answer.
    pub fn is_wanted(&self) -> bool {
        self.urgency == Urgency::Wanted
    }

    /// The same question for one of several places: watched, and with the word whether it is the last that can answer.
    #[must_use]
    pub fn watched(&self, progress: Progress, last_resort: bool) -> Self {
        Self { progress: Some(progress), last_resort, ..self.clone() }
    }

    /// The same question, with a place where what comes in is shown.
    #[must_use]
    pub fn showing(self, arrivals: Option<Arrivals>) -> Self {
        Self { arrivals, ..self }
    }

    /// The time that is left; zero when the deadline has passed.
    pub fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// Whether the asker has stopped waiting.
    pub fn is_over(&self) -> bool {
        self.left().is_zero()
    }
}
