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
