//! Who we are to places, found out while they are asked: what programs say that the user has for this (protocol.md B25).

use std::fmt::Debug;

use http::{HeaderMap, StatusCode};
use url::Url;

/// Somebody who can be asked for credentials. What they give is sent to the place alone, and over `https` alone.
#[async_trait::async_trait]
pub trait Authorizer: Debug + Send + Sync {
    /// What is sent to this `https` URL as far as is known.
    async fn headers(&self, url: &Url) -> HeaderMap;

    /// The URL was answered with this status and these headers, a 4xx: whether there is something else to send now.
    async fn renew(&self, url: &Url, status: StatusCode, answer: &HeaderMap) -> bool;

    /// What [`renew`](Self::renew) has found was sent, and this is what came of it.
    async fn judged(&self, url: &Url, status: StatusCode);
}
