//! The `go-import` tags of a page: how a host says where the repository of a path is (protocol.md E5–E7, E9).
//!
//! A page is read as go reads it, with the same forgiveness and the same errors: [`tokens`] is the reader of lenient XML.

mod check;
mod cursor;
mod flaw;
mod meta;
mod names;
mod text;
mod tokens;

use std::fmt;

pub use check::{TagError, Target};
pub use meta::{PageError, head_ends, parse};

use super::well_known::is_below;

/// What a tag says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GoImport {
    /// The beginning of the paths that it is about.
    pub prefix: String,
    /// The word for the system, or `mod` for a module proxy.
    pub vcs: String,
    /// Where the repository, or the proxy, is.
    pub url: String,
    /// The folder in the repository that stands for the prefix; mostly empty.
    pub subdir: String,
}

/// Why no tag of a page can be taken. The words are go's, shortened where a page has many tags.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MatchError {
    /// None is about the path.
    #[error("no go-import meta tags ({0})")]
    None(Mismatches),
    /// Two are.
    #[error("multiple meta tags match import path {0:?}")]
    Several(String),
}

/// The first few tags that are about other paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatches {
    path: String,
    prefixes: Vec<String>,
}

/// So many are named.
const MISMATCHES_MAX: usize = 3;

impl fmt::Display for Mismatches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, prefix) in self.prefixes.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}meta tag {prefix} did not match import path {}", self.path)?;
        }
        Ok(())
    }
}

/// The one tag that is about `path` (protocol.md E7).
///
/// # Errors
/// None is, or two are. A tag with a longer prefix is no better than one with a shorter; but behind a `mod` tag that fits,
/// the others do not count.
///
/// ```
/// use gomod::repository::imports;
/// let page = br#"<meta name="go-import" content="code.example.com/x git https://git.example.com/x">"#;
/// let tags = imports::parse(page)?;
/// assert_eq!(imports::find(&tags, "code.example.com/x/sub").unwrap().url, "https://git.example.com/x");
/// assert!(imports::find(&tags, "code.example.com/xy").is_err());
/// # Ok::<(), imports::PageError>(())
/// ```
pub fn find<'a>(tags: &'a [GoImport], path: &str) -> Result<&'a GoImport, MatchError> {
    let mut fitting = tags.iter().filter(|tag| is_below(path, &tag.prefix));
    let Some(first) = fitting.next() else {
        let prefixes = tags.iter().take(MISMATCHES_MAX).map(|tag| tag.prefix.clone()).collect();
        return Err(MatchError::None(Mismatches { path: path.to_owned(), prefixes }));
    };
    match fitting.next() {
        Some(second) if !first.is_mod() || second.is_mod() => Err(MatchError::Several(path.to_owned())),
        _ => Ok(first),
    }
}

impl GoImport {
    /// Whether it names a module proxy and no repository.
    pub fn is_mod(&self) -> bool {
        self.vcs == "mod"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(text: &str) -> GoImport {
        let fields: Vec<_> = text.split(' ').map(str::to_owned).collect();
        let [prefix, vcs, url] = fields.try_into().unwrap();
        GoImport { prefix, vcs, url, subdir: String::new() }
    }

    fn found(tags: &[&str], path: &str) -> Result<String, MatchError> {
        let tags: Vec<_> = tags.iter().map(|text| tag(text)).collect();
        find(&tags, path).map(|tag| tag.url.clone())
    }

    #[test]
    fn one_tag_must_fit() {
        let tags = ["h.example/a git 1", "h.example/ab git 2"];
        assert_eq!(found(&tags, "h.example/a"), Ok("1".to_owned()));
        assert_eq!(found(&tags, "h.example/a/b"), Ok("1".to_owned()));
        assert_eq!(found(&tags, "h.example/ab"), Ok("2".to_owned()));
        let error = found(&tags, "h.example").unwrap_err().to_string();
        assert_eq!(
            error,
            "no go-import meta tags (meta tag h.example/a did not match import path h.example, \
             meta tag h.example/ab did not match import path h.example)"
        );
        assert!(found(&[], "h.example").is_err());
    }

    #[test]
    fn two_that_fit_are_an_error_even_if_one_is_longer() {
        let tags = ["h.example git 1", "h.example/a git 2"];
        assert_eq!(found(&tags, "h.example/a"), Err(MatchError::Several("h.example/a".to_owned())));
        assert_eq!(found(&tags, "h.example/b"), Ok("1".to_owned()));
    }

    #[test]
    fn behind_a_mod_tag_the_others_do_not_count() {
        let tags = ["h.example/a mod 1", "h.example git 2"];
        assert_eq!(found(&tags, "h.example/a/b"), Ok("1".to_owned()));
        assert_eq!(found(&tags, "h.example/c"), Ok("2".to_owned()));
        let tags = ["h.example/a mod 1", "h.example mod 2", "h.example git 3"];
        assert!(found(&tags, "h.example/a").is_err());
    }
}
