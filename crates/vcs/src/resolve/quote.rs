//! A text in quotes as go prints it: the lines of [`sums`](super::sums) hold names so.

use std::fmt::Write as _;

use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory as _};

/// The text in quotes: what cannot be seen is escaped.
pub(super) fn quote(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    text.chars().for_each(|c| push(&mut quoted, c));
    quoted.push('"');
    quoted
}

fn push(quoted: &mut String, c: char) {
    match c {
        '"' | '\\' => quoted.extend(['\\', c]),
        c if is_printable(c) => quoted.push(c),
        c => escape(quoted, c),
    }
}

fn escape(quoted: &mut String, c: char) {
    let letter = match c {
        '\u{7}' => "a",
        '\u{8}' => "b",
        '\u{c}' => "f",
        '\n' => "n",
        '\r' => "r",
        '\t' => "t",
        '\u{b}' => "v",
        _ => return escape_by_number(quoted, u32::from(c)),
    };
    quoted.extend(["\\", letter]);
}

fn escape_by_number(quoted: &mut String, number: u32) {
    // Writing to a String cannot fail.
    let _ = match number {
        0..=0x1f | 0x7f => write!(quoted, "\\x{number:02x}"),
        0x80..=0xffff => write!(quoted, "\\u{number:04x}"),
        _ => write!(quoted, "\\U{number:08x}"),
    };
}

fn is_printable(c: char) -> bool {
    let hidden = [GeneralCategoryGroup::Other, GeneralCategoryGroup::Separator];
    c == ' ' || !hidden.contains(&c.general_category_group())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_as_by_go() {
        for (text, quoted) in [
            ("refs/heads/main", r#""refs/heads/main""#),
            ("a\"b\\c d", r#""a\"b\\c d""#),
            ("größer 世界 €", r#""größer 世界 €""#),
            ("\u{7}\u{8}\u{c}\n\r\t\u{b}", r#""\a\b\f\n\r\t\v""#),
            ("\0\u{1f}\u{7f}", r#""\x00\x1f\x7f""#),
            ("\u{a0}\u{ad}\u{200b}\u{feff}\u{fffd}", "\"\\u00a0\\u00ad\\u200b\\ufeff\u{fffd}\""),
            ("\u{1f600}\u{e0001}", "\"\u{1f600}\\U000e0001\""),
        ] {
            assert_eq!(quote(text), quoted);
        }
    }
}
