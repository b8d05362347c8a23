//! One GET, wherever it is redirected to.
//!
//! Redirects are followed as go follows them, at most ten and never from https to anything else (protocol.md B8). They are
//! followed here and not by the library, because only here it is known which requests still go to the place itself:
//! its credentials, our certificate and its own authorities are for its scheme, host and port alone. A redirect to a
//! storage bucket, say, is followed as anybody would follow it.

use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, header};
use reqwest::{RequestBuilder, Response};
use tokio::time::{Instant, timeout};
use url::Url;

use super::client::{HttpClient, Pool};
use super::doors::{Door, through};
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
    /// Nothing came in time.
    #[error("no answer in time")]
    Silent,
    /// The request failed on its way. The error holds no URL.
    #[error(transparent)]
    Transport(reqwest::Error),
}

impl HttpClient {
    /// Sends a GET with these headers to `start`, a URL of the place that this client is for, and follows redirects. The time that it
    /// waits because too many other questions are under way to the same host does not count as the host's silence.
    pub(super) async fn get(&self, start: &Url, headers: &HeaderMap) -> Result<Response, GetError> {
        let (mut url, mut patience) = (start.clone(), self.first_byte_timeout);
        for _ in 0..=REDIRECTS_MAX {
            if let Some(bounds) = &self.bounds {
                bounds.check(&url).map_err(GetError::OutOfBounds)?;
            }
            let response = self.get_once(&url, is_at(start, &url), headers, &mut patience).await?;
            match redirect(response.status(), response.headers(), &url)? {
                Some(next) => url = next,
                None => return Ok(response),
            }
        }
        Err(GetError::Redirects)
    }

    /// The response keeps its slot at the host's door until it is dropped.
    async fn get_once(
        &self,
        url: &Url,
        own: bool,
        headers: &HeaderMap,
        patience: &mut Duration,
    ) -> Result<Response, GetError> {
        let pool = if own { &self.own } else { &self.others };
        let door = pool.doors.of(url);
        let slot = door.slot().await;
        let asked = Instant::now();
        let sent = timeout(*patience, self.send_once(pool, door, url, own, headers)).await;
        *patience = patience.saturating_sub(asked.elapsed());
        let mut response = sent.map_err(|_| GetError::Silent)??;
        if let Some(slot) = slot {
            response.extensions_mut().insert(slot);
        }
        Ok(response)
    }

    async fn send_once(
        &self,
        pool: &Pool,
        door: Arc<Door>,
        url: &Url,
        own: bool,
        headers: &HeaderMap,
    ) -> Result<Response, GetError> {
        let request = pool.client.get(url.clone()).headers(headers.clone());
        let request = if own { self.introduced(request, url).await } else { request };
        through(door, request.send()).await.map_err(|error| GetError::Transport(error.without_url()))
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
