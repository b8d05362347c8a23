//! Unicode simple case folding: which characters some file systems take for the same (protocol.md C9, L3).
//!
//! Simple folding maps one character to one character: `K`, `k` and the Kelvin sign are one, `ß` and `ss` are not, and the
//! dotless `ı` stands alone. The mapping is derived from the upper and lower case that the standard library knows (Unicode
//! 17.0, as in Go 1.27), because the folding crates either fold to several characters or are of an older Unicode; a test
//! compares it with one of them, character by character.

/// The character that stands for all that differ from it only by case.
pub(super) fn fold(c: char) -> char {
    match c {
        // Folds to `i` in Turkish only.
        'ı' => c,
        // These three are written twice in Unicode; they have no single upper-case character that would join them.
        '\u{1FD3}' => '\u{390}',
        '\u{1FE3}' => '\u{3B0}',
        '\u{FB05}' => '\u{FB06}',
        c if c.is_ascii() => c.to_ascii_lowercase(),
        c => single(single(c, c.to_uppercase()), single(c, c.to_uppercase()).to_lowercase()),
    }
}

/// The mapped character, or the given one where the mapping has several.
fn single(c: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(only), None) => only,
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters that have a case since Unicode 17.0, newer than the tables of the crate that the test compares with.
    fn is_new(c: char) -> bool {
        matches!(c, '\u{A7CE}'..='\u{A7D5}' | '\u{16EA0}'..='\u{16ED3}')
    }

    fn reference(c: char) -> char {
        unicode_case_mapping::case_folded(c).and_then(|n| char::from_u32(n.get())).unwrap_or(c)
    }

    #[test]
    fn the_same_characters_are_joined_as_in_the_reference_tables() {
        for c in (0..=0x10_FFFF).filter_map(char::from_u32) {
            assert_eq!(fold(c), fold(reference(c)), "{c:?} is joined in the reference");
            assert!(reference(c) == reference(fold(c)) || is_new(c), "{c:?} is apart in the reference");
            assert_eq!(fold(fold(c)), fold(c), "{c:?}");
        }
    }

    #[test]
    fn examples() {
        for (a, b) in
            [('K', '\u{212A}'), ('s', 'ſ'), ('ß', 'ẞ'), ('µ', 'μ'), ('Ǆ', 'ǅ'), ('\u{16EA0}', '\u{16EBB}')]
        {
            assert_eq!(fold(a), fold(b), "{a} {b}");
        }
        for (a, b) in [('ı', 'i'), ('İ', 'i'), ('a', 'á')] {
            assert_ne!(fold(a), fold(b), "{a} {b}");
        }
    }
}
