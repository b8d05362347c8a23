//! What the fields of a go-import tag must be (protocol.md E9).

use super::GoImport;
use crate::excerpt::excerpt;
use crate::repository::Vcs;

/// What a tag leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A repository of this system.
    Repository(Vcs),
    /// A module proxy.
    Proxy,
}

/// Why a tag is not followed, in go's words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// The folder could lead out of the repository or be taken for an option.
    #[error("invalid subdirectory {subdir:?}: {why}")]
    Subdir {
        /// Its beginning.
        subdir: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// The place is no URL that may be followed.
    #[error("invalid repo root {url:?}: {why}")]
    Url {
        /// Its beginning, without user and password.
        url: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// A system that go does not know.
    #[error("unknown vcs {0:?}")]
    Vcs(String),
}

impl GoImport {
    /// Checks the fields in go's order. That the scheme may be used at all is for the caller to say.
    ///
    /// # Errors
    /// A folder or URL that go refuses, or a folder with a part `..`, which no repository has; a system that nobody knows.
    pub fn check(&self) -> Result<Target, TagError> {
        let subdir = |why| TagError::Subdir { subdir: excerpt(&self.subdir), why };
        match self.subdir.as_bytes().first() {
            Some(b'/') => return Err(subdir("leading slash")),
            Some(b'-') => return Err(subdir("leading hyphen")),
            _ if self.subdir.split('/').any(|part| part == "..") => return Err(subdir("leads upwards")),
            _ => {}
        }
        scheme(&self.url).map_err(|why| TagError::Url { url: excerpt(without_user(&self.url)), why })?;
        match Vcs::parse(&self.vcs) {
            Some(vcs) => Ok(Target::Repository(vcs)),
            None if self.is_mod() => Ok(Target::Proxy),
            None => Err(TagError::Vcs(excerpt(&self.vcs))),
        }
    }
}

/// The scheme of a URL as it is written, unless go refuses it.
fn scheme(url: &str) -> Result<&str, &'static str> {
    let (scheme, _) = url.split_once(':').ok_or("no scheme")?;
    let is_first = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    let is_scheme = scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    match is_first && is_scheme {
        true if scheme.eq_ignore_ascii_case("file") => Err("file scheme disallowed"),
        true => Ok(scheme),
        false => Err("no scheme"),
    }
}

/// The URL without what stands before an `@` in its host part.
fn without_user(url: &str) -> &str {
    url.rsplit_once('@').map_or(url, |(_, rest)| rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(vcs: &str, url: &str, subdir: &str) -> Result<Target, String> {
        let [prefix, vcs, url, subdir] = ["a.example", vcs, url, subdir].map(str::to_owned);
        GoImport { prefix, vcs, url, subdir }.check().map_err(|error| error.to_string())
    }

    #[test]
    fn good_tags_lead_to_a_repository_or_a_proxy() {
        assert_eq!(checked("git", "https://b.example", ""), Ok(Target::Repository(Vcs::Git)));
        assert_eq!(checked("hg", "git+ssh://b.example", "a/b"), Ok(Target::Repository(Vcs::Mercurial)));
        assert_eq!(checked("mod", "https://b.example", "a..b"), Ok(Target::Proxy));
    }

    #[test]
    fn bad_fields_are_told() {
        for (vcs, url, subdir, told) in [
            ("git", "https://b.example", "/a", "leading slash"),
            ("git", "https://b.example", "-a", "leading hyphen"),
            ("git", "https://b.example", "a/../..", "leads upwards"),
            ("git", "git@b.example:a", "", "no scheme"),
            ("git", "b.example/a", "", "no scheme"),
            ("git", "-config://", "", "no scheme"),
            ("git", "http#://", "", "no scheme"),
            ("git", "", "", "no scheme"),
            ("git", "file:///etc", "", "file scheme"),
            ("git", "FILE:///etc", "", "file scheme"),
            ("cvs", "https://b.example", "", "unknown vcs \"cvs\""),
            ("Git", "https://b.example", "", "unknown vcs"),
        ] {
            let error = checked(vcs, url, subdir).unwrap_err();
            assert!(error.contains(told), "{url} {subdir}: {error}");
        }
        assert!(!checked("git", "1://me:secret@b.example", "").unwrap_err().contains("secret"));
    }
}
