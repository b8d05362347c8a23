//! The addresses of a repository.

use std::net::IpAddr;

use url::Url;

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

impl Remotes {
    /// The ways that may be gone.
    ///
    /// # Errors
    /// `Refused` when there is none.
    pub(crate) fn checked<'a>(
        &self,
        allowed: &(impl Iterator<Item = &'a str> + Clone),
    ) -> Result<Vec<Way>, RepoError> {
        let (ways, refused): (Vec<_>, Vec<_>) =
            self.ways.iter().map(|way| Way::parse(way, allowed.clone())).partition(Result::is_ok);
        if ways.is_empty() {
            let reason = refused.into_iter().find_map(Result::err);
            return Err(reason.unwrap_or_else(|| RepoError::refused("the repository has no address")));
        }
        Ok(ways.into_iter().flatten().collect())
    }
}

/// One checked address: its protocol is allowed, and nothing in it can be taken for an option or a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Way {
    route: Route,
    scheme: String,
    host: String,
}

impl Way {
    /// Checks an address (protocol.md D11), whose protocol must be one of those that are allowed.
    pub(crate) fn parse<'a>(
        route: &Route,
        allowed: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, RepoError> {
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
        if !allowed.into_iter().any(|allowed| allowed == transport(url.scheme())) {
            return refuse("has a protocol that is not allowed");
        }
        if !is_plain(text, host, url.scheme()) {
            return refuse("has no plain host");
        }
        let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self { route: route.clone(), scheme: url.scheme().to_owned(), host })
    }

    /// The address as it was given.
    pub(crate) fn url(&self) -> &str {
        &self.route.url
    }

    /// The address, and who named it.
    pub(crate) fn route(&self) -> &Route {
        &self.route
    }

    /// Its scheme.
    pub(crate) fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Its host, with the port where that is not the usual one.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// What its use of its host is called (see [`Hosts`](crate::Hosts)).
    pub(crate) fn place(&self) -> String {
        format!("{}://{}", self.scheme, self.host)
    }

    /// The port, where that is not the usual one.
    pub(crate) fn port(&self) -> Option<u16> {
        let (_, port) = self.host.rsplit_once(':')?;
        port.parse().ok()
    }

    /// The setting of git that leads its name to these addresses and nowhere else.
    pub(crate) fn resolved_to(&self, addresses: &[IpAddr]) -> Option<String> {
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
    pub(crate) fn is_web(&self) -> bool {
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

/// The name of the protocol behind a scheme.
fn transport(scheme: &str) -> &str {
    match scheme {
        "git+ssh" | "ssh+git" | "svn+ssh" => "ssh",
        same => same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<Way, RepoError> {
        Way::parse(&Route::vouched(url), ["https", "ssh"])
    }

    #[test]
    fn good_addresses_are_taken_apart() {
        let way = parse("ssh://git@example.com:2222/a/b").unwrap();
        assert_eq!((way.scheme(), way.host(), way.is_web()), ("ssh", "example.com:2222", false));
        assert_eq!(way.port(), Some(2222));
        assert!(parse("git+ssh://example.com/a").is_ok());
        assert!(parse("https://example.com/a").unwrap().is_web());
        assert_eq!(parse("ssh://[::1]/a").unwrap().port(), None);
    }

    #[test]
    fn a_name_is_led_to_addresses() {
        let way = parse("https://Example.com/a").unwrap();
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
            let error = parse(text).unwrap_err();
            assert!(!error.message.contains("secret"), "{error}");
        }
        assert!(Way::parse(&Route::vouched("file:///etc"), ["file"]).is_ok());
    }
}
