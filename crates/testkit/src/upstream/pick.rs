//! Which requests a rule is about.

use super::Request;

/// Picks requests: a pattern for the path, or a function.
///
/// A string is a pattern for the whole (percent-decoded) path in which `*` stands for any characters: `"*"` is everything,
/// `"*.zip"` all zips, `"/example.com/a/*"` all of one module.
pub trait Pick: Send + Sync + 'static {
    /// Whether the rule is about this request.
    fn picks(&self, request: &Request) -> bool;
}

impl<F: Fn(&Request) -> bool + Send + Sync + 'static> Pick for F {
    fn picks(&self, request: &Request) -> bool {
        self(request)
    }
}

impl Pick for &'static str {
    fn picks(&self, request: &Request) -> bool {
        matches(self, &request.path)
    }
}

impl Pick for String {
    fn picks(&self, request: &Request) -> bool {
        matches(self, &request.path)
    }
}

/// Whether the whole `path` is like the pattern, in which `*` stands for any characters.
pub(crate) fn matches(pattern: &str, path: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == path,
        Some((before, after)) => path.strip_prefix(before).is_some_and(|rest| matches_somewhere(after, rest)),
    }
}

fn matches_somewhere(pattern: &str, text: &str) -> bool {
    text.char_indices().any(|(at, _)| matches(pattern, &text[at..])) || matches(pattern, "")
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_any_characters() {
        for (pattern, path) in [
            ("*", "/a"),
            ("*.zip", "/a/@v/v1.zip"),
            ("/a/*", "/a/@v/list"),
            ("*/a/*.mod", "/x/a/b.mod"),
            ("/a", "/a"),
        ] {
            assert!(matches(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in
            [("*.zip", "/a.zip/"), ("/a/*", "/ab"), ("/a", "/a/b"), ("", "/a"), ("*a*b", "/ba")]
        {
            assert!(!matches(pattern, path), "{pattern} {path}");
        }
    }
}
