//! Listening to the agent: what is remembered of each request, and of how many.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use protocol::{Answered, Exchange, Observer};
use source::{Ask, Origin};

use super::{Request, Trace};
use crate::rung::Rung;

/// How many requests are remembered: more than any build makes that a person would look at, and a few megabytes.
const REQUESTS_MAX: usize = 20_000;

/// How many attempts of one request are remembered.
const ATTEMPTS_MAX: usize = 32;

/// How many bytes of an address that is no question are remembered.
const ADDRESS_BYTES_MAX: usize = 200;

/// Remembers the requests of one run.
#[derive(Debug)]
pub struct Recorder {
    begun: Instant,
    started: SystemTime,
    requests_max: usize,
    heard: Mutex<Heard>,
}

#[derive(Debug, Default)]
struct Heard {
    requests: Vec<Request>,
    left_out: usize,
    places: BTreeMap<Origin, Rung>,
}

impl Recorder {
    /// The run begins now; by the clock of the machine that is `started`.
    pub fn new(started: SystemTime) -> Self {
        Self { begun: Instant::now(), started, requests_max: REQUESTS_MAX, heard: Mutex::default() }
    }

    /// Where places stand ([`crate::Told::places`]).
    pub fn learn(&self, places: &BTreeMap<Origin, Rung>) {
        self.heard().places.extend(places.iter().map(|(origin, rung)| (origin.clone(), *rung)));
    }

    /// What was heard so far. The run ends now.
    pub fn trace(&self) -> Trace {
        let wall = self.begun.elapsed();
        let heard = self.heard();
        let (mut requests, left_out, places) = (heard.requests.clone(), heard.left_out, heard.places.clone());
        requests.sort_by_key(|request| request.begun);
        Trace { started: self.started, wall, requests, left_out, places }
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Recorder {
    fn answered(&self, exchange: &Exchange<'_>) {
        let ended = self.begun.elapsed();
        let mut heard = self.heard();
        if heard.requests.len() < self.requests_max {
            heard.requests.push(request(exchange, ended));
        } else {
            heard.left_out += 1;
        }
    }
}

fn request(exchange: &Exchange<'_>, ended: Duration) -> Request {
    let (asked, group) = match exchange.answered {
        Some(Answered { ask, .. }) => (ask.to_string(), group(ask)),
        None => (without_word(exchange.path), "-".to_owned()),
    };
    let answered = exchange.answered.as_ref();
    let attempts =
        answered.map(|answered| answered.trail.attempts().iter().take(ATTEMPTS_MAX).cloned().collect());
    Request {
        asked,
        group,
        kind: Exchange::KINDS[exchange.kind_index()],
        status: exchange.status.as_u16(),
        outcome: exchange.outcome,
        origin: answered.map(|answered| answered.origin.clone()),
        bytes: answered.and_then(|answered| answered.size),
        attempts: attempts.unwrap_or_default(),
        begun: ended.saturating_sub(exchange.took),
        took: exchange.took,
    }
}

/// What a question belongs to.
fn group(ask: &Ask) -> String {
    if let Ask::SumDb(ask) = ask {
        return ask.database.to_string();
    }
    let version = ask.version().map(|module| module.to_string());
    version.or_else(|| ask.module().map(ToString::to_string)).unwrap_or_default()
}

/// An address without the word of the agent, which nobody is to know.
fn without_word(path: &str) -> String {
    let inner = path.trim_start_matches('/').split_once('/').map_or("", |(_, rest)| rest);
    let end = inner.char_indices().map(|(at, _)| at).take_while(|at| *at <= ADDRESS_BYTES_MAX).last();
    let shown = if inner.len() > ADDRESS_BYTES_MAX { &inner[..end.unwrap_or_default()] } else { inner };
    format!("/{shown}")
}

#[cfg(test)]
mod tests {
    use gomod::ModuleVersion;
    use http::{Method, StatusCode};
    use protocol::Outcome;
    use source::{Failure, FailureKind, Kind};

    use super::*;

    /// Tells of one answered `.mod`, for which another place was asked before.
    fn tell(recorder: &Recorder, took: Duration) {
        let ask = Ask::Mod(ModuleVersion::parse("a.example/m", "v1.0.0").unwrap());
        let (dead, origin) = (Origin::new("https://dead.example"), Origin::new("cache"));
        let failure = Failure::new(FailureKind::Unavailable, &dead, "it is dead", Duration::ZERO);
        recorder.answered(&Exchange {
            method: &Method::GET,
            path: "/here/a.example/m/@v/v1.0.0.mod",
            kind: Some(Kind::Mod),
            status: StatusCode::OK,
            outcome: Outcome::Miss,
            took,
            answered: Some(Answered { ask: &ask, origin: &origin, size: Some(7), trail: failure.trail() }),
        });
    }

    #[test]
    fn a_request_is_remembered_with_those_who_could_not_help() {
        let recorder = Recorder::new(SystemTime::UNIX_EPOCH);
        tell(&recorder, Duration::ZERO);
        recorder.learn(&BTreeMap::from([(Origin::new("cache"), Rung::Cache)]));
        let trace = recorder.trace();
        let request = &trace.requests[0];
        assert_eq!(
            (request.asked.as_str(), request.group.as_str()),
            ("a.example/m@v1.0.0.mod", "a.example/m@v1.0.0")
        );
        assert_eq!((request.kind, request.bytes, trace.via(request)), ("mod", Some(7), "cache"));
        let troubles: Vec<_> = request.troubles().map(|attempt| attempt.origin.as_str()).collect();
        assert_eq!(troubles, ["https://dead.example"]);
        assert!(trace.wall >= request.ended());
    }

    #[test]
    fn what_is_beyond_the_limit_is_counted_alone() {
        let recorder = Recorder { requests_max: 2, ..Recorder::new(SystemTime::UNIX_EPOCH) };
        for took in [3, 2, 1] {
            tell(&recorder, Duration::from_millis(took));
        }
        assert_eq!((recorder.trace().requests.len(), recorder.trace().left_out), (2, 1));
    }

    #[test]
    fn the_word_of_the_agent_is_not_remembered() {
        assert_eq!(without_word("/here/x/../y"), "/x/../y");
        assert_eq!(without_word("/here"), "/");
        assert_eq!(without_word(&format!("/word/{}", "é".repeat(500))).chars().count(), 101);
    }
}
