//! Times, sizes and names, short enough for a picture.

use std::time::Duration;

use bytesize::ByteSize;

/// A time in three digits or so.
pub(super) fn span(time: Duration) -> String {
    match time.as_millis() {
        0 => "<1 ms".to_owned(),
        millis @ 1..1000 => format!("{millis} ms"),
        millis @ 1000..100_000 => format!("{}.{:02} s", millis / 1000, millis % 1000 / 10),
        millis => format!("{} s", millis / 1000),
    }
}

/// A number of bytes.
pub(super) fn size(bytes: u64) -> String {
    ByteSize(bytes).to_string()
}

/// A number of things.
pub(super) fn count(number: usize, thing: &str) -> String {
    if number == 1 { format!("1 {thing}") } else { format!("{number} {thing}s") }
}

/// The sign itself, or one that stands for what moves a cursor or turns the direction of a text round.
pub(super) fn visible(c: char) -> char {
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if c.is_control() || turns { '\u{fffd}' } else { c }
}

/// The text in a line of at most so many characters: what may move a cursor is replaced, and of what is too long the middle is left out,
/// for names differ at their ends.
pub(super) fn fitted(text: &str, chars_max: usize) -> String {
    let shown: Vec<char> = text.chars().map(visible).collect();
    if shown.len() <= chars_max {
        return shown.into_iter().collect();
    }
    let kept = chars_max.saturating_sub(2);
    let (head, tail) = (kept / 3, kept - kept / 3);
    let begin = shown[..head].iter();
    begin.chain(&['.', '.']).chain(&shown[shown.len() - tail..]).take(chars_max).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short() {
        let told = [0, 999_999, 12_000_000, 1_239_000_000, 125_000_000_000]
            .map(|nanos| span(Duration::from_nanos(nanos)));
        assert_eq!(told, ["<1 ms", "<1 ms", "12 ms", "1.23 s", "125 s"]);
    }

    #[test]
    fn a_name_keeps_its_ends_and_moves_no_cursor() {
        assert_eq!(fitted("a\x1b[2Jb\n", 20), "a\u{fffd}[2Jb\u{fffd}");
        assert_eq!(fitted("github.com/ex/lib@v1.0.0.mod", 14), "gith...0.0.mod");
        assert_eq!(fitted("abcdef", 1).chars().count(), 1);
        assert_eq!(fitted("äöü", 3), "äöü");
    }
}
