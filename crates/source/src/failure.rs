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

impl FailureKind {
    /// The word for it where words have no spaces: in metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Refused => "refused",
            Self::Unavailable => "unavailable",
            Self::Mismatch => "mismatch",
        }
    }
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

/// What a failure says about its place, beyond the one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Symptom {
    /// It gave an answer that was no good: a bad status, a cut body, a page. That may be about this one thing.
    BadAnswer,
    /// It could not be reached, and that was known quickly.
    Unreachable,
    /// It was waited for in vain until a deadline passed: the next question would most likely take as long.
    Silent,
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
    symptom: Symptom,
    retry_after: Option<Duration>,
    passed_over: bool,
    trail: Trail,
}

impl Failure {
    /// A failure of one place. The message is a sentence without a final stop that says what happened; it may go to the client
    /// and into logs, and may quote what a stranger sent, so that it is made one line of at most 1,000 characters.
    pub fn new(kind: FailureKind, origin: &Origin, message: impl AsRef<str>, took: Duration) -> Self {
        let message: Arc<str> = one_line(message.as_ref()).into();
        let attempt = Attempt { origin: origin.clone(), failed: Some(kind), note: message.clone(), took };
        let retry = if kind == FailureKind::Unavailable { Retry::MayHelp } else { Retry::Useless };
        let symptom = Symptom::BadAnswer;
        let (origin, trail) = (origin.clone(), Trail::of(attempt));
        Self(Arc::new(Inner {
            kind,
            origin,
            message,
            retry,
            symptom,
            retry_after: None,
            passed_over: false,
            trail,
        }))
    }

    /// A [`FailureKind::NotFound`] of one place.
    pub fn not_found(origin: &Origin, message: impl AsRef<str>, took: Duration) -> Self {
        Self::new(FailureKind::NotFound, origin, message, took)
    }

    /// A [`FailureKind::Unavailable`] of one place.
    pub fn unavailable(origin: &Origin, message: impl AsRef<str>, took: Duration) -> Self {
        Self::new(FailureKind::Unavailable, origin, message, took)
    }

    /// The same failure with the word that another try is useless (an https to http redirect, say).
    #[must_use]
    pub fn permanent(mut self) -> Self {
        Arc::make_mut(&mut self.0).retry = Retry::Useless;
        self
    }

    /// The same failure, with what it says about the place.
    #[must_use]
    pub fn with_symptom(mut self, symptom: Symptom) -> Self {
        Arc::make_mut(&mut self.0).symptom = symptom;
        self
    }

    /// The same failure, with the time after which the place wants to be asked again, where it named one.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        Arc::make_mut(&mut self.0).retry_after = wait;
        self
    }

    /// The same failure, with the word that the place was not asked, but may be when nobody else can answer.
    #[must_use]
    pub fn passed_over(self) -> Self {
        let mut failure = self.permanent();
        Arc::make_mut(&mut failure.0).passed_over = true;
        failure
    }

    /// The same failure, after so many attempts that took so long together.
    #[must_use]
    pub fn after_attempts(self, attempts: u32, took: Duration) -> Self {
        if attempts < 2 {
            return self;
        }
        let Inner { kind, origin, message, retry, symptom, retry_after, .. } = &*self.0;
        let message = format!("{message} (asked {attempts} times)");
        let mut told = Self::new(*kind, origin, message, took);
        let inner = Arc::make_mut(&mut told.0);
        (inner.retry, inner.symptom, inner.retry_after) = (*retry, *symptom, *retry_after);
        told
    }

    /// The same failure, told with the whole trail of the search that it ended.
    #[must_use]
    pub fn with_trail(mut self, trail: Trail) -> Self {
        Arc::make_mut(&mut self.0).trail = trail;
        self
    }

    /// The same failure for somebody on whose behalf nobody was asked ([`Trail::retold`]).
    #[must_use]
    pub fn retold(self) -> Self {
        let trail = self.trail().clone().retold();
        self.with_trail(trail)
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

    /// What it says about the place.
    pub fn symptom(&self) -> Symptom {
        self.0.symptom
    }

    /// After what time the place wants to be asked again (`Retry-After`), where it named one.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Whether the place was not asked, but may be when nobody else can answer.
    pub fn is_passed_over(&self) -> bool {
        self.0.passed_over
    }

    /// Everybody who was asked, this place included.
    pub fn trail(&self) -> &Trail {
        &self.0.trail
    }
}

/// Characters of a message beyond which nobody reads on, and a log would only be flooded.
const MESSAGE_CHARS_MAX: usize = 1000;

/// The text without anything that could begin a new line, reorder it or hide in it: what a stranger sent must not forge a
/// line of a log, and go drops an error text whole when it holds such a character (protocol.md B12).
fn one_line(text: &str) -> String {
    let shown = |c: char| if c.is_control() || is_invisible(c) { ' ' } else { c };
    let mut line: String = text.chars().take(MESSAGE_CHARS_MAX).map(shown).collect();
    if text.chars().nth(MESSAGE_CHARS_MAX).is_some() {
        line.push('…');
    }
    line
}

/// Line and paragraph separators, and the marks that change direction or join without being seen.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
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
    fn a_strangers_words_cannot_forge_a_line() {
        let said = "v1.0.0\n2026-01-01 ERROR forged\u{202e}\u{2028}x";
        let failure = Failure::unavailable(&Origin::new("place"), said, Duration::ZERO);
        assert_eq!(failure.message(), "v1.0.0 2026-01-01 ERROR forged  x");
        let long = Failure::unavailable(&Origin::new("place"), "é".repeat(5000), Duration::ZERO);
        assert_eq!(long.message().chars().count(), MESSAGE_CHARS_MAX + 1);
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
