//! Words with and without quotes, and the string literals of Go.

use std::borrow::Cow;

use super::error::Problem;
use super::text::decode;

/// The text that a word of a directive stands for. Go takes `"…"` literals and bare words without any quote;
/// back-quoted words can be written, but every directive refuses them.
pub(super) fn unquote_word(word: &str) -> Result<Cow<'_, str>, Problem> {
    if word.starts_with('"') {
        return unquote(word).map(Cow::Owned).ok_or_else(|| Problem::BadLiteral(word.to_owned()));
    }
    if word.contains(['"', '\'', '`']) {
        return Err(Problem::StrayQuote(word.to_owned()));
    }
    Ok(Cow::Borrowed(word))
}

/// The value of a Go string literal, interpreted (`"…"`) or raw (`` `…` ``). `None` when the whole text is not one
/// literal. Escapes can spell bytes that are no UTF-8; each of them becomes U+FFFD.
pub(super) fn unquote(literal: &str) -> Option<String> {
    let mut chars = literal.chars();
    let quote = chars.next().filter(|&c| c == '"' || c == '`')?;
    let body = chars.as_str().strip_suffix(quote)?;
    if quote == '`' { unquote_raw(body) } else { unquote_interpreted(body) }
}

/// Raw literals lose carriage returns and nothing else.
fn unquote_raw(body: &str) -> Option<String> {
    (!body.contains('`')).then(|| body.replace('\r', ""))
}

fn unquote_interpreted(body: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '"' | '\n' => return None,
            '\\' => rest = unescape_one(rest, &mut bytes)?,
            c => push_char(&mut bytes, c),
        }
    }
    Some(decode(&bytes).into_owned())
}

/// Reads one escape sequence behind its backslash; gives what follows it.
fn unescape_one<'a>(rest: &'a str, bytes: &mut Vec<u8>) -> Option<&'a str> {
    let c = rest.chars().next()?;
    let after = &rest[c.len_utf8()..];
    match c {
        'x' => byte_escape(after, 2, 16, bytes),
        '0'..='7' => byte_escape(rest, 3, 8, bytes),
        'u' => char_escape(after, 4, bytes),
        'U' => char_escape(after, 8, bytes),
        c => {
            bytes.push(simple_escape(c)?);
            Some(after)
        }
    }
}

fn simple_escape(c: char) -> Option<u8> {
    Some(match c {
        'a' => 0x07,
        'b' => 0x08,
        't' => b'\t',
        'n' => b'\n',
        'v' => 0x0b,
        'f' => 0x0c,
        'r' => b'\r',
        '\\' => b'\\',
        '"' => b'"',
        _ => return None,
    })
}

/// `\x41` and `\101`: one byte, of any value up to 255.
fn byte_escape<'a>(rest: &'a str, length: usize, radix: u32, bytes: &mut Vec<u8>) -> Option<&'a str> {
    let (value, after) = digits(rest, length, radix)?;
    bytes.push(u8::try_from(value).ok()?);
    Some(after)
}

/// `\u00e9` and `\U000000e9`: one character; surrogates are none.
fn char_escape<'a>(rest: &'a str, length: usize, bytes: &mut Vec<u8>) -> Option<&'a str> {
    let (value, after) = digits(rest, length, 16)?;
    push_char(bytes, char::from_u32(value)?);
    Some(after)
}

fn digits(rest: &str, length: usize, radix: u32) -> Option<(u32, &str)> {
    let (digits, after) = rest.split_at_checked(length)?;
    // The standard parser would also take a sign.
    let plain = digits.chars().all(|c| c.is_digit(radix));
    plain.then(|| u32::from_str_radix(digits, radix).ok()).flatten().map(|value| (value, after))
}

fn push_char(bytes: &mut Vec<u8>, c: char) {
    bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_those_of_go() {
        let good = [
            (r#""""#, ""),
            (r#""a.b/c""#, "a.b/c"),
            (r#""\a\b\f\n\r\t\v\\\"""#, "\x07\x08\x0c\n\r\t\x0b\\\""),
            (r#""\x41\101\u00e9\U0001F600""#, "AA\u{e9}\u{1f600}"),
            (r#""\xc3\xa9\xff""#, "\u{e9}\u{fffd}"),
            ("`a\\n\rb`", "a\\nb"),
        ];
        for (literal, value) in good {
            assert_eq!(unquote(literal).as_deref(), Some(value), "{literal}");
        }
    }

    #[test]
    fn other_texts_are_no_literals() {
        let bad = [
            "",
            "\"",
            "'a'",
            "a",
            "\"a\" b\"",
            "`a`b`",
            r#""\'""#,
            r#""\x4""#,
            r#""\x+1""#,
            r#""\400""#,
            r#""\08""#,
            r#""\ud800""#,
            r#""\U00110000""#,
            r#""\q""#,
            r#""\""#,
            "\"a\nb\"",
        ];
        for text in bad {
            assert_eq!(unquote(text), None, "{text}");
        }
    }

    #[test]
    fn words_are_quoted_whole_or_not_at_all() {
        assert_eq!(unquote_word("a.b/c").unwrap(), "a.b/c");
        assert_eq!(unquote_word("\"a.b/c\"").unwrap(), "a.b/c");
        assert_eq!(unquote_word("\"\\q\""), Err(Problem::BadLiteral("\"\\q\"".into())));
        for word in ["`a`", "a\"b\"", "it's"] {
            assert_eq!(unquote_word(word), Err(Problem::StrayQuote(word.into())));
        }
    }
}
