//! The body of an answer as it comes: what is too slow, and going on where it broke off.
//!
//! A limit on each wait catches a body that stops, a minimum rate one that drips; a large body that moves may take as long as it
//! likes. A zip that breaks off is asked for from there on, where the place can do that, since the largest have hundreds of
//! megabytes and the line that cut them once will do it again. Everything else is small, and is asked for anew.

use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use reqwest::Response;
use resilience::{MinimumRate, Pace};
use tokio::time::{Instant, timeout};
use url::Url;

use super::client::HttpClient;
use super::http::root_cause;
use super::resume::Ticket;
use crate::{Ask, Body, Failure, Kind, Origin, Progress, Symptom};

/// How often one body is gone on with after it broke off.
const RESUMES_MAX: u32 = 4;

/// What a part must bring for the next one to be asked for: who sends less will not come to an end.
const PART_MIN: u64 = 64 << 10;

/// Why no more comes, and what that says about the place.
type Broken = (String, Symptom);

/// A body under way.
pub(super) struct Content {
    client: HttpClient,
    origin: Origin,
    url: Url,
    response: Response,
    begun: Instant,
    rate: MinimumRate,
    received: u64,
    ticket: Option<Ticket>,
    resumes_left: u32,
    /// Where the part began that is coming.
    part_from: u64,
    progress: Option<Progress>,
}

impl Content {
    /// The body of `response`, the answer that `url` gave to `ask`.
    pub(super) fn new(client: HttpClient, origin: Origin, ask: &Ask, url: Url, response: Response) -> Self {
        let ticket = if ask.kind() == Kind::Zip { Ticket::from_head(&response) } else { None };
        let rate = MinimumRate::new(client.rate_min, client.idle_timeout);
        let (begun, resumes_left) = (Instant::now(), RESUMES_MAX);
        let (received, part_from, progress) = (0, 0, None);
        Self {
            client,
            origin,
            url,
            response,
            begun,
            rate,
            received,
            ticket,
            resumes_left,
            part_from,
            progress,
        }
    }

    /// Reports the bytes as they come.
    pub(super) fn watched_by(self, progress: Option<Progress>) -> Self {
        Self { progress, ..self }
    }

    /// As the body of an answer.
    pub(super) fn into_body(self) -> Body {
        let size = self.response.content_length();
        let chunks = stream::try_unfold(self, |mut content| async move {
            Ok(content.next().await?.map(|chunk| (chunk, content)))
        });
        Body::stream(chunks, size)
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        loop {
            match self.chunk().await {
                Ok(chunk) => {
                    self.report(chunk.as_ref());
                    return Ok(chunk);
                }
                Err(broken) => self.resume(broken).await?,
            }
        }
    }

    fn report(&mut self, chunk: Option<&Bytes>) {
        let more = chunk.map_or(0, |chunk| chunk.len() as u64);
        self.received += more;
        match (&self.progress, chunk) {
            (Some(progress), Some(_)) => progress.bytes(more),
            (Some(progress), None) => progress.whole(),
            (None, _) => {}
        }
    }

    /// The next piece, or why none will come.
    async fn chunk(&mut self) -> Result<Option<Bytes>, Broken> {
        let idle_max = self.client.idle_timeout;
        let mut idle = Duration::ZERO;
        loop {
            let patience = self.rate.left().min(idle_max.saturating_sub(idle));
            let asked = Instant::now();
            let got = timeout(patience, self.response.chunk()).await;
            // The URL may hold a password.
            let got = got.map(|got| got.map_err(reqwest::Error::without_url));
            let waited = asked.elapsed();
            idle += waited;
            let bytes = match &got {
                Ok(Ok(None)) => return Ok(None),
                Ok(Err(error)) => return Err(cut(error)),
                Ok(Ok(Some(chunk))) => chunk.len() as u64,
                Err(_) => 0,
            };
            let pace = self.rate.note(waited, bytes);
            match (got, pace) {
                (_, Pace::TooSlow { bytes }) if bytes > 0 => return Err(too_slow(bytes, idle_max)),
                (Ok(Ok(chunk)), _) => return Ok(chunk),
                _ if idle >= idle_max => return Err(stopped(idle)),
                _ => {}
            }
        }
    }

    /// Goes on after what has been received, or says why that is not possible.
    async fn resume(&mut self, (why, symptom): Broken) -> Result<(), Failure> {
        let broken =
            |what: &str| Failure::unavailable(&self.origin, what, self.begun.elapsed()).with_symptom(symptom);
        let may_go_on = self.resumes_left > 0 && self.received >= self.part_from + PART_MIN;
        let Some(ticket) = self.ticket.as_ref().filter(|_| may_go_on) else { return Err(broken(&why)) };
        // Its slot is free for the next part: when all break off at once, none would be.
        self.response.extensions_mut().clear();
        let asked = self.client.send(&self.url, ticket.ask_from(self.received));
        let response = match timeout(self.client.first_byte_timeout, asked).await {
            Ok(Ok(response)) if ticket.is_continued_by(&response, self.received) => response,
            _ => return Err(broken(&format!("{why}; it could not be gone on with"))),
        };
        tracing::info!(place = %self.origin, why, from = self.received, "went on with a zip that broke off");
        self.response = response;
        self.resumes_left -= 1;
        self.part_from = self.received;
        Ok(())
    }
}

fn cut(error: &reqwest::Error) -> Broken {
    (format!("the body broke off: {}", root_cause(error)), Symptom::BadAnswer)
}

fn stopped(idle: Duration) -> Broken {
    (format!("the body stopped for {:.1} s", idle.as_secs_f64()), Symptom::Silent)
}

fn too_slow(bytes: u64, window: Duration) -> Broken {
    (format!("the body only drips: {bytes} bytes in {:.1} s", window.as_secs_f64()), Symptom::Silent)
}
