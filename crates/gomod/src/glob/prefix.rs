//! A comma-separated list of patterns, each matched against the first elements of a module path (protocol.md A25).

use std::fmt;

use super::pattern::Pattern;

/// The value of GOPRIVATE and its like. A pattern with n slashes looks at the first n + 1 elements of a path, so
/// `corp.example` covers everything below it. Malformed patterns match nothing, as in go; so do patterns over
/// [`PATTERN_BYTES_MAX`](super::PATTERN_BYTES_MAX).
///
/// ```
/// use gomod::glob::PrefixPatterns;
/// let private = PrefixPatterns::parse("*.corp.example,github.com/acme");
/// assert!(private.matches("git.corp.example/team/repo"));
/// assert!(private.matches("github.com/acme/tool/v2"));
/// assert!(!private.matches("github.com/acmeinc/tool"));
/// assert!(!private.matches("github.com"));
/// assert!(PrefixPatterns::parse("").is_empty());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PrefixPatterns {
    text: String,
    globs: Vec<Glob>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Glob {
    pattern: Pattern,
    slashes: usize,
}

impl PrefixPatterns {
    /// Reads the list. Spaces are not trimmed, as in go; no text is an error.
    pub fn parse(list: &str) -> Self {
        let globs = list.split(',').filter_map(Glob::parse).collect();
        Self { text: list.to_owned(), globs }
    }

    /// Whether any pattern covers this path.
    pub fn matches(&self, path: &str) -> bool {
        self.globs.iter().any(|glob| glob.covers(path))
    }

    /// Whether no pattern can match anything.
    pub fn is_empty(&self) -> bool {
        self.globs.is_empty()
    }
}

impl Glob {
    fn parse(item: &str) -> Option<Self> {
        let item = item.strip_suffix('/').unwrap_or(item);
        if item.is_empty() {
            return None;
        }
        Some(Self { pattern: Pattern::parse(item)?, slashes: item.matches('/').count() })
    }

    fn covers(&self, path: &str) -> bool {
        first_elements(path, self.slashes + 1).is_some_and(|prefix| self.pattern.matches(prefix))
    }
}

/// The first `count` elements of a path, or `None` when it has fewer.
fn first_elements(path: &str, count: usize) -> Option<&str> {
    let mut ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
    ends.nth(count - 1).map(|end| &path[..end])
}

impl fmt::Display for PrefixPatterns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn covering() {
        for (list, path, expected) in [
            ("", "rsc.io/quote", false),
            (",", "rsc.io/quote", false),
            ("/", "rsc.io/quote", false),
            ("*", "rsc.io/quote", true),
            ("rsc.io", "rsc.io/quote", true),
            ("rsc.io", "rsc.io.evil/quote", false),
            ("rsc.io/", "rsc.io/quote", true),
            ("rsc.io//", "rsc.io/quote", false),
            ("rsc.io/*", "rsc.io/quote/v3", true),
            ("rsc.io/*", "rsc.io", false),
            ("*/*", "rsc.io/quote", true),
            ("*/quote", "rsc.io/quote", true),
            ("*/quo", "rsc.io/quote", false),
            ("x,rsc.io", "rsc.io/quote", true),
            ("x, rsc.io", "rsc.io/quote", false),
            ("[,rsc.io", "rsc.io/quote", true),
            ("[", "rsc.io/quote", false),
            ("rsc.[!x]o", "rsc.io/quote", false),
        ] {
            assert_eq!(PrefixPatterns::parse(list).matches(path), expected, "{list:?} {path}");
        }
    }

    #[test]
    fn a_pattern_over_the_limit_matches_nothing_and_spoils_no_other() {
        let list =
            PrefixPatterns::parse(&format!("rsc.io{},a.b", "*".repeat(super::super::PATTERN_BYTES_MAX)));
        assert!(!list.matches("rsc.io/quote"));
        assert!(list.matches("a.b/c"));
    }

    #[test]
    fn it_prints_as_it_was_written() {
        assert_eq!(PrefixPatterns::parse("a,[,b/").to_string(), "a,[,b/");
    }
}
