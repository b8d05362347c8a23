//! What git's complaints mean. They are read in English: every call sets the language.

use source::Symptom;

use crate::RepoError;
use crate::access::Way;
use crate::exec::ExecError;

/// How much of a complaint is told on.
const TOLD_CHARS: usize = 300;

/// Why git could not do what it was to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// The place says that there is no such repository.
    Missing,
    /// The place does not know us, or we may not.
    NoRights,
    /// The place sends us elsewhere.
    Moved,
    /// The place could not be reached, or the connection broke.
    Unreachable,
    /// It was waited for in vain.
    Silent,
    /// What is on our disk is broken.
    Damage,
    /// It is more than we take.
    TooLarge,
    /// Anything else: the place cannot do this, or does not have what was asked for.
    Other,
}

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

/// A failed call of git that went to the network.
#[derive(Debug, Clone)]
pub(super) struct Complaint {
    pub(super) cause: Cause,
    /// One line, without credentials.
    pub(super) message: String,
}

impl Complaint {
    /// What a failed call means.
    pub(super) fn of(error: &ExecError) -> Self {
        match error {
            ExecError::Failed { stderr, .. } => Self { cause: cause_of(stderr), message: told(stderr) },
            ExecError::Deadline { .. } => Self { cause: Cause::Silent, message: error.to_string() },
            _ => Self { cause: Cause::Other, message: error.to_string() },
        }
    }

    /// Whether another way may fare better.
    pub(super) fn is_about_the_way(&self) -> bool {
        !matches!(self.cause, Cause::Damage | Cause::TooLarge | Cause::Other)
    }

    /// As the error of a repository that is reached by this way.
    pub(super) fn into_error(self, way: &Way, has_credential: bool) -> RepoError {
        let (place, said) = (format!("{}://{}", way.scheme(), way.host()), self.message);
        match self.cause {
            Cause::Missing if way.is_web() && !has_credential => RepoError::not_found(format!(
                "{place} knows no such repository, or shows it to those alone that have a credential there: {said}"
            )),
            Cause::Missing => RepoError::not_found(format!("{place} knows no such repository: {said}")),
            Cause::NoRights if has_credential || !way.is_web() => {
                RepoError::refused(format!("{place} does not let us in: {said}"))
            }
            Cause::NoRights => RepoError::refused(format!(
                "{place} wants to know who we are: set a credential for it: {said}"
            )),
            Cause::Moved => RepoError::unavailable(format!(
                "{place} sends us to another address, which is not followed: name the new one for this prefix: {said}"
            )),
            Cause::Silent => RepoError::unavailable(format!("{place} does not answer: {said}"))
                .with_symptom(Symptom::Silent),
            Cause::Unreachable => RepoError::unavailable(format!("{place} cannot be reached: {said}"))
                .with_symptom(Symptom::Unreachable),
            Cause::TooLarge => RepoError::refused(format!("{place}: {said}")),
            Cause::Damage | Cause::Other => RepoError::unavailable(format!("{place}: {said}")),
        }
    }
}

/// What a complaint is about.
pub(super) fn cause_of(stderr: &str) -> Cause {
    let text = stderr.to_ascii_lowercase();
    let row = WORDS.iter().find(|(_, words)| words.iter().any(|word| text.contains(word)));
    row.map_or(Cause::Other, |(cause, _)| *cause)
}

/// The lines that say something, as one.
pub(super) fn told(stderr: &str) -> String {
    let lines = stderr.lines().map(str::trim).filter(|line| !line.is_empty() && !is_padding(line));
    let text = lines.collect::<Vec<_>>().join("; ");
    let text: String = text.chars().filter(|c| !c.is_control()).take(TOLD_CHARS).collect();
    if text.is_empty() { "git says nothing".into() } else { text }
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
