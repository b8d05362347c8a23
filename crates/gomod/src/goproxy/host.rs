//! What may stand between `//` and the next `/` of a URL, by the rules of go's URL parser (protocol.md B2).

use core::net::Ipv6Addr;

use super::url::UrlFlaw;

/// What may stand in a host besides ASCII letters and digits. Brackets have rules of their own.
const HOST_SIGNS: &str = "-_.~!$&'()*+,;=:[]<>\"%";
/// What may stand in user name and password besides ASCII letters and digits.
const USER_SIGNS: &str = "-_.~!$&'()*+,;=:%@";

/// Checks `user:password@host:port`, where only the host is needed.
pub(super) fn check_authority(authority: &str) -> Result<(), UrlFlaw> {
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    if host.is_empty() || host.starts_with(':') {
        return Err(UrlFlaw::NoHost);
    }
    let bad_user = user.chars().find(|&c| !c.is_ascii_alphanumeric() && !USER_SIGNS.contains(c));
    let bad_host =
        host.chars().find(|&c| c.is_ascii() && !c.is_ascii_alphanumeric() && !HOST_SIGNS.contains(c));
    if let Some(bad) = bad_user.or(bad_host) {
        return Err(UrlFlaw::Character(bad));
    }
    if !good_percents(host) {
        return Err(UrlFlaw::Percent);
    }
    if has_good_form(host) { Ok(()) } else { Err(UrlFlaw::Host(host.to_owned())) }
}

/// A percent sign in a host spells a byte that is not ASCII, or itself.
fn good_percents(host: &str) -> bool {
    host.split('%')
        .skip(1)
        .all(|rest| rest.starts_with("25") || !rest.starts_with(|c: char| ('0'..'8').contains(&c)))
}

/// A name or an address in brackets, and behind it nothing or a colon and digits. A `]` alone in a name is something that
/// go notices only when it connects.
fn has_good_form(host: &str) -> bool {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.rsplit_once(']').is_some_and(|(address, port)| is_address(address) && is_port(port));
    }
    let (name, port) = host.split_at(host.find(':').unwrap_or(host.len()));
    !name.contains('[') && is_port(port)
}

fn is_port(text: &str) -> bool {
    text.is_empty() || text.strip_prefix(':').is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()))
}

/// An IPv6 address, with or without a zone.
fn is_address(text: &str) -> bool {
    let (address, zone) = text.split_once("%25").unwrap_or((text, "-"));
    !zone.is_empty() && address.parse::<Ipv6Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_in_brackets() {
        for good in ["[::1]", "[::1]:", "[::1]:80", "[fe80::1%25en0]:1", "[::ffff:1.2.3.4]", "u:p@[::1]"] {
            assert_eq!(check_authority(good), Ok(()), "{good}");
        }
        for bad in
            ["[::1", "[::1]x", "[fe80:1:]", "[::1%25]", "[1.2.3.4]", "[é]", "p[x", "p[x]", "h:x", "a:1:2"]
        {
            assert!(matches!(check_authority(bad), Err(UrlFlaw::Host(_))), "{bad}");
        }
    }

    #[test]
    fn signs_are_those_of_go() {
        for good in ["é.x", "a_b", "h%e9", "h%25", "u%41:p@h", "a@b@h"] {
            assert_eq!(check_authority(good), Ok(()), "{good}");
        }
        assert_eq!(check_authority("a b"), Err(UrlFlaw::Character(' ')));
        assert_eq!(check_authority("é@h"), Err(UrlFlaw::Character('é')));
        assert_eq!(check_authority("h%41"), Err(UrlFlaw::Percent));
    }
}
