//! What git's complaints mean. They are read in English: every call sets the language.

use crate::access::{Cause, Complaint, cause_by, one_line};
use crate::exec::ExecError;

/// Words of complaints, in lower case. The first row with a word in the text decides.
const WORDS: &[(Cause, &[&str])] = &[
    (
        Cause::Damage,
        &[
            "is corrupt",
            "inflate:",
            "hash mismatch",
            "sha1 mismatch",
            "not a git repository",
            "bad config",
            "bad object",
            "bad tree",
            "unable to read",
            "cannot read",
            "could not read object",
            "invalid object",
            "loose object",
            "missing blob",
            "missing tree",
            "missing commit",
            "failed to read object",
            "is far too short",
            "wrong index v2 file size",
            "bad shallow",
            "shallow file has changed",
            "unresolved delta",
            "did not send all necessary objects",
            "does not match index",
            "cannot be accessed",
            "is not a git packfile",
            "mismatched algorithms",
        ],
    ),
    (
        Cause::Moved,
        &[
            "returned error: 301",
            "returned error: 302",
            "returned error: 303",
            "returned error: 307",
            "returned error: 308",
        ],
    ),
    (
        Cause::NoRights,
        &[
            "authentication failed",
            "could not read username",
            "could not read password",
            "permission denied (",
            "returned error: 401",
            "returned error: 403",
            "access denied",
            "not authorized",
            "' not allowed",
        ],
    ),
    (
        Cause::Missing,
        &[
            "repository not found",
            "' not found",
            "does not exist",
            "does not appear to be a git repository",
            "returned error: 404",
            "returned error: 410",
            "could not be found",
            "repository not exported",
        ],
    ),
    (Cause::Silent, &["timed out", "too slow", "timeout, server"]),
    (
        Cause::Unreachable,
        &[
            "could not resolve",
            "connection refused",
            "connection reset",
            "connection closed",
            "network is unreachable",
            "no route to host",
            "failed to connect",
            "couldn't connect",
            "certificate",
            "ssl",
            "gnutls",
            "tls",
            "host key verification failed",
            "kex_exchange",
            "early eof",
            "unexpected eof",
            "hung up",
            "unexpected disconnect",
            "rpc failed",
            "returned error: 5",
            "returned error: 429",
            "remote helper",
            "could not read from remote repository",
            "unable to access",
        ],
    ),
];

impl Complaint {
    /// What a failed call of git means.
    pub(super) fn of(error: &ExecError) -> Self {
        match error {
            ExecError::Failed { stderr, .. } => Self { cause: cause_of(stderr), message: told(stderr) },
            ExecError::Deadline { .. } => Self { cause: Cause::Silent, message: error.to_string() },
            _ => Self { cause: Cause::Other, message: error.to_string() },
        }
    }
}

/// What a complaint is about.
pub(super) fn cause_of(stderr: &str) -> Cause {
    cause_by(WORDS, stderr)
}

/// The lines that say something, as one.
pub(super) fn told(stderr: &str) -> String {
    one_line(stderr, is_padding)
}

/// What git and ssh say in every case.
fn is_padding(line: &str) -> bool {
    let padding = [
        "Please make sure you have the correct access rights",
        "and the repository exists.",
        "fatal: Could not read from remote repository.",
        "Warning: Permanently added",
        "Cloning into",
    ];
    padding.iter().any(|known| line.starts_with(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_are_understood() {
        let known = [
            ("remote: Repository not found.\nfatal: repository 'https://h/a/b/' not found", Cause::Missing),
            ("ERROR: Repository not found.\nfatal: Could not read from remote repository.", Cause::Missing),
            (
                "fatal: '/srv/x' does not appear to be a git repository\nfatal: Could not read from remote repository.",
                Cause::Missing,
            ),
            ("fatal: could not read Username for 'https://h': terminal prompts disabled", Cause::NoRights),
            ("fatal: Authentication failed for 'https://h/a/'", Cause::NoRights),
            (
                "git@h: Permission denied (publickey).\nfatal: Could not read from remote repository.",
                Cause::NoRights,
            ),
            ("fatal: transport 'file' not allowed", Cause::NoRights),
            ("fatal: unable to access 'https://h/': The requested URL returned error: 301", Cause::Moved),
            (
                "fatal: unable to access 'https://h/': The requested URL returned error: 503",
                Cause::Unreachable,
            ),
            ("fatal: unable to access 'https://h/': Could not resolve host: h", Cause::Unreachable),
            (
                "fatal: unable to access 'https://h/': server certificate verification failed. CAfile: none",
                Cause::Unreachable,
            ),
            (
                "Host key verification failed.\nfatal: Could not read from remote repository.",
                Cause::Unreachable,
            ),
            ("ssh: connect to host h port 22: Connection timed out", Cause::Silent),
            ("fatal: early EOF\nfatal: fetch-pack: invalid index-pack output", Cause::Unreachable),
            ("error: inflate: data stream error (incorrect data check)", Cause::Damage),
            ("fatal: not a git repository: '/x'", Cause::Damage),
            ("fatal: remote error: upload-pack: not our ref 11", Cause::Other),
            ("fatal: dumb http transport does not support shallow capabilities", Cause::Other),
            ("fatal: couldn't find remote ref refs/tags/v9", Cause::Other),
        ];
        for (text, cause) in known {
            assert_eq!(cause_of(text), cause, "{text}");
        }
    }

    #[test]
    fn what_is_told_is_one_line() {
        let text = "ssh: no\u{7} route\n\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n";
        assert_eq!(told(text), "ssh: no route");
        assert_eq!(told(&"x".repeat(1000)).len(), 300);
    }
}
