//! Text between tags and in quotes: entities, line ends, characters that may not be there.

use super::cursor::Cursor;
use super::flaw::Flaw;
use super::names;

/// What ends a text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Until {
    /// The next `<`, or the end of the page.
    Tag,
    /// This quote, or the end of the page.
    Quote(u8),
    /// `]]>`
    CdataEnd,
}

/// Reads a text with what ends it, unless that is a `<`.
pub(super) fn read(cursor: &mut Cursor<'_>, until: Until) -> Result<String, Flaw> {
    let mut text = Vec::new();
    let (mut before, mut last) = (0, 0);
    loop {
        let Some(byte) = cursor.peek() else {
            if until == Until::CdataEnd {
                return Err(Flaw::End);
            }
            break;
        };
        let is_cdata_end = !matches!(until, Until::Quote(_)) && (before, last, byte) == (b']', b']', b'>');
        match (byte, until) {
            _ if is_cdata_end && until == Until::Tag => {
                return Err(Flaw::Syntax("unescaped ]]> not in CDATA section"));
            }
            _ if is_cdata_end => {
                cursor.skip();
                text.truncate(text.len() - 2);
                break;
            }
            (b'<', Until::Quote(_)) => return Err(Flaw::Syntax("unescaped < inside quoted string")),
            (b'<', Until::Tag) => break,
            (byte, Until::Quote(quote)) if byte == quote => {
                cursor.skip();
                break;
            }
            (b'&', Until::Quote(_) | Until::Tag) => {
                entity(cursor, &mut text)?;
                (before, last) = (0, 0);
                continue;
            }
            (b'\r', _) => text.push(b'\n'),
            (b'\n', _) if last == b'\r' => {}
            (byte, _) => text.push(byte),
        }
        cursor.skip();
        (before, last) = (last, byte);
    }
    checked(text)
}

/// Reads a reference like `&amp;`; what is none stays as it is.
fn entity(cursor: &mut Cursor<'_>, text: &mut Vec<u8>) -> Result<(), Flaw> {
    let start = cursor.at();
    cursor.skip();
    let meant = if cursor.must_peek()? == b'#' { number(cursor)? } else { named(cursor)? };
    match meant {
        Some(c) => text.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        None => text.extend_from_slice(cursor.since(start)),
    }
    Ok(())
}

/// A number behind `&`, if a semicolon ends it and there is such a character.
fn number(cursor: &mut Cursor<'_>) -> Result<Option<char>, Flaw> {
    cursor.skip();
    let is_hex = cursor.must_peek()? == b'x';
    if is_hex {
        cursor.skip();
    }
    let start = cursor.at();
    while {
        let byte = cursor.must_peek()?;
        byte.is_ascii_digit() || (is_hex && byte.is_ascii_hexdigit())
    } {
        cursor.skip();
    }
    let digits = String::from_utf8_lossy(cursor.since(start)).into_owned();
    if cursor.must_peek()? != b';' {
        return Ok(None);
    }
    cursor.skip();
    let number = u64::from_str_radix(&digits, if is_hex { 16 } else { 10 }).ok();
    let number =
        number.and_then(|number| u32::try_from(number).ok()).filter(|number| *number <= u32::from(char::MAX));
    // A half of a surrogate pair is no character, and go takes the replacement character for it.
    Ok(number.map(|number| char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER)))
}

/// A name behind `&`, if a semicolon ends it and it is one of the five that XML has.
fn named(cursor: &mut Cursor<'_>) -> Result<Option<char>, Flaw> {
    let start = cursor.at();
    while names::may_have(cursor.must_peek()?) {
        cursor.skip();
    }
    let meant = match cursor.since(start) {
        b"lt" => Some('<'),
        b"gt" => Some('>'),
        b"amp" => Some('&'),
        b"apos" => Some('\''),
        b"quot" => Some('"'),
        _ => None,
    };
    if cursor.must_peek()? != b';' {
        return Ok(None);
    }
    cursor.skip();
    Ok(meant)
}

/// Only the characters that XML allows.
fn checked(text: Vec<u8>) -> Result<String, Flaw> {
    let text = String::from_utf8(text).map_err(|_| Flaw::Syntax("invalid UTF-8"))?;
    let is_allowed = |c: char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    match text.chars().find(|c| !is_allowed(*c)) {
        Some(c) => Err(Flaw::Character(c)),
        None => Ok(text),
    }
}
