//! The addresses of a repository.

use std::net::IpAddr;

use url::Url;

use super::GitOptions;
use crate::{RepoError, Route};

/// Longer than any address that is meant.
const URL_BYTES_MAX: usize = 2048;

/// A repository and the ways that lead to it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Remotes {
    /// Its address as discovery gave it: `Origin.URL`, and the name of its cache.
    pub url: String,
    /// The addresses to try, in order. They hold no passwords.
    pub ways: Vec<Route>,
}

/// One checked address: its protocol is allowed, and nothing in it can be taken for an option or a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Way {
    route: Route,
    scheme: String,
    host: String,
}

impl Way {
    /// Checks an address (protocol.md D11).
    pub(super) fn parse(route: &Route, options: &GitOptions) -> Result<Self, RepoError> {
        let text = route.url.as_str();
        let refuse = |why: &str| Err(RepoError::refused(format!("the repository address {text:?} {why}")));
        if text.len() > URL_BYTES_MAX || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(RepoError::refused(
                "the repository address is too long or has spaces or control characters",
            ));
        }
        if !text.contains("://") {
            return refuse("is no URL: write it with a scheme, like ssh://git@host/path");
        }
        let Ok(url) = Url::parse(text) else { return refuse("is no URL") };
        if url.password().is_some() {
            return Err(RepoError::refused(
                "a repository address has a password in it: set a credential for its host instead",
            ));
        }
        let host = url.host_str().unwrap_or_default();
        if [host, url.username(), text].iter().any(|part| part.starts_with('-')) {
            return refuse("has a part that begins with `-`");
        }
        if !allowed_protocols(options).any(|allowed| allowed == transport(url.scheme())) {
            return refuse("has a protocol that is not allowed");
        }
        if !is_plain(text, host, url.scheme()) {
            return refuse("has no plain host");
        }
        let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self { route: route.clone(), scheme: url.scheme().to_owned(), host })
    }

    /// The address as it was given.
    pub(super) fn url(&self) -> &str {
        &self.route.url
    }

    /// The address, and who named it.
    pub(super) fn route(&self) -> &Route {
        &self.route
    }

    /// Its scheme.
    pub(super) fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Its host, with the port where that is not the usual one.
    pub(super) fn host(&self) -> &str {
        &self.host
    }

    /// The setting of git that leads its name to these addresses and nowhere else.
    pub(super) fn resolved_to(&self, addresses: &[IpAddr]) -> Option<String> {
        let url = Url::parse(self.url()).ok()?;
        let (host, port) = (url.host_str()?, url.port_or_known_default()?);
        let shown = addresses.iter().map(|ip| match ip {
            IpAddr::V4(ip) => ip.to_string(),
            IpAddr::V6(ip) => format!("[{ip}]"),
        });
        let shown: Vec<_> = shown.collect();
        (!shown.is_empty()).then(|| format!("{host}:{port}:{}", shown.join(",")))
    }

    /// Whether a web client can look at it.
    pub(super) fn is_web(&self) -> bool {
        matches!(self.scheme(), "http" | "https")
    }
}

/// Whether everybody who reads this address finds the same host in it.
fn is_plain(text: &str, host: &str, scheme: &str) -> bool {
    let authority = text.split_once("://").and_then(|(_, rest)| rest.split('/').next()).unwrap_or_default();
    if scheme == "file" {
        return authority.is_empty();
    }
    let place = authority.rsplit_once('@').map_or(authority, |(_, place)| place);
    let is_host = place.get(..host.len()).is_some_and(|start| start.eq_ignore_ascii_case(host));
    is_host && !host.is_empty() && !text.contains('\\') && authority.matches('@').count() <= 1
}

/// What git may speak.
pub(super) fn allowed_protocols(options: &GitOptions) -> impl Iterator<Item = &str> {
    ["https", "ssh"].into_iter().chain(options.extra_protocols.iter().map(String::as_str))
}

/// Git's name for the protocol behind a scheme.
fn transport(scheme: &str) -> &str {
    match scheme {
        "git+ssh" | "ssh+git" => "ssh",
        same => same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str, options: &GitOptions) -> Result<Way, RepoError> {
        Way::parse(&Route::vouched(url), options)
    }

    #[test]
    fn good_addresses_are_taken_apart() {
        let options = GitOptions::default();
        let way = parse("ssh://git@example.com:2222/a/b", &options).unwrap();
        assert_eq!((way.scheme(), way.host(), way.is_web()), ("ssh", "example.com:2222", false));
        assert!(parse("git+ssh://example.com/a", &options).is_ok());
        assert!(parse("https://example.com/a", &options).unwrap().is_web());
    }

    #[test]
    fn a_name_is_led_to_addresses() {
        let way = parse("https://Example.com/a", &GitOptions::default()).unwrap();
        let addresses = ["1.1.1.1", "2606:4700::1"].map(|ip| ip.parse().unwrap());
        assert_eq!(way.resolved_to(&addresses).as_deref(), Some("example.com:443:1.1.1.1,[2606:4700::1]"));
        assert_eq!(way.resolved_to(&[]), None);
    }

    #[test]
    fn bad_addresses_are_refused() {
        let refused = [
            "example.com:path",
            "/srv/repository",
            "--upload-pack=touch x",
            "--upload-pack=touch://x",
            "-u://example.com/a",
            "ext::sh -c id",
            "ssh://-oProxyCommand=id/a",
            "ssh://-l@example.com/a",
            "file:///etc",
            "git://example.com/a",
            "http://example.com/a",
            "https://user:secret@example.com/a",
            "https:///a",
            "https://good.example\\@bad.example/a",
            "https://a@good.example@bad.example/a",
            "https://b%61d.example/a",
            "https://example.com/a\nb",
        ];
        for text in refused {
            let error = parse(text, &GitOptions::default()).unwrap_err();
            assert!(!error.message.contains("secret"), "{error}");
        }
        let file = GitOptions { extra_protocols: vec!["file".into()], ..GitOptions::default() };
        assert!(parse("file:///etc", &file).is_ok());
    }
}
