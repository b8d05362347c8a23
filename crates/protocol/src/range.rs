//! Which part of an answer a client wants (RFC 9110, section 14).
//!
//! One part is what a download that goes on needs. Several at once are answered with the whole, which is always allowed.
//! The published parsers of this header refuse a suffix that is longer than the content, which asks for all of it.

use std::ops::Range;

/// What a `Range` header comes to for a content of a certain size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Everything: the header asks for more than one part, in another unit, or for nothing that can be understood.
    Whole,
    /// These bytes, at least one, all of which are there.
    Part(Range<u64>),
    /// Bytes that are not there: 416.
    Nothing,
}

/// Reads the header's value.
pub(crate) fn wanted(value: &[u8], size: u64) -> Wanted {
    let part = std::str::from_utf8(value).ok().and_then(only_part);
    let Some((first, last)) = part else { return Wanted::Whole };
    match (number(first), number(last)) {
        (Some(first), Some(last)) if first > last => Wanted::Whole,
        (Some(first), _) if first >= size && (last.is_empty() || number(last).is_some()) => Wanted::Nothing,
        (Some(first), Some(last)) => Wanted::Part(first..size.min(last.saturating_add(1))),
        (Some(first), None) if last.is_empty() => Wanted::Part(first..size),
        (None, Some(0)) if first.is_empty() => Wanted::Nothing,
        (None, Some(suffix)) if first.is_empty() && size > 0 => {
            Wanted::Part(size.saturating_sub(suffix)..size)
        }
        _ => Wanted::Whole,
    }
}

/// What stands before and behind the `-` of the one part that is asked for.
fn only_part(value: &str) -> Option<(&str, &str)> {
    let (unit, parts) = value.split_once('=')?;
    let (first, last) = parts.trim().split_once('-')?;
    unit.trim().eq_ignore_ascii_case("bytes").then_some((first, last))
}

/// A number of any length: one that is too large to be told is beyond the end of everything.
fn number(digits: &str) -> Option<u64> {
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &str) -> Wanted {
        wanted(value.as_bytes(), 100)
    }

    #[test]
    fn closed_open_and_suffix_parts_are_clamped_to_what_is_there() {
        let part = |range: Range<u64>| Wanted::Part(range);
        for (value, range) in [
            ("bytes=0-0", 0..1),
            ("bytes=10-19", 10..20),
            ("bytes=99-", 99..100),
            ("bytes=0-", 0..100),
            ("bytes=90-1000", 90..100),
            ("bytes=90-99999999999999999999999", 90..100),
            ("bytes=-1", 99..100),
            ("bytes=-100", 0..100),
            ("bytes=-1000", 0..100),
            ("Bytes= 5-6 ", 5..7),
        ] {
            assert_eq!(of(value), part(range), "{value}");
        }
    }

    #[test]
    fn what_is_not_there_cannot_be_sent() {
        for value in ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=99999999999999999999999-"] {
            assert_eq!(of(value), Wanted::Nothing, "{value}");
        }
        assert_eq!(wanted(b"bytes=0-", 0), Wanted::Nothing);
    }

    #[test]
    fn what_cannot_be_understood_or_is_not_one_part_is_the_whole() {
        for value in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=x-1",
            "bytes=1-x",
            "bytes=200-x",
            "bytes=2-1",
            "bytes=0-1,5-6",
            "bytes=0-1,",
            "lines=0-1",
            "bytes=+0-1",
            "bytes=0--1",
            "bytes=0 -1",
            "bytes=-x",
            "bytes==0-1",
        ] {
            assert_eq!(of(value), Wanted::Whole, "{value}");
        }
        assert_eq!(wanted(b"bytes=0-\xff", 100), Wanted::Whole);
        assert_eq!(wanted(b"bytes=-5", 0), Wanted::Whole);
    }
}
