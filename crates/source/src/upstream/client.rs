//! The pool of connections: how long to wait for what, whom to trust, through whom to go, and who we are.
//!
//! All places share one pool. One that has a certificate for us to show, or authorities of its own, gets a pool for itself:
//! connections of the others must know neither.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use reqwest::ClientBuilder;
use reqwest::dns::Resolve;
use reqwest::redirect::Policy;
use url::Url;

use super::authorizer::Authorizer;
use super::bounds::Bounds;
use super::credentials::Credentials;
use super::doors::{Doors, Keeper};
use super::notice::Notice;
use super::proxies::Proxies;
use super::trust::{Authorities, ClientCertificate};

/// How long a connection is kept open that nobody uses. Most servers close it after one to four minutes.
const CONNECTION_IDLE_MAX: Duration = Duration::from_secs(90);

/// Bytes of one answer that may be on their way over HTTP/2: at 200 ms there and back a zip comes with up to 40 MB a second.
const ANSWER_WINDOW: u32 = 8 << 20;

/// Bytes of all answers of one connection that may be on their way; what is held for readers that are slow is never more.
const CONNECTION_WINDOW: u32 = 32 << 20;

/// How long to wait for what, and whom to trust.
#[derive(Debug, Clone)]
pub struct HttpOptions {
    /// Until the connection stands, TLS included.
    pub connect_timeout: Duration,
    /// From the request until the head of the answer.
    pub first_byte_timeout: Duration,
    /// Between two pieces of a body.
    pub idle_timeout: Duration,
    /// Bytes a second that a body must bring, over windows as long as `idle_timeout`: a drip is no better than silence.
    pub rate_min: u32,
    /// How long an HTTP/2 connection may be quiet before it is asked whether it is still alive, and how long it may take to say
    /// so. All questions to a host share it: one whose other end has vanished must not be found out by each of them.
    pub ping_after: Duration,
    /// Questions that may be under way to one host at once, answers included. Over HTTP/1.1 each has a connection of its own,
    /// and as many are kept open for later ones.
    pub at_once_max: usize,
    /// Certificate authorities trusted besides the system's.
    pub authorities: Authorities,
    /// Through whom to go.
    pub proxies: Proxies,
    /// Who knows who we are, for places of which nothing else says it.
    pub authorizer: Option<Arc<dyn Authorizer>>,
}

impl Default for HttpOptions {
    /// 5 s to connect, 15 s to the head of the answer (a proxy may have to fetch first), 15 s between pieces, 1 KiB a second, a sign
    /// of life after 10 s. 256 questions to a host: four times what those who look ahead ask for at once, so that nobody who
    /// waits for an answer has to wait for them, and a fourth of the files that a process may usually have open.
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            first_byte_timeout: Duration::from_secs(15),
            idle_timeout: Duration::from_secs(15),
            rate_min: 1024,
            ping_after: Duration::from_secs(10),
            at_once_max: 256,
            authorities: Authorities::default(),
            proxies: Proxies::default(),
            authorizer: None,
        }
    }
}

impl HttpOptions {
    /// A pool with these limits, for those who ask something else than proxies: it follows no redirect.
    ///
    /// # Errors
    /// A proxy that is not a URL.
    pub fn builder(&self) -> Result<ClientBuilder, reqwest::Error> {
        self.builder_trusting(&Authorities::default())
    }

    fn builder_trusting(&self, more: &Authorities) -> Result<ClientBuilder, reqwest::Error> {
        let builder = reqwest::Client::builder()
            .user_agent(concat!("modkeep/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(self.connect_timeout)
            .tcp_nodelay(true)
            .pool_idle_timeout(CONNECTION_IDLE_MAX)
            .pool_max_idle_per_host(self.at_once_max)
            .http2_initial_stream_window_size(ANSWER_WINDOW)
            .http2_initial_connection_window_size(CONNECTION_WINDOW)
            .http2_keep_alive_interval(self.ping_after)
            .http2_keep_alive_timeout(self.ping_after)
            .http2_keep_alive_while_idle(true)
            .referer(false)
            .redirect(Policy::none());
        let authorities = self.authorities.and(more);
        let is_plain = authorities.is_empty();
        let builder = if is_plain { builder } else { builder.tls_certs_merge(authorities.to_certificates()) };
        self.proxies.add_to(builder)
    }
}

/// What is used with one place and with no other host: by default nothing.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// Who we are, sent with each request.
    pub credentials: Option<Credentials>,
    /// What we show when the place asks for a certificate.
    pub certificate: Option<ClientCertificate>,
    /// Certificate authorities trusted for this place besides all others.
    pub authorities: Authorities,
    /// Whether an [`Authorizer`] has credentials for it.
    pub is_authorized: bool,
}

impl Access {
    /// Whether the place can tell by this who asks.
    pub fn identifies(&self) -> bool {
        self.credentials.is_some() || self.certificate.is_some() || self.is_authorized
    }

    fn needs_own_pool(&self) -> bool {
        self.certificate.is_some() || !self.authorities.is_empty()
    }
}

/// Connections, and the doors of the hosts that they lead to.
#[derive(Debug, Clone)]
pub(super) struct Pool {
    pub(super) client: reqwest::Client,
    pub(super) doors: Arc<Doors>,
}

/// A pool of connections for all upstreams, and what one of them needs besides.
#[derive(Debug, Clone)]
pub struct HttpClient {
    /// For the place itself.
    pub(super) own: Pool,
    /// For those that it redirects to.
    pub(super) others: Pool,
    pub(super) authorization: Option<HeaderValue>,
    pub(super) first_byte_timeout: Duration,
    pub(super) idle_timeout: Duration,
    pub(super) rate_min: u32,
    options: Arc<HttpOptions>,
    pub(super) bounds: Option<Arc<dyn Bounds>>,
    /// What the place is told besides, if it is a modkeep.
    pub(super) notice: Option<Arc<Notice>>,
}

impl HttpClient {
    /// Who is asked what to send to this URL: nobody where that is known, or where others could read it (protocol.md B24).
    pub(super) fn authorizer(&self, url: &Url) -> Option<&Arc<dyn Authorizer>> {
        let is_asked = self.authorization.is_none() && url.scheme() == "https";
        self.options.authorizer.as_ref().filter(|_| is_asked)
    }
}

impl HttpClient {
    /// A pool with these limits.
    ///
    /// # Errors
    /// No usable certificate store, or a proxy that is not a URL.
    pub fn new(options: &HttpOptions) -> Result<Self, reqwest::Error> {
        Self::with(options, None)
    }

    /// The same for places that strangers name: neither they nor their redirects lead out of the bounds.
    ///
    /// # Errors
    /// As [`HttpClient::new`].
    pub fn bounded(options: &HttpOptions, bounds: Arc<dyn Bounds>) -> Result<Self, reqwest::Error> {
        Self::with(options, Some(bounds))
    }

    fn with(options: &HttpOptions, bounds: Option<Arc<dyn Bounds>>) -> Result<Self, reqwest::Error> {
        let pool = pool(options, &Access::default(), bounds.as_ref())?;
        Ok(Self {
            own: pool.clone(),
            others: pool,
            authorization: None,
            first_byte_timeout: options.first_byte_timeout,
            idle_timeout: options.idle_timeout,
            rate_min: options.rate_min,
            options: Arc::new(options.clone()),
            bounds,
            notice: None,
        })
    }

    /// The client for one place: the same limits, and what is for this place alone.
    pub(super) fn for_place(&self, access: Access) -> Result<Self, reqwest::Error> {
        let own = if access.needs_own_pool() {
            pool(&self.options, &access, self.bounds.as_ref())?
        } else {
            self.others.clone()
        };
        let authorization = access.credentials.map(Credentials::into_header);
        Ok(Self { own, authorization, ..self.clone() })
    }
}

fn pool(
    options: &HttpOptions,
    access: &Access,
    bounds: Option<&Arc<dyn Bounds>>,
) -> Result<Pool, reqwest::Error> {
    let mut builder = options.builder_trusting(&access.authorities)?.connector_layer(Keeper);
    if let Some(bounds) = bounds {
        let resolver: Arc<dyn Resolve> = bounds.clone();
        builder = builder.dns_resolver(resolver);
    }
    if let Some(certificate) = &access.certificate {
        builder = builder.identity(certificate.to_identity());
    }
    Ok(Pool { client: builder.build()?, doors: Arc::new(Doors::new(options.at_once_max)) })
}
