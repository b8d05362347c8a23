//! Another proxy that speaks the GOPROXY protocol, over HTTP or as a tree of files.
//!
//! * [`http`]: one question is one GET, with a limit on every wait.
//! * [`status`]: the only table from HTTP status to kind of failure.
//! * [`tree`]: `file://` upstreams (protocol.md B10).

pub mod http;
mod status;
mod tree;

use std::fmt;
use std::sync::Arc;

use url::Url;

use crate::{Answer, Ask, Ctx, Failure, Origin, Source, Want};
pub use http::{HttpClient, HttpOptions};

/// An upstream proxy.
#[derive(Clone)]
pub struct Upstream {
    origin: Origin,
    transport: Transport,
}

#[derive(Clone)]
enum Transport {
    Http { base: Arc<Url>, client: HttpClient },
    Tree(tree::Tree),
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
}

impl Upstream {
    /// An upstream at an `https`, `http` or `file` URL (protocol.md B2).
    ///
    /// # Errors
    /// A URL that does not parse or has another scheme; a query or fragment; credentials in a plain `http` URL, where
    /// everybody on the way could read them (protocol.md B24); a `file` URL with a host.
    pub fn new(url: &str, client: &HttpClient) -> Result<Self, UpstreamError> {
        let url = Url::parse(url).map_err(|reason| UpstreamError::Invalid { url: mask(url), reason })?;
        let origin = Origin::new(display_name(&url));
        let unusable = |reason| UpstreamError::Unusable { url: origin.to_string(), reason };
        if url.query().is_some() || url.fragment().is_some() {
            return Err(unusable("an upstream URL has no query and no fragment"));
        }
        let transport = match url.scheme() {
            "http" if has_credentials(&url) => {
                return Err(unusable("credentials would be sent in clear text; use https"));
            }
            "http" | "https" => Transport::Http { base: Arc::new(url), client: client.clone() },
            "file" => match url.to_file_path() {
                Ok(root) => Transport::Tree(tree::Tree::new(root)),
                Err(()) => return Err(unusable("a file URL has an absolute path and no host")),
            },
            _ => return Err(unusable("the scheme is none of https, http, file")),
        };
        Ok(Self { origin, transport })
    }

    /// The display name: the URL without credentials.
    pub fn origin(&self) -> &Origin {
        &self.origin
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
            Transport::Http { base, client } => client.ask(&self.origin, base, ask, ctx).await,
        }
    }
}

/// Shows the name alone: the URL inside may hold a password.
impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream").field("origin", &self.origin).finish_non_exhaustive()
    }
}

fn has_credentials(url: &Url) -> bool {
    !url.username().is_empty() || url.password().is_some()
}

/// The URL without credentials and without a final slash.
fn display_name(url: &Url) -> String {
    let mut url = url.clone();
    // Both fail only for URLs that cannot have credentials, `file:` among them.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.as_str().trim_end_matches('/').to_owned()
}

/// What can be shown of a text that is not a URL but might hold a password.
fn mask(text: &str) -> String {
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
        assert!(!refusal("https//user:secret@proxy.example").contains("secret"));
    }

    #[test]
    fn what_cannot_be_asked_is_refused_with_the_reason() {
        assert!(refusal("http://user:pw@proxy.example").contains("clear text"));
        assert!(refusal("ftp://proxy.example").contains("scheme"));
        assert!(refusal("https://proxy.example?x=1").contains("query"));
        assert!(refusal("file://host/dir").contains("no host"));
    }
}
