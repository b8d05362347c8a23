//! Which commit a revision means (protocol.md D7).
//!
//! Where a name has more than one meaning, a tag comes before a branch, and a branch before a hash: go's own answer depends on
//! what it has fetched before.

use super::objects::is_lower_hex;
use super::refs::RemoteRefs;
use crate::RepoError;
use crate::repo::unknown_revision;

/// With fewer digits it is no hash to go.
const HASH_DIGITS_MIN: usize = 7;

/// Longer than any name that is meant.
const NAME_BYTES_MAX: usize = 1024;

/// What a revision means, as far as branches and tags tell.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A commit to which a branch or tag leads.
    Known {
        /// Its name.
        commit: String,
        /// The branch or tag: `Origin.Ref`.
        reference: String,
        /// The tag that the revision named.
        tag: Option<String>,
    },
    /// A hash, or the beginning of one, that is somewhere in the history or nowhere.
    Hash(String),
}

/// Looks a revision up.
///
/// # Errors
/// `NotFound` when it is neither a name that is known nor like a hash, `Refused` when it is the beginning of more than one hash.
pub(super) fn look_up(revision: &str, refs: &RemoteRefs) -> Result<Meaning, RepoError> {
    if !is_possible(revision) {
        return Err(unknown_revision(revision));
    }
    let names = [
        (format!("refs/tags/{revision}"), Some(revision)),
        (format!("refs/heads/{revision}"), None),
        (if revision == "HEAD" { "HEAD".into() } else { String::new() }, None),
    ];
    for (name, tag) in names {
        if let Some(known) = refs.refs.get(&name) {
            let (commit, tag) = (known.id.as_str().to_owned(), tag.map(str::to_owned));
            return Ok(Meaning::Known { commit, reference: name, tag });
        }
    }
    if is_hash_like(revision) { by_hash(revision, refs) } else { Err(unknown_revision(revision)) }
}

/// The branch or tag whose commit begins with these digits; of several on the same commit the first by name, as in go.
fn by_hash(digits: &str, refs: &RemoteRefs) -> Result<Meaning, RepoError> {
    let mut hits = refs.refs.iter().filter(|known| known.id.as_str().starts_with(digits));
    let Some(first) = hits.next() else { return Ok(Meaning::Hash(digits.to_owned())) };
    if hits.any(|other| other.id != first.id) {
        return Err(RepoError::refused(format!("the revision {digits} is ambiguous: write more digits")));
    }
    let (commit, reference) = (first.id.as_str().to_owned(), first.name.clone());
    Ok(Meaning::Known { commit, reference, tag: None })
}

/// Whether a branch or tag could have this name at all: nothing that a program could take for an option or for syntax.
pub(super) fn is_possible(revision: &str) -> bool {
    let is_odd = |c: char| c.is_control() || matches!(c, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\');
    !revision.is_empty()
        && revision.len() <= NAME_BYTES_MAX
        && !revision.starts_with('-')
        && !revision.contains("..")
        && !revision.contains("@{")
        && !revision.contains(is_odd)
}

/// Whether it is most likely a tag, so that it may be fetched before that is known for sure. Only plain names are.
pub(super) fn is_like_version_tag(revision: &str) -> bool {
    let last = revision.rsplit('/').next().unwrap_or_default();
    let is_version =
        last.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | '+');
    is_version
        && is_possible(revision)
        && revision.chars().all(is_plain)
        && revision.split('/').all(|part| {
            let has_lock = part.rsplit_once('.').is_some_and(|(_, end)| end == "lock");
            !part.is_empty() && !part.starts_with('.') && !part.ends_with('.') && !has_lock
        })
}

fn is_hash_like(revision: &str) -> bool {
    let is_long_enough = (HASH_DIGITS_MIN..=40).contains(&revision.len()) || revision.len() == 64;
    is_long_enough && is_lower_hex(revision)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refs() -> RemoteRefs {
        let (a, b, c) = ("abcdef0".repeat(6), "abcdef1".repeat(6), "1234567".repeat(6));
        let (a, b, c) = (&a[..40], &b[..40], &c[..40]);
        RemoteRefs::parse(&format!(
            "{a}\tHEAD\n{a}\trefs/heads/main\n{b}\trefs/heads/v1.0.0\n{c}\trefs/tags/v1.0.0\n\
             {c}\trefs/heads/deadbeef\n{a}\trefs/tags/sub/v1.2.3\n"
        ))
    }

    fn reference(revision: &str) -> Option<String> {
        match look_up(revision, &refs()).unwrap() {
            Meaning::Known { reference, .. } => Some(reference),
            Meaning::Hash(_) => None,
        }
    }

    #[test]
    fn tags_come_before_branches_and_those_before_hashes() {
        let meant = [
            ("v1.0.0", "refs/tags/v1.0.0"),
            ("main", "refs/heads/main"),
            ("sub/v1.2.3", "refs/tags/sub/v1.2.3"),
            ("HEAD", "HEAD"),
            ("deadbeef", "refs/heads/deadbeef"),
            ("abcdef0", "HEAD"),
            ("1234567", "refs/heads/deadbeef"),
        ];
        for (revision, expected) in meant {
            assert_eq!(reference(revision).as_deref(), Some(expected), "{revision}");
        }
        assert_eq!(reference("7654321"), None);
        let tag = look_up("v1.0.0", &refs()).unwrap();
        assert!(matches!(tag, Meaning::Known { tag: Some(tag), .. } if tag == "v1.0.0"));
    }

    #[test]
    fn what_is_no_revision_is_not_found() {
        let unknown = [
            "",
            "-x",
            "--upload-pack=touch",
            "a..b",
            "a b",
            "a\nb",
            "HEAD^",
            "HEAD~1",
            "a:b",
            "main@{1}",
            "ABCDEF0",
            "abcdef",
            "refs/heads/main",
            "none",
        ];
        for revision in unknown {
            assert!(look_up(revision, &refs()).unwrap_err().is_not_found(), "{revision}");
        }
        let both = RemoteRefs::parse(&format!(
            "{}\tHEAD\n{}\trefs/heads/b\n",
            "abcdef01".repeat(5),
            "abcdef02".repeat(5)
        ));
        assert!(!look_up("abcdef0", &both).unwrap_err().is_not_found());
    }

    #[test]
    fn plain_versions_may_be_fetched_early() {
        for tag in ["v1.2.3", "sub/dir/v2.0.0-rc.1+meta", "v0.0.0"] {
            assert!(is_like_version_tag(tag), "{tag}");
        }
        for other in [
            "main",
            "v",
            "vx",
            "-v1.0.0",
            "a//v1",
            "v1.0.0.lock",
            ".a/v1",
            "v1..2",
            "v1 2",
            "v1:2",
            "v1.0.",
            "a/v1/b",
        ] {
            assert!(!is_like_version_tag(other), "{other}");
        }
    }
}
