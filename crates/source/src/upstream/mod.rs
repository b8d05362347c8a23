//! Another proxy that speaks the GOPROXY protocol, over HTTP or as a tree of files.
//!
//! * [`client`]: the pool of connections: timeouts, trust, and what is used with one place alone.
//! * [`credentials`], [`netrc`], [`authorizer`]: who we are to a place.
//! * [`notice`]: what a place is told before it is asked.
//! * [`doors`]: how many questions and connections at once.
//! * [`http`]: one question is one GET, with a limit on every wait.
//! * [`content`]: the body as it comes: what is too slow, and going on after a break.
//! * [`resume`]: what makes sure that the rest of a zip belongs to its beginning.
//! * [`proxies`]: through whom to go.
//! * [`redirects`]: where a GET may be led to, and what is sent along.
//! * [`status`]: the only table from HTTP status to kind of failure.
//! * [`tree`]: `file://` upstreams (protocol.md B10).
//! * [`trust`]: certificates, of authorities and our own.

mod authorizer;
mod bounds;
mod client;
mod content;
mod credentials;
mod doors;
mod http;
mod netrc;
mod notice;
mod proxies;
mod redirects;
mod resume;
mod status;
mod tree;
mod trust;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use url::Url;

use crate::ask;
use crate::{Answer, Ask, Ctx, Failure, Origin, Source, Want};
pub use authorizer::Authorizer;
pub use bounds::Bounds;
pub use client::{Access, HttpClient, HttpOptions};
pub use credentials::{Credentials, CredentialsError};
pub use netrc::{Machine, Netrc};
pub use notice::Notice;
pub use proxies::Proxies;
pub use trust::{Authorities, ClientCertificate};

/// An upstream proxy.
#[derive(Clone)]
pub struct Upstream {
    origin: Origin,
    transport: Transport,
    knows_us: bool,
}

#[derive(Clone)]
enum Transport {
    Http { base: Arc<Url>, client: HttpClient, root: Root },
    Tree(tree::Tree),
}

/// What stands below the base URL.
#[derive(Debug, Clone, Copy)]
enum Root {
    /// The addresses of a GOPROXY.
    Goproxy,
    /// Those of one checksum database, without the `sumdb/NAME/` before them.
    Database,
}

impl Root {
    /// The path of a question below the base URL.
    fn path(self, ask: &Ask) -> String {
        match (self, ask) {
            (Self::Database, Ask::SumDb(ask)) => ask::encoded(&ask.path.address()),
            _ => ask.url_path(),
        }
    }
}

/// Why a URL cannot be an upstream.
#[derive(Debug, thiserror::Error)]
pub enum UpstreamError {
    /// It does not parse.
    #[error("invalid upstream URL {url:?}: {reason}")]
    Invalid {
        /// The text, without credentials where they could be told apart.
        url: String,
        /// What is wrong with it.
        reason: url::ParseError,
    },
    /// It parses but is not of a kind that can be asked.
    #[error("upstream {url}: {reason}")]
    Unusable {
        /// The URL without credentials.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// User and password of the URL cannot be sent.
    #[error("upstream {url}: {reason}")]
    Credentials {
        /// The URL without credentials.
        url: String,
        /// What is wrong with them.
        reason: CredentialsError,
    },
    /// No connection could ever be made with these certificates.
    #[error("upstream {url}: there can be no connection")]
    Client {
        /// The URL without credentials.
        url: String,
        /// What the library for requests says.
        source: reqwest::Error,
    },
}

impl Upstream {
    /// An upstream at an `https`, `http` or `file` URL (protocol.md B2).
    ///
    /// # Errors
    /// Those of [`check_url`].
    pub fn new(url: &str, client: &HttpClient) -> Result<Self, UpstreamError> {
        Self::with_access(url, client, Access::default())
    }

    /// An upstream that is asked with credentials or certificates. Those of the URL win over those given here.
    ///
    /// # Errors
    /// Those of [`check_url`]; credentials or a certificate for a place that is not asked over `https` (protocol.md B24).
    pub fn with_access(url: &str, client: &HttpClient, access: Access) -> Result<Self, UpstreamError> {
        let Address { url, origin, root, credentials } = Address::parse(url)?;
        let access = Access { credentials: credentials.or(access.credentials), ..access };
        let knows_us = access.identifies();
        if knows_us && url.scheme() != "https" {
            return Err(UpstreamError::Unusable { url: origin.to_string(), reason: CLEAR_TEXT });
        }
        let shown = origin.to_string();
        let unusable = |source| UpstreamError::Client { url: shown, source };
        let transport = if let Some(root) = root {
            Transport::Tree(tree::Tree::new(root))
        } else {
            let client = client.for_place(access).map_err(unusable)?;
            Transport::Http { base: Arc::new(url), client, root: Root::Goproxy }
        };
        Ok(Self { origin, transport, knows_us })
    }

    /// The own host of a checksum database, at the URL that GOSUMDB gives or its name stands for (protocol.md G7, G9). It can be
    /// asked for nothing but what the database has.
    ///
    /// # Errors
    /// Those of [`check_url`].
    pub fn of_database(url: &str, client: &HttpClient) -> Result<Self, UpstreamError> {
        let mut upstream = Self::new(url, client)?;
        match &mut upstream.transport {
            Transport::Http { root, .. } => *root = Root::Database,
            Transport::Tree(tree) => tree.of_database(),
        }
        Ok(upstream)
    }

    /// The same upstream, which is told what `notice` says, if it is a modkeep. A tree of files is told nothing.
    #[must_use]
    pub fn with_notice(mut self, notice: Arc<Notice>) -> Self {
        if let Transport::Http { client, .. } = &mut self.transport {
            client.notice = Some(notice);
        }
        self
    }

    /// Whether the place is asked with credentials or a certificate of ours: what it answers is then meant for us, and it
    /// counts as authoritative (house.md, contract of Source).
    pub fn knows_us(&self) -> bool {
        self.knows_us
    }

    /// The display name: the URL without credentials.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// Whether there could be an upstream at this URL. Nothing is asked.
///
/// # Errors
/// A URL that does not parse or has another scheme than `https`, `http` and `file`; a query or fragment; credentials in a
/// plain `http` URL, where everybody on the way could read them (protocol.md B24); a `file` URL with a host. No error
/// shows credentials.
pub fn check_url(url: &str) -> Result<(), UpstreamError> {
    Address::parse(url).map(drop)
}

/// What is said of credentials for a place that is not asked over `https`.
const CLEAR_TEXT: &str = "credentials would be sent in clear text; use https";

/// A URL that an upstream can be at.
struct Address {
    /// Without user and password.
    url: Url,
    origin: Origin,
    /// The folder of a `file` URL.
    root: Option<PathBuf>,
    credentials: Option<Credentials>,
}

impl Address {
    fn parse(text: &str) -> Result<Self, UpstreamError> {
        let mut url =
            Url::parse(text).map_err(|reason| UpstreamError::Invalid { url: mask(text), reason })?;
        let origin = Origin::new(display_name(&url));
        let unusable = |reason| UpstreamError::Unusable { url: origin.to_string(), reason };
        if url.query().is_some() || url.fragment().is_some() {
            return Err(unusable("an upstream URL has no query and no fragment"));
        }
        let root = match url.scheme() {
            "http" if has_credentials(&url) => {
                return Err(unusable(CLEAR_TEXT));
            }
            "http" | "https" => None,
            "file" => match url.to_file_path() {
                Ok(root) => Some(root),
                Err(()) => return Err(unusable("a file URL has an absolute path and no host")),
            },
            _ => return Err(unusable("the scheme is none of https, http, file")),
        };
        let credentials = Credentials::of_url(&url)
            .map_err(|reason| UpstreamError::Credentials { url: origin.to_string(), reason })?;
        hide_credentials(&mut url);
        Ok(Self { url, origin, root, credentials })
    }
}

#[async_trait::async_trait]
impl Source for Upstream {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        match &self.transport {
            Transport::Tree(tree) => tree.ask(&self.origin, ask, ctx).await,
            Transport::Http { .. } if ctx.want == Want::KeptOnly => Err(Failure::not_found(
                &self.origin,
                "not asked, since only what is kept was wanted",
                std::time::Duration::ZERO,
            )),
            Transport::Http { base, client, root } => {
                client.ask(&self.origin, base, &root.path(ask), ask, ctx).await
            }
        }
    }
}

/// Shows the name alone: the client inside may hold a password.
impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream").field("origin", &self.origin).finish_non_exhaustive()
    }
}

fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// The URL without credentials, query, fragment and final slash.
fn display_name(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    hide_credentials(&mut url);
    url.as_str().trim_end_matches('/').to_owned()
}

fn hide_credentials(url: &mut Url) {
    // Both fail only for URLs that cannot have credentials, `file:` among them.
    let _ = url.set_username("");
    let _ = url.set_password(None);
}

/// What can be shown of a text that is not a URL but might hold a password or a token.
fn mask(text: &str) -> String {
    let text = text.split(['?', '#']).next().unwrap_or_default();
    text.rsplit_once('@').map_or_else(|| text.to_owned(), |(_, after)| format!("…@{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(url: &str) -> String {
        Upstream::new(url, &HttpClient::new(&HttpOptions::default()).unwrap()).unwrap_err().to_string()
    }

    #[test]
    fn a_password_is_never_shown() {
        let client = HttpClient::new(&HttpOptions::default()).unwrap();
        let upstream = Upstream::new("https://user:secret@proxy.example/go/", &client).unwrap();
        assert_eq!(upstream.origin().as_str(), "https://proxy.example/go");
        assert!(!format!("{upstream:?}").contains("secret"), "{upstream:?}");
        for url in
            ["https//user:secret@proxy.example", "https://h?token=secret", "https://h:99999/?token=secret"]
        {
            assert!(!refusal(url).contains("secret"), "{}", refusal(url));
        }
    }

    #[test]
    fn what_cannot_be_asked_is_refused_with_the_reason() {
        assert!(refusal("http://user:pw@proxy.example").contains("clear text"));
        assert!(refusal("ftp://proxy.example").contains("scheme"));
        assert!(refusal("https://proxy.example?x=1").contains("query"));
        assert!(refusal("file://host/dir").contains("no host"));
    }
}
