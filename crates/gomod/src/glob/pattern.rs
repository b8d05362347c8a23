//! One shell pattern, as Go's path matching reads it (protocol.md A25).
//!
//! `*` and `?` do not cross a slash, `[^…]` negates, `\` escapes. A pattern is read once into chunks, each a run of
//! single-character tests with or without a star before it. Where a chunk can match at several places the first one is
//! taken and never given up, which is also what go does.

/// The longest pattern, in bytes. A longer one counts as malformed. go has no such limit. Matching tries a pattern at each
/// place of a name, so without a limit its cost would be the product of two lengths; module paths have some 100 bytes.
pub const PATTERN_BYTES_MAX: usize = 4096;

/// A pattern that is well formed. What go calls malformed never becomes one.
///
/// ```
/// use gomod::glob::Pattern;
/// assert!(Pattern::parse("*.corp.[a-z]om").is_some_and(|p| p.matches("git.corp.com")));
/// assert!(Pattern::parse("*.com").is_some_and(|p| !p.matches("a/b.com")));
/// for bad in ["[", "[]a]", "[a-]", "a\\", "[-x]"] {
///     assert!(Pattern::parse(bad).is_none(), "{bad}");
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    chunks: Vec<Chunk>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Chunk {
    star: bool,
    tests: Vec<Test>,
}

/// What one character must be.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Test {
    Exactly(char),
    AnyButSlash,
    Class { negated: bool, ranges: Vec<(char, char)> },
}

impl Pattern {
    /// Reads a pattern; `None` when it is malformed or over [`PATTERN_BYTES_MAX`].
    pub fn parse(pattern: &str) -> Option<Self> {
        if pattern.len() > PATTERN_BYTES_MAX {
            return None;
        }
        let mut chunks = vec![Chunk::default()];
        let mut rest = pattern;
        while let Some(c) = rest.chars().next() {
            rest = &rest[c.len_utf8()..];
            if c == '*' {
                open_star(&mut chunks);
                continue;
            }
            let (test, after) = read_test(c, rest)?;
            rest = after;
            chunks.last_mut()?.tests.push(test);
        }
        Some(Self { chunks })
    }

    /// Whether the whole name matches.
    pub fn matches(&self, name: &str) -> bool {
        let mut rest = name;
        let last = self.chunks.len() - 1;
        for (i, chunk) in self.chunks.iter().enumerate() {
            if i == last && chunk.star && chunk.tests.is_empty() {
                return !rest.contains('/');
            }
            match chunk.find(rest, i == last) {
                Some(after) => rest = after,
                None => return false,
            }
        }
        rest.is_empty()
    }
}

/// Begins a chunk with a star; stars in a row are one.
fn open_star(chunks: &mut Vec<Chunk>) {
    match chunks.last_mut() {
        Some(chunk) if chunk.tests.is_empty() => chunk.star = true,
        _ => chunks.push(Chunk { star: true, tests: Vec::new() }),
    }
}

fn read_test(c: char, rest: &str) -> Option<(Test, &str)> {
    match c {
        '?' => Some((Test::AnyButSlash, rest)),
        '[' => read_class(rest),
        '\\' => rest.chars().next().map(|c| (Test::Exactly(c), &rest[c.len_utf8()..])),
        c => Some((Test::Exactly(c), rest)),
    }
}

/// Reads a class behind its `[`. It must not be empty, so a `]` in front is malformed.
fn read_class(rest: &str) -> Option<(Test, &str)> {
    let negated = rest.starts_with('^');
    let mut rest = if negated { &rest[1..] } else { rest };
    let mut ranges = Vec::new();
    loop {
        if let Some(after) = rest.strip_prefix(']').filter(|_| !ranges.is_empty()) {
            return Some((Test::Class { negated, ranges }, after));
        }
        let (low, after) = read_class_char(rest)?;
        let (high, after) = match after.strip_prefix('-') {
            Some(after) => read_class_char(after)?,
            None => (low, after),
        };
        ranges.push((low, high));
        rest = after;
    }
}

fn read_class_char(rest: &str) -> Option<(char, &str)> {
    let mut chars = rest.chars();
    let c = match chars.next()? {
        '-' | ']' => return None,
        '\\' => chars.next()?,
        c => c,
    };
    Some((c, chars.as_str()))
}

impl Chunk {
    /// Finds the first place that this chunk may take, and gives what is left of the name behind it.
    fn find<'a>(&self, name: &'a str, last: bool) -> Option<&'a str> {
        let mut start = name;
        loop {
            if let Some(after) = self.matches_at(start).filter(|after| !last || after.is_empty()) {
                return Some(after);
            }
            let skipped = start.chars().next().filter(|&c| self.star && c != '/')?;
            start = &start[skipped.len_utf8()..];
        }
    }

    fn matches_at<'a>(&self, name: &'a str) -> Option<&'a str> {
        let mut chars = name.chars();
        self.tests.iter().all(|test| chars.next().is_some_and(|c| test.accepts(c))).then_some(chars.as_str())
    }
}

impl Test {
    fn accepts(&self, c: char) -> bool {
        match self {
            Self::Exactly(wanted) => c == *wanted,
            Self::AnyButSlash => c != '/',
            Self::Class { negated, ranges } => {
                ranges.iter().any(|(low, high)| (low..=high).contains(&&c)) != *negated
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn matching() {
        for (pattern, name, expected) in [
            ("", "", true),
            ("", "a", false),
            ("abc", "abc", true),
            ("abc", "abcd", false),
            ("*", "", true),
            ("*", "a", true),
            ("*", "a/b", false),
            ("**", "abc", true),
            ("*c", "abc", true),
            ("a*", "a/b", false),
            ("a*/b", "abc/b", true),
            ("a*/b", "a/c/b", false),
            ("a*b*c*d", "axbxcxd", true),
            ("a*b?c*x", "abxbbxdbxebxczzx", true),
            ("a*b?c*x", "abxbbxdbxebxczzy", false),
            ("a?c", "abc", true),
            ("a?c", "a/c", false),
            ("a?c", "aéc", true),
            ("[a-c]x", "bx", true),
            ("[^a-c]x", "bx", false),
            ("[^a-c]x", "ex", true),
            ("[!a]", "b", false),
            ("[!a]", "!", true),
            ("a[/]b", "a/b", true),
            ("[\\]a]", "]", true),
            ("[\\-x]", "-", true),
            ("[x\\-]", "z", false),
            ("[*]", "*", true),
            ("a\\*b", "a*b", true),
            ("a\\*b", "axb", false),
            ("*[^x]*c", "a/bc", false),
            ("*/*", "a/b", true),
        ] {
            assert_eq!(Pattern::parse(pattern).unwrap().matches(name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn malformed() {
        for pattern in
            ["[", "[a", "[a-", "[a-b", "[]", "[^]", "[-]", "[x-]", "[-x]", "[a-b-c]", "\\", "x\\", "a[", "*["]
        {
            assert_eq!(Pattern::parse(pattern), None, "{pattern}");
        }
    }

    #[test]
    fn a_pattern_over_the_limit_is_malformed() {
        let longest = "a".repeat(PATTERN_BYTES_MAX);
        assert!(Pattern::parse(&longest).unwrap().matches(&longest));
        assert_eq!(Pattern::parse(&format!("*{longest}")), None);
    }

    proptest! {
        #[test]
        fn plain_text_matches_itself_and_a_star_matches_any_element(name in "[a-z.]{0,12}", pattern in "\\PC{0,12}") {
            prop_assert!(Pattern::parse(&name).unwrap().matches(&name));
            prop_assert!(Pattern::parse("*").unwrap().matches(&name));
            if let Some(pattern) = Pattern::parse(&pattern) {
                let _ = pattern.matches(&name);
            }
        }
    }
}
