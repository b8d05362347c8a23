//! Hides users, passwords and queries of URLs before anything is printed.
//!
//! The text may be a whole GOPROXY list, and it may be malformed: a password may hold the very `,` and `|` that separate
//! members, and a mistyped list must not print its password in the error. So this works on plain text, and rather hides too
//! much than too little.

use std::ops::RangeInclusive;

/// What stands in the place of what is hidden.
pub const MASK: &str = "***";

/// The list with everything between the scheme and the last `@` of each member, and everything behind `?` or `#`, replaced
/// by [`MASK`].
///
/// ```
/// let list = "https://me:pw@goproxy.example/x,https://b.example?token=x,direct";
/// assert_eq!(modkeep::mask::secrets(list), "https://***@goproxy.example/x,https://b.example?***,direct");
/// ```
pub fn secrets(list: &str) -> String {
    let pieces: Vec<&str> = list.split_inclusive(SEPARATORS).collect();
    let mut masked = String::new();
    let mut next = 0;
    while next < pieces.len() {
        let member = member_from(next, &pieces);
        next = member.end() + 1;
        masked.push_str(&mask_member(&pieces[member].concat()));
    }
    masked
}

/// The text with the secret part of each signer key in it replaced by [`MASK`]. It is for settings where no secret belongs, and
/// where one is pasted by mistake.
///
/// ```
/// assert_eq!(modkeep::mask::signer_keys("a,PRIVATE+KEY+me+01234567+AbC=,b"), "a,PRIVATE+KEY+***,b");
/// ```
pub fn signer_keys(text: &str) -> String {
    let mut parts = text.split(SIGNER_KEY);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |masked, part| {
        let end = part.find(|c: char| c.is_whitespace() || SEPARATORS.contains(&c)).unwrap_or(part.len());
        masked + SIGNER_KEY + MASK + &part[end..]
    })
}

/// What every signer key begins with.
pub const SIGNER_KEY: &str = "PRIVATE+KEY+";

/// Whether there is something in the list that would be hidden.
pub fn has_secrets(list: &str) -> bool {
    secrets(list) != list
}

const SEPARATORS: [char; 2] = [',', '|'];

/// The pieces between separators that make up the member that begins with the piece `first`: more than one, when a
/// separator belongs to a password or a query.
fn member_from(first: usize, pieces: &[&str]) -> RangeInclusive<usize> {
    let mut last = last_at_sign(first, pieces);
    if !pieces[last].contains('@') && is_cut(pieces[first]) {
        let at_sign = (last..pieces.len()).find(|at| pieces[*at].contains('@'));
        last = at_sign.map_or(last, |at| last_at_sign(at, pieces));
    }
    let query = pieces[last].rsplit('@').next().is_some_and(|tail| tail.contains(['?', '#']));
    first..=if query { next_member(last, pieces) - 1 } else { last }
}

/// An `@` in a piece that no scheme begins belongs to the user and password of an earlier piece. So this is the last piece
/// with one before the next scheme, or `from` itself.
fn last_at_sign(from: usize, pieces: &[&str]) -> usize {
    let behind = (from + 1..pieces.len()).take_while(|at| !has_scheme(pieces[*at]));
    behind.filter(|at| pieces[*at].contains('@')).last().unwrap_or(from)
}

/// Where the next member begins for certain.
fn next_member(after: usize, pieces: &[&str]) -> usize {
    let is_word = |piece: &str| matches!(piece.trim_end_matches(SEPARATORS).trim(), "direct" | "off");
    let begins = |at: &usize| has_scheme(pieces[*at]) || is_word(pieces[*at]);
    (after + 1..pieces.len()).find(begins).unwrap_or(pieces.len())
}

/// Only the schemes of a list count: with any word, a password could look like the begin of the next member.
fn has_scheme(piece: &str) -> bool {
    let scheme = piece.trim_start().split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https" | "file"))
}

/// Whether a piece without `@` looks like the first part of `user:password`: what stands behind its colon is no port.
fn is_cut(piece: &str) -> bool {
    let rest = piece.split_once("//").map_or(piece, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#', ',', '|']).next().unwrap_or_default();
    let port = host.split_once(':').filter(|_| !host.starts_with('[')).map(|(_, port)| port);
    port.is_some_and(|port| port.is_empty() || !port.chars().all(|digit| digit.is_ascii_digit()))
}

fn mask_member(member: &str) -> String {
    let Some((before, after)) = member.rsplit_once('@') else { return mask_query(member) };
    let (scheme, hidden) = split_scheme(before);
    let mask = if hidden.is_empty() { "" } else { MASK };
    format!("{scheme}{mask}@{}", mask_query(after))
}

/// The separator at the end stays.
fn mask_query(text: &str) -> String {
    let end = text.strip_suffix(SEPARATORS).unwrap_or(text).len();
    match text[..end].find(['?', '#']) {
        Some(at) if at + 1 < end => format!("{}{MASK}{}", &text[..=at], &text[end..]),
        _ => text.to_owned(),
    }
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
    fn users_passwords_and_queries_are_hidden() {
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
            ("https://a.example?token=x,b.example,direct", "https://a.example?***,direct"),
            ("https://u:p@a.example#x|https://b.example", "https://***@a.example#***|https://b.example"),
            ("https://a.example?", "https://a.example?"),
            (
                "http://[::1]:80,b.example:443,https://c.example",
                "http://[::1]:80,b.example:443,https://c.example",
            ),
            ("", ""),
        ] {
            assert_eq!(secrets(plain), masked);
            assert_eq!(has_secrets(plain), plain != masked, "{plain}");
        }
    }

    #[test]
    fn a_separator_in_a_password_does_not_show_the_rest_of_it() {
        for (plain, masked) in [
            ("https://user:pa,ss@a.example,direct", "https://***@a.example,direct"),
            ("https://user:pa|ss@a.example", "https://***@a.example"),
            ("https://user:pa,direct|b//ss@a.example", "https://***@a.example"),
            ("https://user:pa,https://ss@a.example", "https://***@a.example"),
            ("https://user:pa,htps://ss@a.example", "https://***@a.example"),
            ("user:pa,ss@a.example", "***@a.example"),
            ("https://a.example,u:p@b.example,off", "https://***@b.example,off"),
        ] {
            assert_eq!(secrets(plain), masked);
        }
    }
}
