//! The error model: four kinds of "no", and what each of them allows the caller to conclude.
//!
//! Kinds are about *knowledge*, not about HTTP: what is the answer worth, and may another place be asked? The one
//! table from kind to status lives in `protocol`; the one table from status to kind in [`upstream`](crate::upstream).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::{Attempt, Origin, Trail};

/// How a place failed to answer. The order is from least to most serious; a chain in which every place failed
/// reports the most serious kind, so that "could not find out" is never told as "does not exist".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FailureKind {
    /// An authority's word that the thing does not exist (404, 410). The next place may be asked.
    NotFound,
    /// An authority's "no" (401, 403, 451). Final, unless the list says `|`: nobody walks round a policy.
    Refused,
    /// Could not find out: 429, 5xx, timeout, TLS, DNS, a cut body, a 200 that is not what was asked for.
    Unavailable,
    /// The bytes are not the ones that a checksum vouches for. Final when no place has the right ones.
    Mismatch,
}

impl fmt::Display for FailureKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "not found",
            Self::Refused => "refused",
            Self::Unavailable => "unavailable",
            Self::Mismatch => "checksum mismatch",
        })
    }
}

/// Whether asking the same place again might end differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Retry {
    /// The cause may pass by itself: an outage, a cut connection, a full queue.
    MayHelp,
    /// The same question will get the same answer until somebody changes something.
    Useless,
}

/// Why there is no answer: kind, place, message, whether a retry may help, and what was tried for how long.
///
/// Cloning is cheap, because one failure is often told to many that wait for the same thing.
#[derive(Debug, Clone)]
pub struct Failure(Arc<Inner>);

#[derive(Debug, Clone)]
struct Inner {
    kind: FailureKind,
    origin: Origin,
    message: Arc<str>,
    retry: Retry,
    trail: Trail,
}

impl Failure {
    /// A failure of one place. The message is a sentence without a final stop that says what happened; it may go to the client.
    pub fn new(kind: FailureKind, origin: &Origin, message: impl Into<Arc<str>>, took: Duration) -> Self {
        let message = message.into();
        let attempt = Attempt { origin: origin.clone(), failed: Some(kind), note: message.clone(), took };
        let retry = if kind == FailureKind::Unavailable { Retry::MayHelp } else { Retry::Useless };
        Self(Arc::new(Inner { kind, origin: origin.clone(), message, retry, trail: Trail::of(attempt) }))
    }

    /// A [`FailureKind::NotFound`] of one place.
    pub fn not_found(origin: &Origin, message: impl Into<Arc<str>>, took: Duration) -> Self {
        Self::new(FailureKind::NotFound, origin, message, took)
    }

    /// A [`FailureKind::Unavailable`] of one place.
    pub fn unavailable(origin: &Origin, message: impl Into<Arc<str>>, took: Duration) -> Self {
        Self::new(FailureKind::Unavailable, origin, message, took)
    }

    /// The same failure with the word that another try is useless (an https to http redirect, say).
    #[must_use]
    pub fn permanent(mut self) -> Self {
        Arc::make_mut(&mut self.0).retry = Retry::Useless;
        self
    }

    /// The same failure, told with the whole trail of the search that it ended.
    #[must_use]
    pub fn with_trail(mut self, trail: Trail) -> Self {
        Arc::make_mut(&mut self.0).trail = trail;
        self
    }

    /// How the place failed.
    pub fn kind(&self) -> FailureKind {
        self.0.kind
    }

    /// The place whose failure this is.
    pub fn origin(&self) -> &Origin {
        &self.0.origin
    }

    /// What happened, in one sentence.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Whether a retry may help.
    pub fn retry(&self) -> Retry {
        self.0.retry
    }

    /// Everybody who was asked, this place included.
    pub fn trail(&self) -> &Trail {
        &self.0.trail
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.origin(), self.kind(), self.message())
    }
}

impl std::error::Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn not_being_able_to_find_out_outranks_an_authoritys_word() {
        use FailureKind::{Mismatch, NotFound, Refused, Unavailable};
        let mut kinds = [Mismatch, Unavailable, NotFound, Refused];
        kinds.sort();
        assert_eq!(kinds, [NotFound, Refused, Unavailable, Mismatch]);
    }

    #[test]
    fn only_what_may_pass_by_itself_is_worth_a_retry() {
        let origin = Origin::new("place");
        let of = |kind| Failure::new(kind, &origin, "x", Duration::ZERO).retry();
        assert_eq!(of(FailureKind::Unavailable), Retry::MayHelp);
        assert_eq!(of(FailureKind::NotFound), Retry::Useless);
        let downgrade = Failure::unavailable(&origin, "x", Duration::ZERO).permanent();
        assert_eq!(downgrade.retry(), Retry::Useless);
    }
}
