//! What svn's complaints mean: by its numbers, which no language changes.

use crate::access::{Cause, Complaint, cause_by, one_line};
use crate::exec::ExecError;

/// Signs of complaints, in lower case. The first row with a sign in the text decides.
const WORDS: &[(Cause, &[&str])] = &[
    (Cause::Moved, &["e170011"]),
    (
        Cause::NoRights,
        &["e170001", "e215004", "e175013", "e220004", "authorization failed", "permission denied"],
    ),
    // The certificate comes before the failure to connect that it causes.
    (Cause::Unreachable, &["e230001", "host key verification failed", "e120106"]),
    (Cause::Silent, &["e000110", "e175012", "timed out"]),
    (Cause::Missing, &["e210005", "unable to open repository"]),
    (Cause::Absent, &["e160013", "w160013", "e160006", "e195007", "w195007", "e170000", "e160005"]),
    (
        Cause::Unreachable,
        &[
            "e000111",
            "e000104",
            "e000101",
            "e000113",
            "e000032",
            "e670",
            "e210002",
            "e210004",
            "e170013",
            "e175002",
            "e175003",
            "e175009",
            "e731001",
            "could not resolve",
            "connection refused",
            "connection closed",
        ],
    ),
];

/// What a failed call means.
pub(super) fn of(error: &ExecError) -> Complaint {
    match error {
        ExecError::Failed { stderr, .. } => {
            Complaint { cause: cause_by(WORDS, stderr), message: one_line(stderr, |_| false) }
        }
        ExecError::Deadline { .. } => Complaint { cause: Cause::Silent, message: error.to_string() },
        ExecError::TooMuchOutput { .. } => Complaint { cause: Cause::TooLarge, message: error.to_string() },
        _ => Complaint { cause: Cause::Other, message: error.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_are_understood() {
        let known = [
            ("svn: E160006: No such revision 99", Cause::Absent),
            ("svn: E160013: File not found: revision 1, path '/none'", Cause::Absent),
            ("svn: warning: W160013: '/none' path not found\nsvn: E200009: Could not cat all", Cause::Absent),
            (
                "svn: warning: W195007: URL 'x' refers to a directory\nsvn: E200009: Could not cat all",
                Cause::Absent,
            ),
            ("svn: E170000: URL 'x' doesn't exist", Cause::Absent),
            (
                "svn: E170013: Unable to connect\nsvn: E180001: Unable to open repository 'file:///tmp/none'",
                Cause::Missing,
            ),
            (
                "svn: E170013: Unable to connect\nsvn: E210005: No repository found in 'svn://h/x'",
                Cause::Missing,
            ),
            ("svn: E170013: Unable to connect\nsvn: E000111: Connection refused", Cause::Unreachable),
            ("svn: E170013: Unable to connect\nsvn: E670002: Unknown hostname 'h'", Cause::Unreachable),
            (
                "svn: E170013: Unable to connect\nsvn: E230001: Server SSL certificate verification failed",
                Cause::Unreachable,
            ),
            ("svn: E170013: Unable to connect\nsvn: E215004: No more credentials", Cause::NoRights),
            ("svn: E170001: Authorization failed", Cause::NoRights),
            (
                "svn@h: Permission denied (publickey).\nsvn: E170013: Unable\nsvn: E210002: Network connection closed",
                Cause::NoRights,
            ),
            ("svn: E170011: Repository moved temporarily to 'http://h/'", Cause::Moved),
            ("svn: E200030: sqlite", Cause::Other),
        ];
        for (text, cause) in known {
            assert_eq!(cause_by(WORDS, text), cause, "{text}");
        }
    }
}
