//! What hg's complaints mean.

use crate::access::{Cause, Complaint, cause_by, one_line};
use crate::exec::ExecError;

/// How hg ends when it says no: nothing to tell, no such file.
const NOTHING: i32 = 1;

/// Words of complaints, in lower case. The first row with a word in the text decides.
const WORDS: &[(Cause, &[&str])] = &[
    (
        Cause::Damage,
        &[
            "abandoned transaction",
            "integrity check failed",
            "is corrupted",
            "unknown parent",
            "no node",
            "no match found",
            "partial read of revlog",
            "unknown format",
            "unknown version",
            "requires features unknown",
            "repository is unrelated",
            "has no .hg/requires",
        ],
    ),
    (
        Cause::Moved,
        &["http error 301", "http error 302", "http error 303", "http error 307", "http error 308"],
    ),
    (
        Cause::NoRights,
        &[
            "authorization failed",
            "authorization required",
            "http error 401",
            "http error 403",
            "permission denied",
        ],
    ),
    (Cause::Missing, &["http error 404", "http error 410", "repository not found", " not found"]),
    (Cause::Silent, &["timed out"]),
    (
        Cause::Unreachable,
        &[
            "connection refused",
            "connection reset",
            "connection closed",
            "not known",
            "name resolution",
            "network is unreachable",
            "no route to host",
            "certificate",
            "ssl",
            "host key verification failed",
            "stream ended unexpectedly",
            "no suitable response",
            "does not appear to be an hg repository",
            "http error 5",
            "http error 429",
            "bad http status line",
        ],
    ),
];

/// What a failed call means.
pub(super) fn of(error: &ExecError) -> Complaint {
    match error {
        ExecError::Failed { status, stderr, .. } if status.code() == Some(NOTHING) => {
            Complaint { cause: Cause::Absent, message: one_line(stderr, is_padding) }
        }
        ExecError::Failed { stderr, .. } => {
            Complaint { cause: cause_by(WORDS, stderr), message: one_line(stderr, is_padding) }
        }
        ExecError::Deadline { .. } => Complaint { cause: Cause::Silent, message: error.to_string() },
        ExecError::TooMuchOutput { .. } => Complaint { cause: Cause::TooLarge, message: error.to_string() },
        _ => Complaint { cause: Cause::Other, message: error.to_string() },
    }
}

/// What hg says in every case.
fn is_padding(line: &str) -> bool {
    ["Warning: Permanently added", "(run '", "(check "].iter().any(|known| line.starts_with(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_are_understood() {
        let known = [
            ("abort: HTTP Error 404: Not Found", Cause::Missing),
            ("abort: repository /srv/x not found", Cause::Missing),
            (
                "remote: abort: repository x not found\nabort: no suitable response from remote hg",
                Cause::Missing,
            ),
            ("abort: authorization failed", Cause::NoRights),
            (
                "remote: git@h: Permission denied (publickey).\nabort: no suitable response from remote hg",
                Cause::NoRights,
            ),
            ("abort: error: Connection refused", Cause::Unreachable),
            ("abort: error: Name or service not known", Cause::Unreachable),
            ("abort: error: certificate verify failed (_ssl.c:1007)", Cause::Unreachable),
            ("abort: HTTP Error 502: Bad Gateway", Cause::Unreachable),
            ("abort: HTTP Error 301: Moved Permanently", Cause::Moved),
            ("abort: error: timed out", Cause::Silent),
            ("abort: abandoned transaction found\n(run 'hg recover' to clean up transaction)", Cause::Damage),
            ("abort: data/a.i@1234: no node", Cause::Damage),
            ("abort: something else", Cause::Other),
        ];
        for (text, cause) in known {
            assert_eq!(cause_by(WORDS, text), cause, "{text}");
        }
    }
}
