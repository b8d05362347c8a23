//! One question: a GET, wherever it is redirected to.
//!
//! Redirects are followed as go follows them, at most ten and never from https to anything else (protocol.md B8). What is for the place is
//! sent to its scheme, host and port alone, and only where its certificate is good.

use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Request, header};
use http_body_util::Empty;
use source::{BadRedirect, redirect};
use url::{Position, Url};

use super::connect::{self, Opened};
use super::exchange::Exchange;
use crate::certificate::Shown;
use crate::evidence::{Observation, Reading, Trouble, Way};
use crate::options::Options;
use crate::place::{Access, Place};

/// As many redirects as go follows (protocol.md B8).
const REDIRECTS_MAX: usize = 10;

/// The answer in the end.
pub(super) struct Got {
    pub(super) exchange: Exchange,
    /// The host that gave it, if it is not the place's own.
    pub(super) elsewhere: Option<String>,
}

/// A connection to the place itself.
pub(super) struct Door {
    opened: Opened,
    begun: SystemTime,
}

impl Door {
    /// Knocks, and writes down what is shown there.
    pub(super) async fn open(
        place: &Place,
        url: &Url,
        options: &Options,
        seen: &mut Observation,
    ) -> Result<Self, Trouble> {
        let begun = options.clock.now();
        match connect::open(url, &place.access, options, &mut seen.way).await {
            Ok(opened) => {
                seen.certificate.clone_from(&opened.certificate);
                Ok(Self { opened, begun })
            }
            Err(unopened) => {
                seen.certificate = unopened.certificate.or(seen.certificate.take());
                Err(unopened.trouble)
            }
        }
    }

    /// Whether what is behind it is who it says, as far as can be known.
    pub(super) fn is_good(&self) -> bool {
        self.opened.certificate.as_ref().is_none_or(Shown::is_good)
    }

    /// Asks for `path` below the place's URL.
    pub(super) async fn get(
        self,
        path: &str,
        login: &HeaderMap,
        here: &Here<'_>,
        seen: &mut Observation,
    ) -> Result<Got, Trouble> {
        let start = below(here.base, path)?;
        let begun = self.begun;
        let exchange = send(self.opened, &start, login, here.options).await?;
        note(seen, &exchange, begun, here.options);
        follow(exchange, start, login, here).await
    }
}

/// Where a question is asked.
pub(super) struct Here<'a> {
    pub(super) place: &'a Place,
    pub(super) base: &'a Url,
    pub(super) options: &'a Options,
}

/// The URL of a path below the place's.
pub(super) fn below(base: &Url, path: &str) -> Result<Url, Trouble> {
    let text = format!("{}/{path}", base.as_str().trim_end_matches('/'));
    Url::parse(&text).map_err(|error| Trouble::Unconnected(error.to_string()))
}

/// Writes down what the first answer says about time.
fn note(seen: &mut Observation, exchange: &Exchange, begun: SystemTime, options: &Options) {
    let ours = options.clock.now();
    seen.first_byte.get_or_insert(ours.duration_since(begun).unwrap_or_default());
    let is_own = seen.way.through.is_none() && seen.way.addresses.iter().all(IpAddr::is_loopback);
    if let Some(said) = date(exchange.response.headers()) {
        seen.reading.get_or_insert(Reading { said, ours, is_own });
    }
}

/// The place's clock: what a cache on the way has kept for a while was said that long ago.
fn date(headers: &HeaderMap) -> Option<SystemTime> {
    let text = |name| headers.get(name)?.to_str().ok();
    let date = httpdate::parse_http_date(text(header::DATE)?).ok()?;
    let age = text(header::AGE).and_then(|age| age.parse().ok()).unwrap_or(0);
    date.checked_add(Duration::from_secs(age))
}

async fn follow(
    mut exchange: Exchange,
    start: Url,
    login: &HeaderMap,
    here: &Here<'_>,
) -> Result<Got, Trouble> {
    let mut url = start.clone();
    for _ in 0..=REDIRECTS_MAX {
        let Some(next) = target(&exchange, &url)? else {
            let is_elsewhere = url.host_str() != start.host_str();
            let elsewhere = url.host_str().filter(|_| is_elsewhere).map(str::to_owned);
            return Ok(Got { exchange, elsewhere });
        };
        url = next;
        let is_own = url.origin() == start.origin();
        exchange = redirected(&url, is_own, login, here).await?;
    }
    Err(Trouble::Redirect(format!("more than {REDIRECTS_MAX} redirects, the last one to {}", plain(&url))))
}

/// Asks where the place has sent us. Who we are there is nobody's business elsewhere.
async fn redirected(
    url: &Url,
    is_own: bool,
    login: &HeaderMap,
    here: &Here<'_>,
) -> Result<Exchange, Trouble> {
    let nobody = HeaderMap::new();
    let own = &here.place.access;
    let (access, login) =
        if is_own { (own.clone(), login) } else { (Access::anonymous(own.trust.clone()), &nobody) };
    let led = |what: String| Trouble::Redirect(format!("it leads to {}: {what}", plain(url)));
    let opened = connect::open(url, &access, here.options, &mut Way::default()).await;
    let opened = opened.map_err(|unopened| led(unopened.trouble.to_string()))?;
    if !opened.certificate.as_ref().is_none_or(Shown::is_good) {
        return Err(led("the certificate there is no good".to_owned()));
    }
    send(opened, url, login, here.options).await
}

/// The URL without what might be a secret.
fn plain(url: &Url) -> String {
    format!("{}://{}", url.scheme(), url.host_str().unwrap_or_default())
}

async fn send(opened: Opened, url: &Url, login: &HeaderMap, options: &Options) -> Result<Exchange, Trouble> {
    let host = url.host_str().unwrap_or_default();
    let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let target = match opened.relay {
        Some(_) => url.as_str(),
        None => &url[Position::BeforePath..Position::AfterQuery],
    };
    let mut request = Request::get(target)
        .header(header::HOST, host)
        .header(header::USER_AGENT, concat!("modkeep/", env!("CARGO_PKG_VERSION")))
        .header(header::ACCEPT_ENCODING, "identity");
    for (name, value) in login {
        request = request.header(name, value);
    }
    if let Some(login) = opened.relay.and_then(|relay| relay.login) {
        request = request.header(header::PROXY_AUTHORIZATION, login);
    }
    let request =
        request.body(Empty::<Bytes>::new()).map_err(|error| Trouble::Unconnected(error.to_string()))?;
    Exchange::start(opened.wire, request, &options.limits).await
}

/// Where the answer leads to, if it is a redirect.
fn target(exchange: &Exchange, from: &Url) -> Result<Option<Url>, Trouble> {
    let response = &exchange.response;
    redirect(response.status(), response.headers(), from).map_err(|bad| {
        Trouble::Redirect(match &bad {
            BadRedirect::NotHttps(url) => format!("it leads from https to {}", plain(url)),
            BadRedirect::NoUrl | BadRedirect::NotWeb => format!("it leads to {bad}"),
        })
    })
}
