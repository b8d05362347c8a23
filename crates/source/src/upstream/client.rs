//! The pool of connections: how long to wait for what, whom to trust, through whom to go, where redirects may lead.
//!
//! Redirects are followed as go follows them, at most ten and never from https to anything else (protocol.md B8).

use std::time::Duration;

use reqwest::Certificate;
use reqwest::redirect::Policy;

use super::proxies::Proxies;

/// As many redirects as go follows (protocol.md B8).
const REDIRECTS_MAX: usize = 10;

/// How long to wait for what, and whom to trust.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// Until the connection stands, TLS included.
    pub connect_timeout: Duration,
    /// From the request until the head of the answer.
    pub first_byte_timeout: Duration,
    /// Between two pieces of a body.
    pub idle_timeout: Duration,
    /// Certificate authorities (PEM) trusted besides the system's.
    pub extra_ca_pem: Vec<u8>,
    /// Through whom to go.
    pub proxies: Proxies,
}

impl Default for HttpOptions {
    /// 5 s to connect, 15 s to the head of the answer (a proxy may have to fetch first), 15 s between pieces.
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            first_byte_timeout: Duration::from_secs(15),
            idle_timeout: Duration::from_secs(15),
            extra_ca_pem: Vec::new(),
            proxies: Proxies::default(),
        }
    }
}

/// A pool of connections for all upstreams.
#[derive(Debug, Clone)]
pub struct HttpClient {
    pub(super) client: reqwest::Client,
    pub(super) first_byte_timeout: Duration,
    pub(super) idle_timeout: Duration,
}

impl HttpClient {
    /// A pool with these limits.
    ///
    /// # Errors
    /// No usable certificate store, an extra certificate that is not PEM, or a proxy that is not a URL.
    pub fn new(options: &HttpOptions) -> Result<Self, reqwest::Error> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("modkeep/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(options.connect_timeout)
            .tcp_nodelay(true)
            .referer(false)
            .redirect(redirects());
        if !options.extra_ca_pem.is_empty() {
            builder = builder.tls_certs_merge(Certificate::from_pem_bundle(&options.extra_ca_pem)?);
        }
        let client = options.proxies.add_to(builder)?.build()?;
        let HttpOptions { first_byte_timeout, idle_timeout, .. } = *options;
        Ok(Self { client, first_byte_timeout, idle_timeout })
    }
}

fn redirects() -> Policy {
    Policy::custom(|attempt| {
        let from_https = attempt.previous().first().is_some_and(|url| url.scheme() == "https");
        if from_https && attempt.url().scheme() != "https" {
            attempt.error("redirected from https to a URL that is not")
        } else if attempt.previous().len() > REDIRECTS_MAX {
            attempt.error("more than 10 redirects")
        } else {
            attempt.follow()
        }
    })
}
