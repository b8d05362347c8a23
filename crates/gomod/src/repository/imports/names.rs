//! Names of elements and attributes.

use super::flaw::Flaw;

/// The part of a name behind its namespace, or why there is none.
pub(super) fn local(name: &[u8]) -> Option<&str> {
    let name = std::str::from_utf8(name).ok()?;
    match name.split_once(':') {
        Some((_, rest)) if rest.contains(':') => None,
        Some((space, local)) if !space.is_empty() && !local.is_empty() => Some(local),
        _ => Some(name),
    }
}

/// Checks the characters of a name that is not empty.
///
/// go has the tables of XML's fourth edition; these are the wider ones of its fifth. So a page may be read here on which go
/// gives up, at a name with letters that the year 1998 did not know.
pub(super) fn check(name: &[u8]) -> Result<(), Flaw> {
    let is_name = std::str::from_utf8(name).is_ok_and(is_name);
    if is_name { Ok(()) } else { Err(Flaw::Name(String::from_utf8_lossy(name).into_owned())) }
}

/// Whether an ASCII character may be in a name; all others are looked at when the name is whole.
pub(super) fn may_have(byte: u8) -> bool {
    !byte.is_ascii() || byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'.' | b'-')
}

fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(is_first) && chars.all(|c| is_first(c) || is_later(c))
}

fn is_first(c: char) -> bool {
    matches!(c, ':' | '_' | 'A'..='Z' | 'a'..='z'
        | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}'
        | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}'
        | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}

fn is_later(c: char) -> bool {
    matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_is_cut_off() {
        for (name, expected) in
            [("a", Some("a")), ("x:a", Some("a")), (":a", Some(":a")), ("a:", Some("a:")), ("a:b:c", None)]
        {
            assert_eq!(local(name.as_bytes()), expected, "{name}");
        }
    }

    #[test]
    fn letters_begin_a_name() {
        for good in ["a", "_", "é1", "a-b.c"] {
            assert!(check(good.as_bytes()).is_ok(), "{good}");
        }
        for bad in ["", "1", "-a", ".a", "×", "a×"] {
            assert!(check(bad.as_bytes()).is_err(), "{bad}");
        }
        assert!(check(b"a\xff").is_err());
    }
}
