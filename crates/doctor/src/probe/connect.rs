//! From a URL to a connection: addresses, TCP, the HTTP proxy on the way, TLS.

use std::io;
use std::net::IpAddr;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Uri, header};
use http_body_util::Empty;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};
use url::{Host, Url};

use super::exchange::{self, Exchange};
use super::tls::{self, Secured};
use super::wire::Wire;
use crate::certificate::Shown;
use crate::evidence::{Stage, Trouble, Way};
use crate::options::{Limits, Options};
use crate::place::Access;

/// A connection that stands.
pub(super) struct Opened {
    pub(super) wire: Wire,
    /// What was shown; none without TLS.
    pub(super) certificate: Option<Shown>,
    /// Whether the HTTP proxy on the way is to pass the request on; it tunnels what is secured.
    pub(super) relay: Option<Relay>,
}

/// An HTTP proxy that passes requests on.
pub(super) struct Relay {
    /// Who we are to it.
    pub(super) login: Option<HeaderValue>,
}

/// A connection that does not stand, and the certificate that was shown before it broke.
pub(super) struct Unopened {
    pub(super) trouble: Trouble,
    pub(super) certificate: Option<Shown>,
}

impl From<Trouble> for Unopened {
    fn from(trouble: Trouble) -> Self {
        Self { trouble, certificate: None }
    }
}

/// Opens a connection for a URL, and writes down in `way` how.
pub(super) async fn open(
    url: &Url,
    access: &Access,
    options: &Options,
    way: &mut Way,
) -> Result<Opened, Unopened> {
    let through = through(url, options);
    way.through = through.as_ref().map(|proxy| shown(proxy.uri()));
    let is_secure = url.scheme() == "https";
    let (wire, relay) = match through {
        None => (Wire::new(dial_url(url, options, way).await?), None),
        Some(proxy) => {
            let wire = reach_proxy(&proxy, access, options, way).await?;
            let login = proxy.basic_auth().cloned();
            if is_secure {
                (tunnel(wire, url, login, &options.limits, &shown(proxy.uri())).await?, None)
            } else {
                (wire, Some(Relay { login }))
            }
        }
    };
    if !is_secure {
        return Ok(Opened { wire, certificate: None, relay });
    }
    let Secured { wire, certificate } = secure(wire, url, access, options, way).await?;
    Ok(Opened { wire, certificate: Some(certificate), relay })
}

/// The HTTP proxy that the environment names for this URL.
fn through(url: &Url, options: &Options) -> Option<Intercept> {
    let proxies = &options.proxies;
    let mut matcher = Matcher::builder().no(proxies.exceptions());
    if let Some(http) = &proxies.http {
        matcher = matcher.http(http.clone());
    }
    if let Some(https) = &proxies.https {
        matcher = matcher.https(https.clone());
    }
    let uri: Uri = url.as_str().parse().ok()?;
    matcher.build().intercept(&uri)
}

/// A proxy's name: its URL without credentials.
fn shown(proxy: &Uri) -> String {
    let authority = proxy.authority().map_or("", |authority| authority.as_str());
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{}://{host}", proxy.scheme_str().unwrap_or("http"))
}

async fn reach_proxy(
    proxy: &Intercept,
    access: &Access,
    options: &Options,
    way: &mut Way,
) -> Result<Wire, Trouble> {
    let host = proxy.uri().host().unwrap_or_default();
    let is_secure = proxy.uri().scheme_str() == Some("https");
    let port = proxy.uri().port_u16().unwrap_or(if is_secure { 443 } else { 80 });
    let addresses = match host.trim_matches(['[', ']']).parse() {
        Ok(address) => vec![address],
        Err(_) => resolve(host, options, way).await?,
    };
    let tcp = dial(addresses, port, &options.limits, way).await?;
    if !is_secure {
        return Ok(Wire::new(tcp));
    }
    let name = server_name(host.trim_matches(['[', ']']))?;
    tls::plainly(Wire::new(tcp), name, access, options).await
}

/// Asks the HTTP proxy to connect us.
async fn tunnel(
    wire: Wire,
    url: &Url,
    login: Option<HeaderValue>,
    limits: &Limits,
    by: &str,
) -> Result<Wire, Trouble> {
    let host = url.host_str().unwrap_or_default();
    let authority = format!("{host}:{}", url.port_or_known_default().unwrap_or(443));
    let mut request = Request::connect(authority.as_str()).header(header::HOST, authority.as_str());
    if let Some(login) = login {
        request = request.header(header::PROXY_AUTHORIZATION, login);
    }
    let request =
        request.body(Empty::<Bytes>::new()).map_err(|error| Trouble::Unconnected(error.to_string()))?;
    let exchange = Exchange::start(wire, request, limits).await.map_err(silent_before_the_tunnel)?;
    if exchange.response.status() != http::StatusCode::OK {
        return Err(Trouble::Tunnel(exchange::refusal(&exchange.response, Some(by))));
    }
    let upgraded = timeout(limits.connect, exchange.upgrade()).await;
    match upgraded {
        Ok(Ok(upgraded)) => Ok(Wire::new(TokioIo::new(upgraded))),
        Ok(Err(error)) => Err(Trouble::BrokenOff(error.to_string())),
        Err(_) => Err(Trouble::Silent { stage: Stage::Tunnel, waited: limits.connect }),
    }
}

fn silent_before_the_tunnel(trouble: Trouble) -> Trouble {
    match trouble {
        Trouble::Silent { waited, .. } => Trouble::Silent { stage: Stage::Tunnel, waited },
        other => other,
    }
}

async fn secure(
    wire: Wire,
    url: &Url,
    access: &Access,
    options: &Options,
    way: &mut Way,
) -> Result<Secured, Unopened> {
    let host = match url.host() {
        Some(Host::Ipv6(address)) => address.to_string(),
        _ => url.host_str().unwrap_or_default().to_owned(),
    };
    let begun = Instant::now();
    let secured = tls::secure(wire, server_name(&host)?, access, options).await?;
    way.tls.get_or_insert(begun.elapsed());
    Ok(secured)
}

fn server_name(host: &str) -> Result<ServerName<'static>, Trouble> {
    ServerName::try_from(host.to_owned()).map_err(|error| Trouble::Tls(format!("{host}: {error}")))
}

async fn dial_url(url: &Url, options: &Options, way: &mut Way) -> Result<TcpStream, Trouble> {
    let addresses = match url.host() {
        Some(Host::Ipv4(address)) => vec![address.into()],
        Some(Host::Ipv6(address)) => vec![address.into()],
        Some(Host::Domain(host)) => resolve(host, options, way).await?,
        None => return Err(Trouble::Unconnected("the URL has no host".to_owned())),
    };
    dial(addresses, url.port_or_known_default().unwrap_or(443), &options.limits, way).await
}

async fn resolve(host: &str, options: &Options, way: &mut Way) -> Result<Vec<IpAddr>, Trouble> {
    let begun = Instant::now();
    let patience = options.limits.connect;
    let found = timeout(patience, options.resolver.resolve(host)).await;
    way.dns.get_or_insert(begun.elapsed());
    match found {
        Ok(Ok(addresses)) if addresses.is_empty() => Err(Trouble::Dns(format!("{host} has no address"))),
        Ok(Ok(addresses)) => Ok(addresses),
        Ok(Err(error)) => Err(Trouble::Dns(format!("looking up {host}: {error}"))),
        Err(_) => {
            let waited = humantime::format_duration(patience);
            Err(Trouble::Dns(format!("looking up {host}: no answer within {waited}")))
        }
    }
}

/// Tries one address after the other, and shares the time among those that are left.
async fn dial(
    addresses: Vec<IpAddr>,
    port: u16,
    limits: &Limits,
    way: &mut Way,
) -> Result<TcpStream, Trouble> {
    way.addresses.clone_from(&addresses);
    let (begun, until) = (Instant::now(), Instant::now() + limits.connect);
    let mut left = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
    let mut troubles = Vec::new();
    for address in addresses {
        let share = until.saturating_duration_since(Instant::now()) / left.max(1);
        left = left.saturating_sub(1);
        match timeout(share, TcpStream::connect((address, port))).await {
            Ok(Ok(stream)) => {
                way.tcp.get_or_insert(begun.elapsed());
                // Without it an answer is only later.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(error)) => troubles.push(unconnected(address, port, &error, begun.elapsed())),
            Err(_) => troubles.push(Trouble::Silent { stage: Stage::Connect, waited: share }),
        }
    }
    troubles.sort_by_key(telling);
    Err(troubles.into_iter().next().unwrap_or_else(|| Trouble::Dns("the host has no address".to_owned())))
}

fn unconnected(address: IpAddr, port: u16, error: &io::Error, waited: Duration) -> Trouble {
    let told = format!("{address} port {port}: {error}");
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Trouble::Refused(told),
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => Trouble::NoRoute(told),
        io::ErrorKind::TimedOut => Trouble::Silent { stage: Stage::Connect, waited },
        _ => Trouble::Unconnected(told),
    }
}

/// Of several addresses, the one that was reached tells most: many machines have no way to any address of the newer kind.
fn telling(trouble: &Trouble) -> u8 {
    match trouble {
        Trouble::Refused(_) => 0,
        Trouble::Silent { .. } => 1,
        Trouble::Unconnected(_) => 2,
        _ => 3,
    }
}
