//! The `!` form of paths and versions: upper-case letters become `!` and the lower-case letter (protocol.md A12, A14).
//!
//! File systems that ignore case would otherwise mix up `github.com/Azure` and `github.com/azure`.

/// Replaces each upper-case ASCII letter.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    for c in text.chars() {
        if c.is_ascii_uppercase() {
            out.push('!');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// Reverses [`escape`]. `None` for any text that `escape` would not have made.
pub(crate) fn unescape(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '!' => out.push(chars.next().filter(char::is_ascii_lowercase)?.to_ascii_uppercase()),
            c if c.is_ascii_uppercase() || !c.is_ascii() => return None,
            c => out.push(c),
        }
    }
    Some(out)
}
