//! The only table from failure to status (protocol.md B22).

use http::StatusCode;
use source::FailureKind;

/// The status that tells go what it may conclude.
///
/// A failure to find out must never look like "does not exist": a 404 sends clients on to the next member of their
/// list, `direct` included, as if this server had spoken with authority.
pub(crate) fn status_of(kind: FailureKind) -> StatusCode {
    match kind {
        FailureKind::NotFound => StatusCode::NOT_FOUND,
        FailureKind::Refused => StatusCode::FORBIDDEN,
        FailureKind::Unavailable | FailureKind::Mismatch => StatusCode::BAD_GATEWAY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upstream_failure_is_5xx_and_never_404() {
        for kind in [FailureKind::Unavailable, FailureKind::Mismatch] {
            assert!(status_of(kind).is_server_error());
        }
        assert_eq!(status_of(FailureKind::NotFound), 404);
        assert_eq!(status_of(FailureKind::Refused), 403);
    }
}
