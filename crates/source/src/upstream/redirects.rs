//! One GET, wherever it is redirected to.
//!
//! Redirects are followed as go follows them, at most ten and never from https to anything else (protocol.md B8). They are
//! followed here and not by the library, because only here it is known which requests still go to the place itself:
//! its credentials, our certificate and its own authorities are for its scheme, host and port alone. A redirect to a
//! storage bucket, say, is followed as anybody would follow it.

use http::{HeaderMap, header};
use reqwest::{RequestBuilder, Response};
use url::Url;

use super::client::HttpClient;
use crate::redirect::{BadRedirect, redirect};

/// As many redirects as go follows (protocol.md B8).
const REDIRECTS_MAX: usize = 10;

/// Why there is no response.
#[derive(Debug, thiserror::Error)]
pub(super) enum GetError {
    /// A redirect that is not followed.
    #[error("redirected to {0}")]
    Redirect(#[from] BadRedirect),
    /// A circle, or a chain without end.
    #[error("more than {REDIRECTS_MAX} redirects")]
    Redirects,
    /// A URL that the client may not go to.
    #[error("{0}")]
    OutOfBounds(String),
    /// The request failed on its way. The error holds no URL.
    #[error(transparent)]
    Transport(reqwest::Error),
}

impl HttpClient {
    /// Sends a GET with these headers to `start`, a URL of the place that this client is for, and follows redirects.
    pub(super) async fn get(&self, start: &Url, headers: &HeaderMap) -> Result<Response, GetError> {
        let mut url = start.clone();
        for _ in 0..=REDIRECTS_MAX {
            if let Some(bounds) = &self.bounds {
                bounds.check(&url).map_err(GetError::OutOfBounds)?;
            }
            let response = self.get_once(&url, is_at(start, &url), headers).await?;
            match redirect(response.status(), response.headers(), &url)? {
                Some(next) => url = next,
                None => return Ok(response),
            }
        }
        Err(GetError::Redirects)
    }

    async fn get_once(&self, url: &Url, own: bool, headers: &HeaderMap) -> Result<Response, GetError> {
        let pool = if own { &self.own } else { &self.others };
        let request = pool.get(url.clone()).headers(headers.clone());
        let request = if own { self.introduced(request, url).await } else { request };
        request.send().await.map_err(|error| GetError::Transport(error.without_url()))
    }

    /// A request to the place that this client is for, with who we are.
    pub(super) async fn introduced(&self, mut request: RequestBuilder, url: &Url) -> RequestBuilder {
        if let Some(authorization) = &self.authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        if let Some(authorizer) = self.authorizer(url) {
            request = request.headers(authorizer.headers(url).await);
        }
        request
    }
}

/// Whether both have the same scheme, host and port.
pub(super) fn is_at(place: &Url, url: &Url) -> bool {
    place.origin() == url.origin()
}
