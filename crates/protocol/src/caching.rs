//! How long caches between here and the client may repeat an answer (RFC 9111; protocol.md B21).

use std::time::Duration;

use http::HeaderValue;
use source::{FailureKind, Lifetime};

/// For what can never change: a year, the longest that caches take seriously.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// For what each client must ask about again.
const NO_CACHE: HeaderValue = HeaderValue::from_static("no-cache");

/// For what holds for this one client at this one moment.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// The values of `Cache-Control`, made once.
#[derive(Debug, Clone)]
pub(crate) struct Caching {
    mutable: HeaderValue,
}

impl Caching {
    /// What can change may be repeated for `repeat_for`.
    pub(crate) fn new(repeat_for: Duration) -> Self {
        Self { mutable: for_the_time_of(repeat_for) }
    }

    /// The value for an answer. What was to come from the store alone is older than what others get at the same address, so
    /// that no cache may give it to them.
    pub(crate) fn of_answer(&self, lifetime: Lifetime, kept_only: bool) -> HeaderValue {
        match lifetime {
            Lifetime::Immutable => IMMUTABLE,
            Lifetime::Mutable if kept_only => NO_STORE,
            Lifetime::Mutable => self.mutable.clone(),
        }
    }

    /// The value for a failure. Only an authority's "does not exist" may be repeated, and for others than who asked
    /// for what is kept.
    pub(crate) fn of_failure(&self, kind: FailureKind, kept_only: bool) -> HeaderValue {
        match kind {
            FailureKind::NotFound if !kept_only => self.mutable.clone(),
            _ => NO_STORE,
        }
    }

    /// The value for a request that asks nothing, by the answer's status.
    pub(crate) fn of_refusal(&self, is_not_found: bool) -> HeaderValue {
        self.of_failure(if is_not_found { FailureKind::NotFound } else { FailureKind::Refused }, false)
    }
}

/// May be repeated for `max_age`, in whole seconds; less than one is no time at all.
pub(crate) fn for_the_time_of(max_age: Duration) -> HeaderValue {
    match max_age.as_secs() {
        0 => NO_CACHE,
        seconds => HeaderValue::try_from(format!("public, max-age={seconds}")).unwrap_or(NO_CACHE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_change_is_repeated_for_the_time_that_was_chosen() {
        let value = |millis| Caching::new(Duration::from_millis(millis)).of_answer(Lifetime::Mutable, false);
        assert_eq!(value(10_000), "public, max-age=10");
        assert_eq!(value(0), "no-cache");
        assert_eq!(value(999), "no-cache");
        let caching = Caching::new(Duration::from_secs(10));
        assert_eq!(caching.of_answer(Lifetime::Immutable, true), IMMUTABLE);
        assert_eq!(caching.of_answer(Lifetime::Mutable, true), NO_STORE);
    }

    #[test]
    fn of_failures_only_the_word_of_an_authority_is_repeated() {
        let caching = Caching::new(Duration::from_secs(10));
        assert_eq!(caching.of_failure(FailureKind::NotFound, false), "public, max-age=10");
        assert_eq!(caching.of_failure(FailureKind::NotFound, true), NO_STORE);
        for kind in [FailureKind::Refused, FailureKind::Unavailable, FailureKind::Mismatch] {
            assert_eq!(caching.of_failure(kind, false), NO_STORE);
        }
    }
}
