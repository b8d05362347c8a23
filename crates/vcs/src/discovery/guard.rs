//! Names to addresses, with the forbidden ones left out.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use source::upstream::{Bounds, Proxies};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};
use url::{Host, Url};

use super::address::may_reach;
use crate::RepoError;

/// How many lookups may wait for the system at once: each holds a thread for as long as a dead name server is waited for.
const LOOKUPS_MAX: usize = 16;

/// What a resolver of reqwest may fail with.
type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Asks for the addresses of a name.
pub(super) trait Lookup: fmt::Debug + Send + Sync {
    /// May block.
    fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>>;
}

/// The system's way, with its file of hosts: the programs that connect to repositories go the same.
#[derive(Debug)]
pub(super) struct SystemLookup;

impl Lookup for SystemLookup {
    fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        Ok((host, 0).to_socket_addrs()?.map(|address| address.ip()).collect())
    }
}

/// A host that a stranger's word leads to and that may not be asked.
#[derive(Debug, Clone, thiserror::Error)]
#[error(
    "{host} is at {ip}, an address that no module of strangers may lead to; if the module is your own, match it by GOPRIVATE"
)]
pub(super) struct Forbidden {
    host: String,
    ip: IpAddr,
}

/// Knows which hosts may be asked, and at which addresses.
#[derive(Debug)]
pub(super) struct Guard {
    lookup: Arc<dyn Lookup>,
    lookups: Arc<Semaphore>,
    /// Addresses that the operator gave.
    pinned: HashMap<String, SocketAddr>,
    /// The hosts of proxies; these are asked by the operator's wish.
    proxies: HashSet<String>,
    /// Whether a proxy looks up names for the programs that are started.
    goes_through_proxy: bool,
}

impl Guard {
    pub(super) fn new(
        lookup: Arc<dyn Lookup>,
        pinned: HashMap<String, SocketAddr>,
        proxies: &Proxies,
    ) -> Self {
        let given = [&proxies.http, &proxies.https].into_iter().flatten();
        let hosts = given.filter_map(|url| Some(Url::parse(url).ok()?.host_str()?.to_owned()));
        Self {
            lookup,
            lookups: Arc::new(Semaphore::new(LOOKUPS_MAX)),
            pinned,
            proxies: hosts.collect(),
            goes_through_proxy: proxies.https.is_some(),
        }
    }

    /// The same for programs that find an HTTP proxy in their own configuration.
    pub(super) fn with_own_proxy(self, has_proxy: bool) -> Self {
        Self { goes_through_proxy: self.goes_through_proxy || has_proxy, ..self }
    }

    /// Refuses a URL whose host is a forbidden address. Names are looked at when they are looked up.
    pub(super) fn check_literal(&self, url: &Url, is_private: bool) -> Result<(), Forbidden> {
        let Some(ip) = literal(url) else { return Ok(()) };
        let host = ip.to_string();
        let is_given = self.pinned.contains_key(&host);
        if is_given || may_reach(ip, is_private) { Ok(()) } else { Err(Forbidden { host, ip }) }
    }

    /// Whether a program may be started that connects to this host by its own lookup: all addresses have to be allowed. Those are
    /// returned, so that the program can be held to them: its own lookup could have another answer.
    ///
    /// None are returned for a host that is an address already or that the operator gave, nor for a name that an HTTP proxy looks
    /// up: that proxy is then the guard.
    pub(super) async fn check(
        &self,
        url: &Url,
        is_private: bool,
        deadline: Instant,
    ) -> Result<Vec<IpAddr>, RepoError> {
        self.check_literal(url, is_private).map_err(|forbidden| RepoError::refused(forbidden.to_string()))?;
        let Some(host) = url.host_str().filter(|host| !self.pinned.contains_key(*host)) else {
            return Ok(Vec::new());
        };
        let is_looked_up_elsewhere = self.goes_through_proxy && url.scheme().starts_with("http");
        if is_looked_up_elsewhere || literal(url).is_some() {
            return Ok(Vec::new());
        }
        let found = timeout_at(deadline, self.addresses(host)).await;
        let found = found.map_err(|_| RepoError::unavailable(format!("{host} was not found in time")))?;
        let found =
            found.map_err(|error| RepoError::unavailable(format!("cannot look up {host}: {error}")))?;
        match found.iter().find(|ip| !may_reach(**ip, is_private)) {
            Some(ip) => Err(RepoError::refused(Forbidden { host: host.to_owned(), ip: *ip }.to_string())),
            None => Ok(found),
        }
    }

    async fn addresses(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let permit = self.lookups.clone().acquire_owned().await.map_err(io::Error::other)?;
        let (lookup, host) = (self.lookup.clone(), host.to_owned());
        let looked = tokio::task::spawn_blocking(move || {
            let found = lookup.addresses(&host);
            // Held until the system answers, also when nobody waits any more.
            drop(permit);
            found
        });
        looked.await.map_err(io::Error::other)?
    }

    /// Where to connect to for a name.
    async fn allowed(&self, host: &str, is_private: bool) -> Result<Vec<SocketAddr>, BoxError> {
        if let Some(address) = self.pinned.get(host) {
            return Ok(vec![*address]);
        }
        let found = self.addresses(host).await?;
        let is_open = |ip: &IpAddr| self.proxies.contains(host) || may_reach(*ip, is_private);
        let (open, closed): (Vec<_>, Vec<_>) = found.into_iter().partition(is_open);
        match (open.is_empty(), closed.first()) {
            (true, Some(ip)) => Err(Box::new(Forbidden { host: host.to_owned(), ip: *ip })),
            _ => Ok(open.into_iter().map(|ip| SocketAddr::new(ip, 0)).collect()),
        }
    }
}

/// The address that stands in a URL in place of a name. In schemes like `ssh` the parser does not tell the one from the other.
fn literal(url: &Url) -> Option<IpAddr> {
    match url.host()? {
        Host::Ipv4(ip) => Some(IpAddr::V4(ip)),
        Host::Ipv6(ip) => Some(IpAddr::V6(ip)),
        Host::Domain(name) => name.parse().ok(),
    }
}

/// The guard of the connections for private or for public paths.
#[derive(Debug)]
pub(super) struct Resolver {
    pub(super) guard: Arc<Guard>,
    pub(super) is_private: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (guard, is_private) = (self.guard.clone(), self.is_private);
        Box::pin(async move {
            let allowed = guard.allowed(name.as_str(), is_private).await?;
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

impl Bounds for Resolver {
    fn check(&self, url: &Url) -> Result<(), String> {
        self.guard.check_literal(url, self.is_private).map_err(|forbidden| forbidden.to_string())
    }
}
