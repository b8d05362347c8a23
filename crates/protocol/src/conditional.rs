//! Conditional requests: what a client that has something already wants to know (RFC 9110, section 13).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::entity_tag::{self, Comparison, EntityTag};

/// What tells two versions of an answer apart.
#[derive(Debug, Clone, Default)]
pub(crate) struct Validators {
    /// The name of these very bytes.
    pub(crate) tag: Option<EntityTag>,
    /// Since when they are what they are.
    pub(crate) modified: Option<SystemTime>,
}

/// What the conditions of a request come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The content is sent.
    Send,
    /// The client has it: 304.
    NotModified,
    /// The client wants it only if it were another: 412.
    Failed,
}

impl Validators {
    /// Judges the conditions in the order of RFC 9110, section 13.2.2. A date that is none is no condition, and a tag makes a
    /// date beside it meaningless.
    pub(crate) fn judge(&self, headers: &HeaderMap) -> Verdict {
        match self.names(headers, &header::IF_MATCH, Comparison::Strong) {
            Some(false) => return Verdict::Failed,
            None if self.is_newer_than(headers, &header::IF_UNMODIFIED_SINCE) == Some(true) => {
                return Verdict::Failed;
            }
            _ => {}
        }
        match self.names(headers, &header::IF_NONE_MATCH, Comparison::Weak) {
            Some(true) => Verdict::NotModified,
            None if self.is_newer_than(headers, &header::IF_MODIFIED_SINCE) == Some(false) => {
                Verdict::NotModified
            }
            _ => Verdict::Send,
        }
    }

    /// Whether a part may be sent: not to a client that has parts of other bytes (RFC 9110, section 13.1.5).
    pub(crate) fn allow_a_part(&self, headers: &HeaderMap) -> bool {
        let Some(value) = headers.get(header::IF_RANGE) else { return true };
        let is_tag = self.tag.as_ref().is_some_and(|tag| tag.is_exactly(value));
        is_tag || self.modified.is_some_and(|modified| date(value) == Some(whole_seconds(modified)))
    }

    /// The value of the `Last-Modified` header.
    pub(crate) fn last_modified(&self) -> Option<HeaderValue> {
        HeaderValue::try_from(httpdate::fmt_http_date(whole_seconds(self.modified?))).ok()
    }

    fn names(&self, headers: &HeaderMap, name: &HeaderName, comparison: Comparison) -> Option<bool> {
        entity_tag::names(headers, name, self.tag.as_ref(), comparison)
    }

    fn is_newer_than(&self, headers: &HeaderMap, name: &HeaderName) -> Option<bool> {
        Some(whole_seconds(self.modified?) > date(headers.get(name)?)?)
    }
}

fn date(value: &HeaderValue) -> Option<SystemTime> {
    httpdate::parse_http_date(value.to_str().ok()?).ok()
}

/// The time without what a date in a header cannot hold. What is before the dates that it can hold is their first.
fn whole_seconds(time: SystemTime) -> SystemTime {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    UNIX_EPOCH + Duration::from_secs(since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
    const THEN: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const AFTER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";

    fn validators() -> Validators {
        let then = httpdate::parse_http_date(THEN).unwrap() + Duration::from_millis(700);
        Validators { tag: EntityTag::of(&[0; 32], false), modified: Some(then) }
    }

    fn own_tag() -> String {
        validators().tag.unwrap().value().to_str().unwrap().to_owned()
    }

    fn headers(given: &[(HeaderName, &str)]) -> HeaderMap {
        given.iter().map(|(name, value)| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
    }

    fn judge(given: &[(HeaderName, &str)]) -> Verdict {
        validators().judge(&headers(given))
    }

    #[test]
    fn a_tag_is_asked_before_a_date() {
        use header::{IF_MODIFIED_SINCE, IF_NONE_MATCH};
        assert_eq!(judge(&[]), Verdict::Send);
        assert_eq!(judge(&[(IF_NONE_MATCH, &own_tag())]), Verdict::NotModified);
        assert_eq!(judge(&[(IF_NONE_MATCH, "\"x\""), (IF_MODIFIED_SINCE, AFTER)]), Verdict::Send);
        assert_eq!(judge(&[(IF_MODIFIED_SINCE, BEFORE)]), Verdict::Send);
        assert_eq!(judge(&[(IF_MODIFIED_SINCE, THEN)]), Verdict::NotModified);
        assert_eq!(judge(&[(IF_MODIFIED_SINCE, AFTER)]), Verdict::NotModified);
        assert_eq!(judge(&[(IF_MODIFIED_SINCE, "yesterday")]), Verdict::Send);
    }

    #[test]
    fn what_must_be_as_it_was_and_is_not_fails() {
        use header::{IF_MATCH, IF_NONE_MATCH, IF_UNMODIFIED_SINCE};
        assert_eq!(judge(&[(IF_MATCH, "\"x\"")]), Verdict::Failed);
        assert_eq!(judge(&[(IF_MATCH, "*")]), Verdict::Send);
        assert_eq!(judge(&[(IF_MATCH, &own_tag()), (IF_UNMODIFIED_SINCE, BEFORE)]), Verdict::Send);
        assert_eq!(judge(&[(IF_MATCH, &own_tag()), (IF_NONE_MATCH, "*")]), Verdict::NotModified);
        assert_eq!(judge(&[(IF_UNMODIFIED_SINCE, BEFORE)]), Verdict::Failed);
        assert_eq!(judge(&[(IF_UNMODIFIED_SINCE, THEN)]), Verdict::Send);
    }

    #[test]
    fn a_part_goes_only_to_who_has_the_rest_of_the_same_bytes() {
        let allows = |value: &str| validators().allow_a_part(&headers(&[(header::IF_RANGE, value)]));
        assert!(validators().allow_a_part(&HeaderMap::new()));
        assert!(allows(&own_tag()) && allows(THEN));
        assert!(!allows(&format!("W/{}", own_tag())), "a weak tag may name other bytes");
        assert!(!allows(AFTER) && !allows(BEFORE) && !allows("\"x\"") && !allows("x"));
    }

    #[test]
    fn without_validators_nothing_is_known_to_be_the_same() {
        let none = Validators::default();
        let of = |name, value| none.judge(&headers(&[(name, value)]));
        assert_eq!(of(header::IF_NONE_MATCH, "\"\""), Verdict::Send);
        assert_eq!(of(header::IF_MODIFIED_SINCE, AFTER), Verdict::Send);
        assert!(!none.allow_a_part(&headers(&[(header::IF_RANGE, THEN)])));
    }
}
