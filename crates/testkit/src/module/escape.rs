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
    let mut parts = escaped.split('!');
    let first = parts.next().unwrap_or_default().to_owned();
    let plain = parts.try_fold(first, |plain, part| {
        let capital = part.chars().next().filter(char::is_ascii_lowercase)?;
        Some(format!("{plain}{}{}", capital.to_ascii_uppercase(), &part[1..]))
    })?;
    (escape(&plain) == escaped).then_some(plain)
}
