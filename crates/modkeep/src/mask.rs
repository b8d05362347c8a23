//! Hides the user and password of URLs before anything is printed.
//!
//! The text may be a whole GOPROXY list, and it may be malformed: a mistyped list must not print its password in the
//! error. So this works on plain text, and rather hides too much than too little.

/// What stands in the place of a user and password.
pub const MASK: &str = "***";

/// The list with everything between the scheme and the last `@` of each item replaced by [`MASK`].
///
/// ```
/// assert_eq!(modkeep::mask::userinfo("https://me:pw@goproxy.example/x,direct"), "https://***@goproxy.example/x,direct");
/// ```
pub fn userinfo(list: &str) -> String {
    list.split_inclusive([',', '|']).map(mask_item).collect()
}

/// Whether some item of the list carries something before an `@`.
pub fn has_userinfo(list: &str) -> bool {
    userinfo(list) != list
}

fn mask_item(item: &str) -> String {
    let Some((before, after)) = item.rsplit_once('@') else { return item.to_owned() };
    let (scheme, hidden) = split_scheme(before);
    if hidden.is_empty() { item.to_owned() } else { format!("{scheme}{MASK}@{after}") }
}

/// The text up to and with `://`, if what stands before that is a scheme and not a user; else nothing. And the rest.
fn split_scheme(text: &str) -> (&str, &str) {
    let scheme = text.find("://").filter(|end| text[..*end].trim().chars().all(char::is_alphanumeric));
    text.split_at(scheme.map_or(0, |end| end + 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_before_the_at_sign_is_hidden() {
        for (plain, masked) in [
            ("direct", "direct"),
            ("https://goproxy.example", "https://goproxy.example"),
            ("https://token@goproxy.example", "https://***@goproxy.example"),
            (
                "https://u:p@a.example|https://v:q@b.example,off",
                "https://***@a.example|https://***@b.example,off",
            ),
            ("u:p@a.example/path", "***@a.example/path"),
            ("https://u:p/with@signs@a.example", "https://***@a.example"),
            ("https://@a.example", "https://@a.example"),
            ("@://x", "@://x"),
            ("u:p://x@a.example", "***@a.example"),
            (" https://u:p@a.example", " https://***@a.example"),
            ("", ""),
        ] {
            assert_eq!(userinfo(plain), masked);
            assert_eq!(has_userinfo(plain), plain != masked, "{plain}");
        }
    }
}
