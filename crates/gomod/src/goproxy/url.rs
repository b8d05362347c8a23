//! The URL of a place to ask, which never prints its password (protocol.md B2).
//!
//! Only what the grammar decides is looked at here: scheme, host, and that a `file` URL is a bare path. Whoever connects
//! parses the rest.

use std::fmt;

use super::host::check_authority;

/// A URL with the scheme `https`, `http` or `file`. Display and Debug hide user name and password; `as_str` does not.
///
/// ```
/// use gomod::goproxy::PlaceUrl;
/// let url = PlaceUrl::parse("https://ci:secret@proxy.example/go")?;
/// assert_eq!(url.to_string(), "https://ci:***@proxy.example/go");
/// assert_eq!(url.as_str(), "https://ci:secret@proxy.example/go");
/// for bad in ["proxy", "ftp://proxy.example", "https://", "file://host/path", "file:///path?query", "https://a b"] {
///     assert!(PlaceUrl::parse(bad).is_err(), "{bad}");
/// }
/// # Ok::<(), gomod::goproxy::UrlFlaw>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PlaceUrl(String);

/// Why a text is no URL of a place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlFlaw {
    /// A bare word that is neither `off` nor `direct`.
    #[error("missing scheme; write https://, http:// or file://, or one of the words direct and off")]
    NoScheme,
    /// A scheme that modules are not fetched over.
    #[error("the scheme {0:?} is not supported; use https, http or file")]
    Scheme(String),
    /// Nothing to connect to.
    #[error("missing host")]
    NoHost,
    /// A `file` URL with a host, a query or a fragment.
    #[error("a file URL has nothing but an absolute path, as in file:///srv/modules")]
    FileUrl,
    /// A port that is no number, brackets around anything but an IPv6 address, or only one of them.
    #[error("the host {0:?} is malformed")]
    Host(String),
    /// A control character anywhere, or a character that no host has in the host.
    #[error("the character {0:?} cannot stand there in a URL")]
    Character(char),
    /// A `%` that is not followed by two hex digits.
    #[error("the percent sign is not followed by two hex digits")]
    Percent,
}

impl PlaceUrl {
    /// Takes a complete URL.
    pub fn parse(url: &str) -> Result<Self, UrlFlaw> {
        if let Some(bad) = url.chars().find(char::is_ascii_control) {
            return Err(UrlFlaw::Character(bad));
        }
        if !good_percents(url) {
            return Err(UrlFlaw::Percent);
        }
        let (scheme, rest) = url.split_once(':').filter(|(s, _)| is_scheme(s)).ok_or(UrlFlaw::NoScheme)?;
        match scheme.to_ascii_lowercase().as_str() {
            "http" | "https" => check_authority(rest.strip_prefix("//").map_or("", authority))?,
            "file" => check_file(rest)?,
            other => return Err(UrlFlaw::Scheme(other.to_owned())),
        }
        Ok(Self(url.to_owned()))
    }

    /// The URL as it was written, with any password.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it names a folder of this machine.
    pub fn is_file(&self) -> bool {
        self.0.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:"))
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
}

/// Whether every percent sign is followed by two hex digits. Nobody decodes a query.
fn good_percents(url: &str) -> bool {
    let (url, fragment) = url.split_once('#').unwrap_or((url, ""));
    let path = url.split('?').next().unwrap_or(url);
    [path, fragment]
        .into_iter()
        .flat_map(|part| part.split('%').skip(1))
        .all(|rest| rest.as_bytes().get(..2).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)))
}

fn check_file(after_scheme: &str) -> Result<(), UrlFlaw> {
    // `file:/path` means the same elsewhere, but go refuses it.
    let path = after_scheme.strip_prefix("//").ok_or(UrlFlaw::FileUrl)?;
    if path.starts_with('/') && !path.contains(['?', '#']) { Ok(()) } else { Err(UrlFlaw::FileUrl) }
}

fn authority(after_slashes: &str) -> &str {
    after_slashes.split(['/', '?', '#']).next().unwrap_or(after_slashes)
}

/// The text with the secret part of `user:password@` starred out. A user name alone is hidden too: it may be a token.
pub(super) fn redacted(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("//") else { return url.to_owned() };
    match authority(rest).rsplit_once('@') {
        None => url.to_owned(),
        Some((userinfo, _)) => {
            let shown = userinfo.split_once(':').map_or(String::new(), |(user, _)| format!("{user}:"));
            format!("{scheme}//{shown}***{}", &rest[userinfo.len()..])
        }
    }
}

impl AsRef<str> for PlaceUrl {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PlaceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&redacted(&self.0))
    }
}

impl fmt::Debug for PlaceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PlaceUrl({:?})", redacted(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_do_not_print() {
        for (url, shown) in [
            ("https://h/p", "https://h/p"),
            ("https://user:pw@h/p", "https://user:***@h/p"),
            ("https://token@h:8080", "https://***@h:8080"),
            ("https://user:p@ss@h/a@b", "https://user:***@h/a@b"),
            ("https://h/a@b", "https://h/a@b"),
        ] {
            let url = PlaceUrl::parse(url).unwrap();
            assert_eq!(url.to_string(), shown);
            assert_eq!(format!("{url:?}"), format!("PlaceUrl({shown:?})"));
        }
    }

    #[test]
    fn file_urls_are_bare_paths() {
        assert!(PlaceUrl::parse("file:///a/b").unwrap().is_file());
        assert!(PlaceUrl::parse("FILE:///a").unwrap().is_file());
        assert_eq!(PlaceUrl::parse("file:/a"), Err(UrlFlaw::FileUrl));
        assert_eq!(PlaceUrl::parse("file://a/b"), Err(UrlFlaw::FileUrl));
        assert_eq!(PlaceUrl::parse("file:a"), Err(UrlFlaw::FileUrl));
    }

    #[test]
    fn a_host_is_needed() {
        for url in ["https://", "https:///p", "https:/p", "https://u:p@/p", "http://:80"] {
            assert_eq!(PlaceUrl::parse(url), Err(UrlFlaw::NoHost), "{url}");
        }
        for url in ["https://h:http", "https://[::1", "https://a:1:2", "https://[::1]x"] {
            assert!(matches!(PlaceUrl::parse(url), Err(UrlFlaw::Host(_))), "{url}");
        }
        for url in ["https://h:", "https://h:80/x:y", "https://[::1]:80", "HTTP://h"] {
            assert!(PlaceUrl::parse(url).is_ok(), "{url}");
        }
    }

    #[test]
    fn odd_characters_are_refused_where_go_refuses_them() {
        assert!(PlaceUrl::parse("file:///srv/my modules").is_ok());
        assert!(PlaceUrl::parse("https://h/%41").is_ok());
        assert!(PlaceUrl::parse("https://h/?%4").is_ok());
        assert_eq!(PlaceUrl::parse("https://h/#%4"), Err(UrlFlaw::Percent));
        assert_eq!(PlaceUrl::parse("https://h/%4"), Err(UrlFlaw::Percent));
        assert_eq!(PlaceUrl::parse("https://h/%é1"), Err(UrlFlaw::Percent));
        assert_eq!(PlaceUrl::parse("https://h/\n"), Err(UrlFlaw::Character('\n')));
        assert_eq!(PlaceUrl::parse("https://a b/"), Err(UrlFlaw::Character(' ')));
    }
}
