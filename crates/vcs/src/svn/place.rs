//! What Subversion is asked about: revisions and addresses, as texts that it takes for nothing else.

use std::fmt::Write as _;

use crate::access::Way;

/// More digits than any revision has.
const DIGITS_MAX: usize = 18;

/// The newest revision, in svn's words.
const HEAD: &str = "HEAD";

/// A revision that svn knows: a number, or the newest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Revision {
    Number(u64),
    Newest,
}

impl Revision {
    /// Reads what a stranger asks for (protocol.md D35): a number, as svn takes it also with an `r` before it, `HEAD`, or `latest`.
    /// What else svn understands, such as dates, means other revisions tomorrow and is unknown here.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text == "latest" || text.eq_ignore_ascii_case(HEAD) {
            return Some(Self::Newest);
        }
        let digits = text.trim_start_matches('r');
        let is_number =
            (1..=DIGITS_MAX).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        digits.parse().ok().filter(|_| is_number).map(Self::Number)
    }

    /// A revision by its full name.
    pub(super) fn of_commit(id: &crate::CommitId) -> Option<Self> {
        id.as_str().parse().ok().map(Self::Number)
    }

    fn peg(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Newest => HEAD.to_owned(),
        }
    }
}

/// The address of something in a repository, with the revision in which it is meant. The path and the revision are always
/// there, so that no `@` in the address can be taken for the sign before a revision.
pub(super) fn target(way: &Way, path: &str, revision: Revision) -> String {
    at(&base(way), path, revision)
}

/// The folder beside the trunk in which tags are by custom; as go computes it, inside of any other folder.
pub(super) fn tags_target(way: &Way) -> String {
    let base = base(way);
    at(base.strip_suffix("/trunk").unwrap_or(&base), "tags", Revision::Newest)
}

/// The address of the way. Behind ssh svn takes a port for a part of the name of the host: ssh is told it otherwise.
fn base(way: &Way) -> String {
    let url = way.url().trim_end_matches('/');
    match way.port().filter(|_| way.scheme() == "svn+ssh") {
        Some(port) => url.replacen(&format!(":{port}"), "", 1),
        None => url.to_owned(),
    }
}

fn at(base: &str, path: &str, revision: Revision) -> String {
    let slash = if path.is_empty() { "" } else { "/" };
    format!("{base}{slash}{}@{}", escaped(path), revision.peg())
}

/// A path as part of a URL.
fn escaped(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    path.bytes().fold(String::with_capacity(path.len()), |mut text, byte| {
        if plain(byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_are_numbers_or_the_newest() {
        for (text, expected) in [
            ("3", Some(Revision::Number(3))),
            ("000000000003", Some(Revision::Number(3))),
            ("r3", Some(Revision::Number(3))),
            ("latest", Some(Revision::Newest)),
            ("head", Some(Revision::Newest)),
            ("", None),
            ("r", None),
            ("-1", None),
            ("+1", None),
            ("3:4", None),
            ("{2024-01-01}", None),
            ("PREV", None),
            ("v1.0.0", None),
            ("abcdef", None),
            ("3@4", None),
            ("9999999999999999999999", None),
        ] {
            assert_eq!(Revision::parse(text), expected, "{text}");
        }
    }

    #[test]
    fn a_target_is_one_address() {
        let way = |url: &str| Way::parse(&crate::Route::vouched(url), ["svn", "ssh"]).unwrap();
        let trunk = way("svn://example.com/r/trunk/");
        for (target, expected) in [
            (target(&trunk, "", Revision::Number(7)), "svn://example.com/r/trunk@7"),
            (
                target(&trunk, "a b/c@3%/é", Revision::Newest),
                "svn://example.com/r/trunk/a%20b/c%403%25/%C3%A9@HEAD",
            ),
            (
                target(&way("svn+ssh://me@example.com/r"), "", Revision::Newest),
                "svn+ssh://me@example.com/r@HEAD",
            ),
            (
                target(&way("svn+ssh://me@example.com:2222/r"), "", Revision::Newest),
                "svn+ssh://me@example.com/r@HEAD",
            ),
            (tags_target(&trunk), "svn://example.com/r/tags@HEAD"),
            (tags_target(&way("svn://example.com/r")), "svn://example.com/r/tags@HEAD"),
        ] {
            assert_eq!(target, expected);
        }
    }
}
