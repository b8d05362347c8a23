//! The text of a go.mod file as characters with positions.
//!
//! go reads go.mod as bytes and decodes them one character at a time; a byte that is no valid UTF-8 counts as one
//! U+FFFD, which is an ordinary printable character there. Decoding the whole file once, with the same rule, lets
//! everything behind this file work on `&str`.

use std::borrow::Cow;
use std::fmt;

/// A place in a go.mod file: line and column, both counted from 1. A column counts characters, not bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
}

impl Position {
    /// The first character of a file.
    pub(super) const START: Self = Self { line: 1, column: 1 };

    /// The place after `c`, when `c` stands at `self`.
    pub(super) fn after(self, c: char) -> Self {
        if c == '\n' {
            Self { line: self.line + 1, column: 1 }
        } else {
            Self { line: self.line, column: self.column + 1 }
        }
    }
}

/// `line:column`, as compilers print it.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Decodes `data` as go does: every byte that belongs to no valid UTF-8 sequence becomes one U+FFFD. The standard
/// lossy conversion would make one U+FFFD of a whole broken sequence and so shift columns.
pub(super) fn decode(data: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(data) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(decode_lossy(data)),
    }
}

fn decode_lossy(data: &[u8]) -> String {
    let mut text = String::with_capacity(data.len());
    for chunk in data.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_broken_byte_is_one_character() {
        assert_eq!(decode(b"a\xe2\x82b"), "a\u{fffd}\u{fffd}b");
        assert_eq!(decode("gr\u{fc}n".as_bytes()), "gr\u{fc}n");
    }

    #[test]
    fn a_newline_starts_the_next_line() {
        let place = "ab\nc".chars().fold(Position::START, Position::after);
        assert_eq!(place.to_string(), "2:2");
    }
}
