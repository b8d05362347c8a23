//! Every request of one run: what was asked, who answered and who did not, and how long that took.
//!
//! A [`Recorder`] listens to the agent; when the command has ended, it makes a [`Trace`] of what it heard. Everything behind that is
//! pure, and knows nothing of how it is shown.

mod chain;
mod recorder;
mod rows;
mod totals;

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use protocol::Outcome;
use source::{Attempt, Origin};

use crate::rung::Rung;

pub use recorder::Recorder;
pub use rows::{Row, Rows};
pub use totals::{OfPlace, Totals, Trouble};

/// The word for what a checksum database said, where no rung of the ladder passed it on.
const DATABASE: &str = "database";

/// The word for what no place of the ladder answered.
const NOBODY: &str = "nobody";

/// One request of go.
#[derive(Debug, Clone)]
pub struct Request {
    /// What was asked for, as a person would name it.
    pub asked: String,
    /// What it belongs to: a module version, a module, or a checksum database.
    pub group: String,
    /// The word for the kind of question (`protocol::Exchange::KINDS`).
    pub kind: &'static str,
    /// The HTTP status of the answer.
    pub status: u16,
    /// What became of it.
    pub outcome: Outcome,
    /// The place that answered, or whose failure was told.
    pub origin: Option<Origin>,
    /// The size of the content in bytes, where it was known.
    pub bytes: Option<u64>,
    /// Everybody who was asked, in order.
    pub attempts: Vec<Attempt>,
    /// When it came, from the begin of the run.
    pub begun: Duration,
    /// From the request to the head of its answer.
    pub took: Duration,
}

impl Request {
    /// When its answer was there, from the begin of the run.
    pub fn ended(&self) -> Duration {
        self.begun + self.took
    }

    /// Whether go got neither content nor the word of somebody who knows.
    pub fn is_failure(&self) -> bool {
        matches!(
            self.outcome,
            Outcome::Refused | Outcome::Unavailable | Outcome::Mismatch | Outcome::Malformed
        )
    }

    /// Those who were asked and could not help, for whatever else than not having it.
    pub fn troubles(&self) -> impl Iterator<Item = &Attempt> {
        let is_trouble =
            |attempt: &&Attempt| attempt.failed.is_some_and(|kind| kind > source::FailureKind::NotFound);
        self.attempts.iter().filter(is_trouble)
    }
}

/// All requests of one run.
#[derive(Debug, Clone)]
pub struct Trace {
    /// When the run began.
    pub started: SystemTime,
    /// How long the whole run took.
    pub wall: Duration,
    /// The requests, in the order in which they came.
    pub requests: Vec<Request>,
    /// How many more there were, of which nothing is remembered.
    pub left_out: usize,
    /// The rung of every place.
    pub places: BTreeMap<Origin, Rung>,
}

impl Trace {
    /// The rung that answered, or another word for who did.
    pub fn via(&self, request: &Request) -> &'static str {
        if request.is_failure() {
            return NOBODY;
        }
        let rung = request.origin.as_ref().and_then(|origin| self.places.get(origin));
        match rung {
            Some(rung) => rung.name(),
            None if matches!(request.kind, "lookup" | "sumdb") => DATABASE,
            None => NOBODY,
        }
    }

    /// What a picture of this trace must have room for: the run, or the last answer where that came later.
    pub fn end(&self) -> Duration {
        self.requests.iter().map(Request::ended).chain([self.wall]).max().unwrap_or_default()
    }

    /// The positions of the requests that make up the longest chain: each came after the answer to the one before, and together
    /// they took the longest. No run is shorter than it.
    pub fn longest_chain(&self) -> Vec<usize> {
        chain::longest(&self.requests)
    }

    /// The rows of a picture that has room for `rows_max` of them.
    pub fn rows(&self, rows_max: usize) -> Rows {
        rows::of(&self.requests, rows_max)
    }

    /// The sums.
    pub fn totals(&self) -> Totals {
        Totals::of(self)
    }
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;

    /// An answered request for a `.mod` of the module `name`, which came after so many milliseconds and took so many.
    pub(crate) fn request(name: &str, begun: u64, took: u64) -> Request {
        Request {
            asked: format!("{name}@v1.0.0.mod"),
            group: format!("{name}@v1.0.0"),
            kind: "mod",
            status: 200,
            outcome: Outcome::Miss,
            origin: Some(Origin::new("https://proxy.example")),
            bytes: Some(100),
            attempts: Vec::new(),
            begun: Duration::from_millis(begun),
            took: Duration::from_millis(took),
        }
    }

    /// A run of these requests, with one proxy.
    pub(crate) fn trace(requests: Vec<Request>) -> Trace {
        let places = BTreeMap::from([(Origin::new("https://proxy.example"), Rung::Upstream)]);
        let wall = Duration::from_millis(100);
        Trace { started: SystemTime::UNIX_EPOCH, wall, requests, left_out: 0, places }
    }
}
