//! The `!` escaping of module paths and versions (protocol.md A12).

/// Writes every ASCII capital as `!` and its small letter. Nothing is checked.
///
/// ```
/// assert_eq!(testkit::module::escape::escape("github.com/Azure/go"), "github.com/!azure/go");
/// ```
pub fn escape(plain: &str) -> String {
    let mut escaped = String::with_capacity(plain.len());
    for c in plain.chars() {
        if c.is_ascii_uppercase() {
            escaped.push('!');
        }
        escaped.push(c.to_ascii_lowercase());
    }
    escaped
}

/// What [`escape`] was given; `None` when it gives nothing like this.
///
/// ```
/// assert_eq!(testkit::module::escape::unescape("github.com/!azure/go").as_deref(), Some("github.com/Azure/go"));
/// assert_eq!(testkit::module::escape::unescape("github.com/Azure/go"), None);
/// ```
pub fn unescape(escaped: &str) -> Option<String> {
    let mut chars = escaped.chars();
    let mut plain = String::with_capacity(escaped.len());
    while let Some(c) = chars.next() {
        match c {
            '!' => plain.push(chars.next().filter(char::is_ascii_lowercase)?.to_ascii_uppercase()),
            _ if c.is_ascii_uppercase() => return None,
            _ => plain.push(c),
        }
    }
    Some(plain)
}
