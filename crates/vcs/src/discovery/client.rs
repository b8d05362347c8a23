//! One guarded GET: to no forbidden address, with no credentials for others, and with an end in sight.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use http::{StatusCode, header};
use reqwest::{Client, Response};
use source::upstream::{Authorizer, Netrc};
use source::{Symptom, redirect};
use tokio::time::timeout;
use url::Url;

use super::guard::{Forbidden, Guard, Lookup, Resolver};
use super::options::DiscoveryOptions;
use super::url_text::shown;
use crate::{Hosts, RepoError};

/// As many redirects as go follows.
const REDIRECTS_MAX: usize = 10;

/// The longest page, in bytes. The tags stand in the head of a page; real ones have some kilobytes.
pub(super) const PAGE_BYTES_MAX: usize = 1 << 20;

/// How many bytes are looked at for the end of a page's head, each time that more of it has come: without a limit a page that
/// comes byte by byte would be looked at a million times.
const LOOKED_AT_MAX: usize = 16 * PAGE_BYTES_MAX;

/// How long go waits for an `https` server that may be there or not (protocol.md E4).
const INSECURE_TIMEOUT: Duration = Duration::from_secs(5);

/// What go's settings allow for a module path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Reach {
    /// GOPRIVATE matches.
    pub(super) is_private: bool,
    /// GOINSECURE matches.
    pub(super) is_insecure: bool,
}

/// An answer, whatever its status.
pub(super) struct Page {
    pub(super) status: StatusCode,
    pub(super) body: Vec<u8>,
}

/// Connections for each reach, which share nothing.
#[derive(Debug)]
pub(super) struct Web {
    public: Pair,
    private: Pair,
    pub(super) guard: Arc<Guard>,
    netrc: Netrc,
    authorizer: Option<Arc<dyn Authorizer>>,
    timeout: Duration,
    hosts: Arc<Hosts>,
}

/// Connections that check certificates, and others that do not.
#[derive(Debug)]
struct Pair {
    strict: Client,
    lenient: Client,
}

impl Web {
    pub(super) fn new(options: &DiscoveryOptions, lookup: Arc<dyn Lookup>) -> Result<Self, reqwest::Error> {
        let guard = Guard::new(lookup, options.hosts.clone(), &options.http.proxies);
        let guard = Arc::new(guard.with_own_proxy(options.own_git.has_proxy));
        let client = |is_private, is_lenient| {
            let resolver = Resolver { guard: guard.clone(), is_private };
            let builder = options.http.builder()?.dns_resolver(resolver);
            if is_lenient { builder.tls_danger_accept_invalid_certs(true).build() } else { builder.build() }
        };
        let pair =
            |is_private| Ok(Pair { strict: client(is_private, false)?, lenient: client(is_private, true)? });
        let authorizer = options.http.authorizer.clone();
        let (public, private) = (pair(false)?, pair(true)?);
        Ok(Self {
            public,
            private,
            guard,
            netrc: options.netrc.clone(),
            authorizer,
            timeout: options.page_timeout,
            hosts: options.known_hosts.clone(),
        })
    }

    /// Gets a page over `https`, or, where GOINSECURE allows it, over `http` when nothing answers on `https`.
    ///
    /// `is_whole` looks at the beginning of the body and says whether more is not needed. It takes as long as
    /// [`DiscoveryOptions::page_timeout`] at most, for each scheme.
    ///
    /// # Errors
    /// `Refused` for addresses that may not be reached and for pages over [`PAGE_BYTES_MAX`], else `Unavailable`.
    pub(super) async fn get(
        &self,
        place: &str,
        reach: Reach,
        is_whole: fn(&[u8]) -> bool,
    ) -> Result<Page, RepoError> {
        let secure = self.get_by("https", place, reach, is_whole).await;
        match secure {
            Err(error) if reach.is_insecure && error.kind == source::FailureKind::Unavailable => {
                self.get_by("http", place, reach, is_whole).await
            }
            secure => secure,
        }
    }

    async fn get_by(
        &self,
        scheme: &str,
        place: &str,
        reach: Reach,
        is_whole: fn(&[u8]) -> bool,
    ) -> Result<Page, RepoError> {
        let url = Url::parse(&format!("{scheme}://{place}"));
        let url =
            url.map_err(|error| RepoError::not_found(format!("{place} is no address of a host: {error}")))?;
        let is_impatient = reach.is_insecure && scheme == "https";
        let patience = if is_impatient { self.timeout.min(INSECURE_TIMEOUT) } else { self.timeout };
        let asking = self.hosts.begin(&format!("pages of {}", url.origin().ascii_serialization()))?;
        let page = timeout(patience, self.page(&url, reach, is_whole)).await;
        let page = page.unwrap_or_else(|_| {
            let message = format!("{} did not answer in time", shown(url.as_str()));
            Err(RepoError::unavailable(message).with_symptom(Symptom::Silent))
        });
        asking.ended(&page);
        page
    }

    async fn page(&self, url: &Url, reach: Reach, is_whole: fn(&[u8]) -> bool) -> Result<Page, RepoError> {
        let response = self.follow(url, reach).await?;
        let status = response.status();
        let body = body(response, url, is_whole).await?;
        Ok(Page { status, body })
    }

    /// The status of a page, and its address after all redirects. The body is not read.
    ///
    /// # Errors
    /// `Refused` for addresses that may not be reached, else `Unavailable`.
    pub(super) async fn end(&self, url: &Url, reach: Reach) -> Result<(u16, Url), RepoError> {
        let response = timeout(self.timeout, self.follow(url, reach)).await;
        let late = |_| RepoError::unavailable(format!("{} did not answer in time", shown(url.as_str())));
        let response = response.map_err(late)??;
        Ok((response.status().as_u16(), response.url().clone()))
    }

    /// Sends the request, and again to wherever it is redirected.
    async fn follow(&self, start: &Url, reach: Reach) -> Result<Response, RepoError> {
        let mut url = start.clone();
        for _ in 0..=REDIRECTS_MAX {
            let literal = self.guard.check_literal(&url, reach.is_private);
            literal.map_err(|forbidden| RepoError::refused(forbidden.to_string()))?;
            let response = self.once(start, &url, reach).await?;
            match target(&response, &url)? {
                Some(next) => url = next,
                None => return Ok(response),
            }
        }
        Err(RepoError::unavailable(format!("{}: more than {REDIRECTS_MAX} redirects", shown(start.as_str()))))
    }

    /// Credentials go to the scheme, host and port that was asked first, and over `https` alone.
    async fn once(&self, start: &Url, url: &Url, reach: Reach) -> Result<Response, RepoError> {
        let mut request = self.client(reach, url).get(url.clone());
        let is_own = url.origin() == start.origin();
        let own = is_own.then(|| self.netrc.find(url.as_str())).flatten();
        if let Some(credentials) = own {
            request = request.header(header::AUTHORIZATION, credentials.into_header());
        }
        if let Some(authorizer) = self.authorizer.as_ref().filter(|_| is_own && url.scheme() == "https") {
            request = request.headers(authorizer.headers(url).await);
        }
        request.send().await.map_err(|error| transport(url, &error.without_url()))
    }

    fn client(&self, reach: Reach, url: &Url) -> &Client {
        let pair = if reach.is_private { &self.private } else { &self.public };
        let is_lenient = reach.is_insecure && url.scheme() == "https";
        if is_lenient { &pair.lenient } else { &pair.strict }
    }
}

/// Where a response leads to, if it is a redirect.
fn target(response: &Response, from: &Url) -> Result<Option<Url>, RepoError> {
    let target = redirect(response.status(), response.headers(), from);
    target.map_err(|bad| RepoError::refused(format!("{} redirects to {bad}", shown(from.as_str()))))
}

/// The body, up to where no more is needed.
async fn body(mut response: Response, url: &Url, is_whole: fn(&[u8]) -> bool) -> Result<Vec<u8>, RepoError> {
    let mut body = Vec::new();
    let mut looked_at = 0;
    while let Some(chunk) = response.chunk().await.map_err(|error| transport(url, &error.without_url()))? {
        if body.len() + chunk.len() > PAGE_BYTES_MAX {
            let message =
                format!("the page at {} is longer than {PAGE_BYTES_MAX} bytes", shown(url.as_str()));
            return Err(RepoError::refused(message));
        }
        body.extend_from_slice(&chunk);
        looked_at += body.len();
        if looked_at <= LOOKED_AT_MAX && is_whole(&body) {
            break;
        }
    }
    Ok(body)
}

/// Why there is no answer. The error holds no URL, which could hold a secret.
fn transport(url: &Url, error: &reqwest::Error) -> RepoError {
    let mut cause: &dyn Error = error;
    loop {
        if let Some(forbidden) = cause.downcast_ref::<Forbidden>() {
            return RepoError::refused(forbidden.to_string());
        }
        match cause.source() {
            Some(inner) => cause = inner,
            None => break,
        }
    }
    let symptom = if error.is_timeout() { Symptom::Silent } else { Symptom::Unreachable };
    RepoError::unavailable(format!("cannot get {}: {cause}", shown(url.as_str()))).with_symptom(symptom)
}
