//! What makes sure that the rest of a zip belongs to its beginning (RFC 9110, sections 13.1.5 and 14).
//!
//! Bytes may be put together only when the place vouches that both parts are of one representation: a strong entity tag, or a
//! date of last change that is older than the answer itself. The check of the whole zip stands behind this.

use http::{HeaderMap, HeaderValue, StatusCode, header};
use reqwest::Response;

/// What is needed to go on with a body.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ticket {
    validator: HeaderValue,
    size: u64,
}

impl Ticket {
    /// From the head of a whole answer; `None` where the place does not offer ranges or names nothing to hold it to.
    pub(super) fn from_head(response: &Response) -> Option<Self> {
        Self::from_parts(response.headers(), response.content_length()?)
    }

    fn from_parts(headers: &HeaderMap, size: u64) -> Option<Self> {
        let offers = headers.get(header::ACCEPT_RANGES).is_some_and(|unit| unit == "bytes");
        let validator = strong_tag(headers).or_else(|| old_date(headers)).filter(|_| offers)?;
        Some(Self { validator: validator.clone(), size })
    }

    /// The header fields of a request for everything from this byte on, or for the whole if it has changed.
    pub(super) fn ask_from(&self, start: u64) -> HeaderMap {
        let mut headers = HeaderMap::new();
        if let Ok(range) = HeaderValue::try_from(format!("bytes={start}-")) {
            headers.insert(header::RANGE, range);
            headers.insert(header::IF_RANGE, self.validator.clone());
        }
        headers
    }

    /// Whether the response is exactly the rest from this byte on.
    pub(super) fn is_continued_by(&self, response: &Response, start: u64) -> bool {
        response.status() == StatusCode::PARTIAL_CONTENT && self.fits(response.headers(), start)
    }

    fn fits(&self, headers: &HeaderMap, start: u64) -> bool {
        let Some(last) = self.size.checked_sub(1) else { return false };
        let rest = format!("bytes {start}-{last}/{}", self.size);
        let is_plain = headers.get(header::CONTENT_ENCODING).is_none_or(|coding| coding == "identity");
        is_plain && headers.get(header::CONTENT_RANGE).is_some_and(|range| *range == *rest)
    }
}

fn strong_tag(headers: &HeaderMap) -> Option<&HeaderValue> {
    headers.get(header::ETAG).filter(|tag| tag.as_bytes().starts_with(b"\""))
}

/// Both dates count whole seconds: when they differ, the last change was at least a second before the answer.
fn old_date(headers: &HeaderMap) -> Option<&HeaderValue> {
    let date = headers.get(header::DATE)?;
    headers.get(header::LAST_MODIFIED).filter(|changed| *changed != date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderName;

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        fields
            .iter()
            .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse().unwrap()))
            .collect()
    }

    fn ticket(fields: &[(&'static str, &'static str)]) -> Option<Ticket> {
        Ticket::from_parts(&headers(fields), 100)
    }

    #[test]
    fn only_a_place_that_vouches_for_one_representation_is_gone_on_with() {
        let ranges = ("accept-ranges", "bytes");
        let (date, older) = ("Tue, 24 Nov 2026 20:00:00 GMT", "Tue, 24 Nov 2026 19:59:59 GMT");
        assert!(ticket(&[ranges, ("etag", "\"a\"")]).is_some());
        assert!(ticket(&[ranges, ("etag", "W/\"a\"")]).is_none());
        assert!(ticket(&[("etag", "\"a\"")]).is_none());
        assert!(ticket(&[ranges, ("date", date), ("last-modified", older)]).is_some());
        assert!(ticket(&[ranges, ("date", date), ("last-modified", date)]).is_none());
        assert!(ticket(&[ranges, ("last-modified", older)]).is_none());
    }

    #[test]
    fn the_rest_is_asked_for_and_nothing_else_is_taken_for_it() {
        let ticket = ticket(&[("accept-ranges", "bytes"), ("etag", "\"a\"")]).unwrap();
        let asked = ticket.ask_from(40);
        assert_eq!(
            (&asked["range"], &asked["if-range"]),
            (&"bytes=40-".parse().unwrap(), &"\"a\"".parse().unwrap())
        );
        assert!(ticket.fits(&headers(&[("content-range", "bytes 40-99/100")]), 40));
        for other in
            ["bytes 0-99/100", "bytes 41-99/100", "bytes 40-98/100", "bytes 40-99/101", "bytes 40-99/*"]
        {
            assert!(!ticket.fits(&headers(&[("content-range", other)]), 40), "{other}");
        }
        let gzip = headers(&[("content-range", "bytes 40-99/100"), ("content-encoding", "gzip")]);
        assert!(!ticket.fits(&gzip, 40));
    }
}
