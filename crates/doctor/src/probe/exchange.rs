//! One request and its answer on one connection, with a limit on every wait.

use std::error::Error as _;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, header};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};

use super::wire::{Heard, Wire};
use crate::evidence::{Refusal, Stage, Trouble};
use crate::options::Limits;

/// Bytes of an error's text that are shown, as go does (protocol.md B12).
const TEXT_MAX: usize = 648;

/// An answer whose head is there.
pub(super) struct Exchange {
    pub(super) response: Response<Incoming>,
    /// Drives the connection; ends with the exchange.
    driver: Driver,
}

struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Exchange {
    /// Sends the request, and waits for the head of the answer.
    pub(super) async fn start(
        wire: Wire,
        request: Request<Empty<Bytes>>,
        limits: &Limits,
    ) -> Result<Self, Trouble> {
        let heard = wire.heard();
        let shaken = http1::handshake(TokioIo::new(wire)).await;
        let (mut sender, connection) = shaken.map_err(|error| broken(&error))?;
        let driver = Driver(tokio::spawn(async move {
            // What ends the connection is told to the one who waits for the answer.
            let _ = connection.with_upgrades().await;
        }));
        match timeout(limits.answer, sender.send_request(request)).await {
            Ok(Ok(response)) => Ok(Self { response, driver }),
            Ok(Err(error)) => Err(broken(&error)),
            Err(_) => Err(late(&heard, limits.answer)),
        }
    }

    /// Makes a tunnel of it.
    pub(super) async fn upgrade(self) -> Result<Upgraded, hyper::Error> {
        let Self { response, driver } = self;
        let upgraded = hyper::upgrade::on(response).await;
        // The connection is ours from here on, whoever drove it.
        drop(driver);
        upgraded
    }

    /// The whole body, if it has at most `max` bytes; `None` if it has more.
    pub(super) async fn body(self, max: u64, limits: &Limits) -> Result<Option<Vec<u8>>, Trouble> {
        let announced = announced(self.response.headers());
        if announced.is_some_and(|size| size > max) {
            return Ok(None);
        }
        let Self { response, driver: _driver } = self;
        let (mut body, mut taken) = (response.into_body(), Vec::new());
        loop {
            let asked = Instant::now();
            let stalled = |waited: Duration| Trouble::StalledBody { bytes: taken.len() as u64, waited };
            let Ok(frame) = timeout(limits.idle, body.frame()).await else {
                return Err(stalled(asked.elapsed()));
            };
            let Some(frame) = frame else { return Ok(Some(taken)) };
            let frame = frame.map_err(|error| cut(&error, taken.len(), announced))?;
            taken.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
            if taken.len() as u64 > max {
                return Ok(None);
            }
        }
    }

    /// The text that comes with an error, as go shows it: plain, up to the first blank line.
    pub(super) async fn text(self, limits: &Limits) -> Option<String> {
        let kind = self.response.headers().get(header::CONTENT_TYPE)?.to_str().ok()?;
        if !kind.starts_with("text/plain") {
            return None;
        }
        let body = self.body(64 << 10, limits).await.ok().flatten()?;
        let text = String::from_utf8_lossy(&body);
        let lines: Vec<&str> = text.lines().map(str::trim).take_while(|line| !line.is_empty()).collect();
        let shown: String = lines.join(" ").chars().filter(|c| !c.is_control()).take(TEXT_MAX).collect();
        (!shown.is_empty()).then_some(shown)
    }
}

/// The head of a refusal; the text comes from the body.
pub(super) fn refusal(response: &Response<Incoming>, by_proxy: Option<&str>) -> Refusal {
    let retry = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    Refusal {
        status: response.status().as_u16(),
        text: None,
        retry_after: retry.map(str::to_owned),
        by_proxy: by_proxy.map(str::to_owned),
    }
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn late(heard: &Heard, waited: Duration) -> Trouble {
    match heard.bytes() {
        0 => Trouble::Silent { stage: Stage::Answer, waited },
        bytes => Trouble::StalledHead { bytes, waited },
    }
}

fn cut(error: &hyper::Error, taken: usize, announced: Option<u64>) -> Trouble {
    let of = announced.map_or_else(String::new, |size| format!(" of {size}"));
    Trouble::BrokenOff(format!("after {taken}{of} bytes of the body: {}", reason(error)))
}

/// Why there is no head.
fn broken(error: &hyper::Error) -> Trouble {
    if let Some(flaw) = tls_flaw(error) {
        return Trouble::Tls(flaw);
    }
    if error.is_parse() {
        return Trouble::NotHttp(reason(error));
    }
    Trouble::BrokenOff(format!("before the answer: {}", reason(error)))
}

/// What TLS has to say about it: with its newest version, a server refuses us only then.
fn tls_flaw(error: &hyper::Error) -> Option<String> {
    let io = error.source()?.downcast_ref::<std::io::Error>()?;
    let flaw = io.get_ref()?.downcast_ref::<rustls::Error>()?;
    Some(flaw.to_string())
}

fn reason(error: &hyper::Error) -> String {
    error.source().map_or_else(|| error.to_string(), ToString::to_string)
}
