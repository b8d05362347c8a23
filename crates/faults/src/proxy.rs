//! The proxy that has a fault.

mod door;
mod effect;
mod forge;
mod forward;
mod newest;
mod strikes;
mod tls;
mod travel;

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use http::Uri;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;

use crate::Fault;
use door::Entrance;
use forward::Forwarder;
use strikes::Tally;

/// A proxy in front of a good one, with one fault. It listens on a free port of loopback; dropping it closes the port and all
/// connections.
#[derive(Debug)]
pub struct FaultyProxy {
    url: String,
    ca_pem: Option<String>,
    shared: Arc<Shared>,
    server: Option<AbortHandle>,
}

/// What the connections of a proxy share.
#[derive(Debug)]
struct Shared {
    fault: Fault,
    /// Where this proxy is, for redirects.
    url: String,
    /// The path that all addresses here begin with.
    below: String,
    good: Forwarder,
    tally: Tally,
    requests: AtomicU64,
    struck: AtomicU64,
}

/// Why a proxy could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The system gave no port.
    #[error(
        "cannot listen on a port of 127.0.0.1 for a broken proxy: {0}; look at the limits for open files and sockets"
    )]
    Listen(#[from] io::Error),
    /// The good proxy is not where this one can go.
    #[error(
        "`{0}` is no address of a good proxy to stand in front of; it must be http://HOST:PORT, with a path if need be"
    )]
    Upstream(String),
    /// No certificate could be made.
    #[error("cannot make the certificate of a broken proxy: {0}")]
    Certificate(#[from] rcgen::Error),
    /// The certificate that was made cannot be used.
    #[error("cannot use the certificate made for a broken proxy: {0}")]
    Tls(#[from] rustls::Error),
}

impl FaultyProxy {
    /// Starts a proxy with this fault in front of the good one at `upstream`, an `http://` URL. Its tasks run on the current
    /// tokio runtime.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub async fn start(fault: &Fault, upstream: &str) -> Result<Self, StartError> {
        Self::start_below("", fault, upstream).await
    }

    /// The same below a path: one or more elements with a `/` before each, or nothing. Whoever does not know it gets nothing but 404.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub async fn start_below(path: &str, fault: &Fault, upstream: &str) -> Result<Self, StartError> {
        let entrance = Entrance::build(fault.door)?;
        let ca_pem = entrance.ca_pem().map(str::to_owned);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = entrance.url(listener.local_addr()?) + path;
        let shared = Shared::new(*fault, url.clone(), path.to_owned(), Forwarder::new(upstream)?);
        let shared = Arc::new(shared);
        let serving = !fault.is_nobody();
        let server = serving
            .then(|| tokio::spawn(door::accept(listener, entrance, Arc::clone(&shared))).abort_handle());
        Ok(Self { url, ca_pem, shared, server })
    }

    /// Its base URL, without a slash at the end: what GOPROXY takes. For `refused` and `dns` it is one where nobody is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The certificate, in PEM, of the authority that signed the one it shows; none if it shows none.
    ///
    /// A client has to trust it, or all faults behind TLS are the same to it: an unknown authority.
    pub fn ca_pem(&self) -> Option<&str> {
        self.ca_pem.as_deref()
    }

    /// How many requests came, or connections where the fault hits those before there can be a request.
    pub fn requests(&self) -> u64 {
        self.shared.requests.load(Ordering::Relaxed)
    }

    /// How many of them the fault hit.
    pub fn struck(&self) -> u64 {
        self.shared.struck.load(Ordering::Relaxed)
    }
}

impl Drop for FaultyProxy {
    fn drop(&mut self) {
        if let Some(server) = &self.server {
            server.abort();
        }
    }
}

impl Shared {
    fn new(fault: Fault, url: String, below: String, good: Forwarder) -> Self {
        let (requests, struck) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { fault, url, below, good, tally: Tally::new(fault.strikes), requests, struck }
    }

    /// The address that is asked for, as the good proxy knows it; `None` for who does not know the path here.
    fn inner(&self, uri: &Uri) -> Option<Uri> {
        let address = uri.path_and_query().map_or("/", |address| address.as_str());
        let inner = address.strip_prefix(self.below.as_str()).filter(|inner| inner.starts_with('/'))?;
        inner.parse().ok()
    }

    /// Whether the fault hits the request for this path and query, which has come now.
    fn strikes(&self, path: &str, address: &str) -> bool {
        let hit = !self.fault.is_harmless() && self.fault.touches.is_met_by(path) && self.tally.hits(address);
        self.note(hit);
        hit
    }

    fn note(&self, hit: bool) {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.struck.fetch_add(u64::from(hit), Ordering::Relaxed);
    }
}
