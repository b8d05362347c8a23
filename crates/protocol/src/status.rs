//! The only table from failure to status (protocol.md B22).

use http::StatusCode;
use source::FailureKind;

use crate::options::UnavailableStatus;

/// The status that tells go what it may conclude.
///
/// A failure to find out must never look like "does not exist": a 404 sends clients on to the next member of their
/// list, `direct` included, as if this server had spoken with authority. Whoever runs the server may want just that, and
/// says so by `unavailable`; a checksum that does not match is not theirs to hide.
pub(crate) fn status_of(kind: FailureKind, unavailable: UnavailableStatus) -> StatusCode {
    let could_not_find_out = match unavailable {
        UnavailableStatus::BadGateway => StatusCode::BAD_GATEWAY,
        UnavailableStatus::NotFound => StatusCode::NOT_FOUND,
    };
    match kind {
        FailureKind::NotFound => StatusCode::NOT_FOUND,
        FailureKind::Refused => StatusCode::FORBIDDEN,
        FailureKind::Unavailable => could_not_find_out,
        FailureKind::Mismatch => StatusCode::BAD_GATEWAY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_failure_is_5xx_and_never_404() {
        let usual = |kind| status_of(kind, UnavailableStatus::default());
        for kind in [FailureKind::Unavailable, FailureKind::Mismatch] {
            assert!(usual(kind).is_server_error());
        }
        assert_eq!(usual(FailureKind::NotFound), 404);
        assert_eq!(usual(FailureKind::Refused), 403);
    }

    #[test]
    fn only_an_outage_can_be_told_as_absence() {
        let mapped = |kind| status_of(kind, UnavailableStatus::NotFound);
        assert_eq!(mapped(FailureKind::Unavailable), 404);
        assert_eq!(mapped(FailureKind::Mismatch), 502);
        assert_eq!(mapped(FailureKind::Refused), 403);
    }
}
