//! The only table from HTTP status to kind of failure (protocol.md B11, B22; house.md, contract of Source).

use http::StatusCode;

use crate::FailureKind;

/// What a status other than 200 says about the thing that was asked for.
pub(super) fn kind_of(status: StatusCode) -> FailureKind {
    match status.as_u16() {
        404 | 410 => FailureKind::NotFound,
        401 | 403 | 451 => FailureKind::Refused,
        _ => FailureKind::Unavailable,
    }
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
}
