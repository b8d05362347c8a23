//! URLs of repositories as strangers write them: which of them may be handed to a program at all.

use url::Url;

/// A URL without user, password, query and fragment, for messages. Text that is no URL is cut as if it were one.
pub(super) fn shown(url: &str) -> String {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let clean: String = url.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SHOWN_MAX).collect();
    let (scheme, rest) = clean.split_once("://").unwrap_or(("", &clean));
    let end = rest.find('/').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let mark = if scheme.is_empty() { "" } else { "://" };
    format!("{scheme}{mark}{host}{path}")
}

/// In characters.
const SHOWN_MAX: usize = 300;

/// Reads a repository's URL, strictly: every program that will read it must see the same host in it, and nothing in it may be
/// taken for an option.
///
/// # Errors
/// What is wrong, without the URL.
pub(super) fn parse(text: &str) -> Result<Url, &'static str> {
    if text.len() > URL_BYTES_MAX {
        return Err("it is too long");
    }
    let is_plain = |c: char| c.is_ascii_graphic() && !"\\\"<>^`{|}".contains(c);
    if !text.chars().all(is_plain) {
        return Err("it has characters that no URL has");
    }
    let (_, rest) = text.split_once("://").ok_or("it has no ://")?;
    let url = Url::parse(text).map_err(|_| "it is not a URL")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    check_authority(authority, &url)?;
    if url.password().is_some() {
        return Err("it has a password in it");
    }
    if url.path().starts_with("/-") {
        return Err("its path begins with a hyphen");
    }
    Ok(url)
}

/// In bytes.
const URL_BYTES_MAX: usize = 2048;

fn check_authority(authority: &str, url: &Url) -> Result<(), &'static str> {
    let (user, place) = authority.rsplit_once('@').unwrap_or(("", authority));
    if user.contains(['@', '%']) || user.starts_with('-') {
        return Err("its user name is not a plain word");
    }
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or("it has no host")?;
    let name = match url.port() {
        Some(port) => place.strip_suffix(&format!(":{port}")).unwrap_or(place),
        None => place,
    };
    // A well-known port is dropped by the parser.
    let name = name.strip_suffix(":443").or(name.strip_suffix(":80")).unwrap_or(name);
    let is_same = name.eq_ignore_ascii_case(host);
    if !is_same || host.starts_with('-') || host.contains('%') {
        Err("its host is not a plain name")
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_urls_are_taken() {
        for good in [
            "https://a.example",
            "https://A.example:8443/x/y.git?z",
            "https://git@a.example:443/x",
            "ssh://git@a.example:22/~u/x",
            "git+ssh://a.example/x",
            "https://[::1]:80/x",
            "https://10.0.0.1/x",
        ] {
            assert!(parse(good).is_ok(), "{good}: {:?}", parse(good));
        }
    }

    #[test]
    fn what_two_programs_could_read_differently_is_not() {
        for bad in [
            "",
            "a.example/x",
            "git@a.example:x",
            "ext::sh -c id",
            "https:a.example",
            "https://",
            "ssh://-oProxyCommand=id/x",
            "ssh://-a@b.example/x",
            "ssh://%2doProxyCommand/x",
            "https://a.example/-x",
            "https://a.example\\@b.example/x",
            "https://a@b@c.example/x",
            "https://a.example/\u{7}x",
            "https://a.example/x y",
            "https://ä.example/x",
            "https://a.example/\nx",
            "https://0x7f.1/x",
            "https://2130706433/x",
            "https://127.1/x",
            "https://me:secret@a.example/x",
            "https://a.example%00.b.example/x",
        ] {
            assert!(parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn messages_show_no_secrets() {
        assert_eq!(shown("https://me:secret@a.example/x?token=secret#y"), "https://a.example/x");
        assert_eq!(shown("me:secret@a.example"), "a.example");
        assert_eq!(shown("a\nb"), "a b");
    }
}
