//! The only table from HTTP status to kind of failure (protocol.md B11, B22; house.md, contract of Source).

use std::time::Duration;

use http::{StatusCode, header};
use reqwest::Response;

use crate::FailureKind;

/// What a status other than 200 says about the thing that was asked for.
pub(super) fn kind_of(status: StatusCode) -> FailureKind {
    match status.as_u16() {
        404 | 410 => FailureKind::NotFound,
        401 | 403 | 451 => FailureKind::Refused,
        _ => FailureKind::Unavailable,
    }
}

/// Whether the same question may get another answer a moment later: a server in trouble, a full queue. Any other status that
/// is no answer stays what it is until somebody changes something.
pub(super) fn may_pass(status: StatusCode) -> bool {
    let is_hopeless = matches!(status.as_u16(), 501 | 505);
    matches!(status.as_u16(), 408 | 425 | 429) || (status.is_server_error() && !is_hopeless)
}

/// How long the place asks not to be asked, in seconds or as a date, which is compared with the place's own clock. Only 429 and 503 are about
/// the place: another modkeep says after how long to ask again also with a 502, about one module.
pub(super) fn retry_after(response: &Response) -> Option<Duration> {
    if !matches!(response.status().as_u16(), 429 | 503) {
        return None;
    }
    let text = |name| response.headers().get(name)?.to_str().ok();
    wait_of(text(header::RETRY_AFTER)?.trim(), text(header::DATE))
}

fn wait_of(retry_after: &str, date: Option<&str>) -> Option<Duration> {
    if let Ok(seconds) = retry_after.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(retry_after).ok()?;
    until.duration_since(httpdate::parse_http_date(date?).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_authority_can_say_that_something_does_not_exist_or_may_not_be_had() {
        for status in 201..600 {
            let expected = match status {
                404 | 410 => FailureKind::NotFound,
                401 | 403 | 451 => FailureKind::Refused,
                _ => FailureKind::Unavailable,
            };
            assert_eq!(kind_of(StatusCode::from_u16(status).unwrap()), expected, "{status}");
        }
    }

    #[test]
    fn a_wait_is_read_in_both_forms() {
        let date = Some("Tue, 24 Nov 2026 20:00:00 GMT");
        assert_eq!(wait_of("120", None), Some(Duration::from_mins(2)));
        assert_eq!(wait_of("Tue, 24 Nov 2026 20:00:07 GMT", date), Some(Duration::from_secs(7)));
        assert_eq!(wait_of("Tue, 24 Nov 2026 19:00:00 GMT", date), None);
        assert_eq!(wait_of("Tue, 24 Nov 2026 20:00:07 GMT", None), None);
        assert_eq!(wait_of("-5", date), None);
    }

    #[test]
    fn only_trouble_passes() {
        let passing = (100..600).filter(|code| may_pass(StatusCode::from_u16(*code).unwrap())).count();
        assert_eq!(passing, 3 + 98);
        assert!(may_pass(StatusCode::SERVICE_UNAVAILABLE) && !may_pass(StatusCode::BAD_REQUEST));
    }
}
