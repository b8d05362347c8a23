//! How much of a stranger's text an error repeats.

/// In characters: enough to recognise what was meant.
const SHOWN_MAX: usize = 80;

/// The beginning of a text, for an error that must not grow with what it is about.
pub(crate) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(SHOWN_MAX) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}\u{2026}", &text[..end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_stay_and_long_ones_are_cut() {
        let short = "\u{e9}".repeat(SHOWN_MAX);
        assert_eq!(excerpt(&short), short);
        assert_eq!(excerpt(&(short.clone() + "x")), short + "\u{2026}");
    }
}
