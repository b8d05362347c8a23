//! Entity tags: the names of exact bytes (RFC 9110, section 8.8.3).
//!
//! The tag of an answer is the SHA-256 of its content in hexadecimal digits, so that it can be compared with what
//! `sha256sum` says, is the same on every node, and survives a restart. Compressed bytes are other bytes and have a tag of their own.

use http::{HeaderMap, HeaderName, HeaderValue};

/// What the tag of the compressed form ends with.
const GZIP_SUFFIX: &[u8] = b"-gz";

/// A strong tag, in its quotes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EntityTag(HeaderValue);

impl EntityTag {
    /// The tag of the content with this SHA-256, as it is or compressed.
    pub(crate) fn of(sha256: &[u8; 32], compressed: bool) -> Option<Self> {
        let mut text = Vec::with_capacity(2 + 64 + GZIP_SUFFIX.len());
        text.push(b'"');
        text.extend(sha256.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]));
        text.extend_from_slice(if compressed { GZIP_SUFFIX } else { b"" });
        text.push(b'"');
        HeaderValue::from_maybe_shared(bytes::Bytes::from(text)).ok().map(Self)
    }

    /// The value of the `ETag` header.
    pub(crate) fn value(&self) -> HeaderValue {
        self.0.clone()
    }

    /// Whether the header's value is this one tag, marked as strong.
    pub(crate) fn is_exactly(&self, value: &HeaderValue) -> bool {
        self.0 == value
    }

    fn opaque(&self) -> &[u8] {
        self.0
            .as_bytes()
            .trim_ascii()
            .strip_prefix(b"\"")
            .and_then(|tag| tag.strip_suffix(b"\""))
            .unwrap_or_default()
    }
}

fn digit(value: u8) -> u8 {
    match value {
        0..=9 => b'0' + value,
        _ => b'a' + value - 10,
    }
}

/// How tags are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Comparison {
    /// A tag that is marked as weak is equal to none.
    Strong,
    /// The mark makes no difference.
    Weak,
}

/// Whether one of the tags in the header `name` is `tag`; `None` without such a header. `*` is every tag, and also that of an
/// answer without one.
pub(crate) fn names(
    headers: &HeaderMap,
    name: &HeaderName,
    tag: Option<&EntityTag>,
    comparison: Comparison,
) -> Option<bool> {
    if !headers.contains_key(name) {
        return None;
    }
    let is_meant = |given: Given<'_>| {
        let counts = comparison == Comparison::Weak || !given.weak;
        counts && tag.is_some_and(|tag| tag.opaque() == given.opaque)
    };
    let any_of = |value: &HeaderValue| {
        let text = value.as_bytes().trim_ascii();
        text == b"*" || Tags(text).any(is_meant)
    };
    Some(headers.get_all(name).iter().any(any_of))
}

/// A tag that a client named.
#[derive(Debug, PartialEq, Eq)]
struct Given<'a> {
    weak: bool,
    opaque: &'a [u8],
}

/// The tags of a list. It ends at the first thing that is none. A comma inside of quotes is part of a tag.
struct Tags<'a>(&'a [u8]);

impl<'a> Iterator for Tags<'a> {
    type Item = Given<'a>;

    fn next(&mut self) -> Option<Given<'a>> {
        let start = self.0.iter().position(|byte| !matches!(byte, b',' | b' ' | b'\t'))?;
        let text = &self.0[start..];
        let unmarked = text.strip_prefix(b"W/");
        let quoted = unmarked.unwrap_or(text).strip_prefix(b"\"")?;
        let end = quoted.iter().position(|byte| *byte == b'"')?;
        self.0 = &quoted[end + 1..];
        Some(Given { weak: unmarked.is_some(), opaque: &quoted[..end] })
    }
}

#[cfg(test)]
mod tests {
    use http::header::IF_NONE_MATCH;

    use super::*;

    fn tag() -> EntityTag {
        EntityTag::of(&[0xab; 32], false).unwrap()
    }

    fn named(list: &str, comparison: Comparison) -> Option<bool> {
        let headers = HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_str(list).unwrap())]);
        names(&headers, &IF_NONE_MATCH, Some(&tag()), comparison)
    }

    #[test]
    fn the_tag_is_the_sha256_and_each_coding_has_its_own() {
        let ab = "ab".repeat(32);
        assert_eq!(tag().value(), format!("\"{ab}\""));
        assert_eq!(EntityTag::of(&[0xab; 32], true).unwrap().value(), format!("\"{ab}-gz\""));
    }

    #[test]
    fn lists_are_read_whatever_is_in_the_quotes() {
        let own = format!("\"{}\"", "ab".repeat(32));
        for list in [own.clone(), format!(" ,\"a,b\",, {own}"), format!("\"\", {own}, x"), "*".to_owned()] {
            assert_eq!(named(&list, Comparison::Strong), Some(true), "{list}");
        }
        for list in ["", "\"\"", "x, \"y\"", "\"unterminated", &own[1..], &own[..65], "W/"] {
            assert_eq!(named(list, Comparison::Weak), Some(false), "{list}");
        }
        assert_eq!(names(&HeaderMap::new(), &IF_NONE_MATCH, Some(&tag()), Comparison::Weak), None);
    }

    #[test]
    fn a_weak_tag_is_equal_only_in_the_weak_comparison() {
        let weak = format!("W/\"{}\"", "ab".repeat(32));
        assert_eq!(named(&weak, Comparison::Weak), Some(true));
        assert_eq!(named(&weak, Comparison::Strong), Some(false));
    }
}
