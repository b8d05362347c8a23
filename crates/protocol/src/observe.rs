//! What is told of each request, for access logs and metrics.
//!
//! It is told when the head of the answer is ready; the body may still be on its way. Whoever listens is called on the path of
//! every request and must not wait for anything.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use http::{Method, StatusCode};
use source::{Ask, FailureKind, Freshness, Kind, Origin, Trail};

/// What became of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It was answered from what is kept or was just said.
    Hit,
    /// A place was asked and answered.
    Miss,
    /// It was answered from what is kept, which may be out of date: no place could be asked.
    Stale,
    /// An authority says that there is nothing.
    NotFound,
    /// An authority refuses it.
    Refused,
    /// Nobody could find out.
    Unavailable,
    /// The content is not the one that its checksum vouches for.
    Mismatch,
    /// The client was sent elsewhere.
    Redirected,
    /// The client said what it will ask.
    Foretold,
    /// It asks nothing that is answered here.
    Malformed,
}

impl Outcome {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 10] = [
        Self::Hit,
        Self::Miss,
        Self::Stale,
        Self::NotFound,
        Self::Refused,
        Self::Unavailable,
        Self::Mismatch,
        Self::Redirected,
        Self::Foretold,
        Self::Malformed,
    ];

    /// The word for it in logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Miss => "miss",
            Self::Stale => "stale",
            Self::NotFound => "not_found",
            Self::Refused => "refused",
            Self::Unavailable => "unavailable",
            Self::Mismatch => "mismatch",
            Self::Redirected => "redirected",
            Self::Foretold => "foretold",
            Self::Malformed => "malformed",
        }
    }

    pub(crate) fn of_answer(freshness: Freshness) -> Self {
        match freshness {
            Freshness::Live => Self::Miss,
            Freshness::Kept(_) | Freshness::Recent(_) => Self::Hit,
            Freshness::Stale(_) => Self::Stale,
        }
    }

    pub(crate) fn of_failure(kind: FailureKind) -> Self {
        match kind {
            FailureKind::NotFound => Self::NotFound,
            FailureKind::Refused => Self::Refused,
            FailureKind::Unavailable => Self::Unavailable,
            FailureKind::Mismatch => Self::Mismatch,
        }
    }
}

/// One request and the head of its answer.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// The method as it came.
    pub method: &'a Method,
    /// The path as it came: percent-encoded, without the query, which means nothing here and may hold anything.
    pub path: &'a str,
    /// What was asked for; `None` for what is no question.
    pub kind: Option<Kind>,
    /// The status of the answer.
    pub status: StatusCode,
    /// What became of it.
    pub outcome: Outcome,
    /// From the head of the request to the head of the answer.
    pub took: Duration,
    /// The question, and who had a part in its answer; `None` for what is no question, and where the client was sent elsewhere.
    pub answered: Option<Answered<'a>>,
}

/// A question, and who had a part in its answer.
#[derive(Debug, Clone, Copy)]
pub struct Answered<'a> {
    /// The question.
    pub ask: &'a Ask,
    /// The place that answered, or whose failure is the one that was told.
    pub origin: &'a Origin,
    /// The size of the content in bytes, before any coding; `None` where there is none, or it is still coming.
    pub size: Option<u64>,
    /// Everybody who was asked, also when that was for another client.
    pub trail: &'a Trail,
}

impl Exchange<'_> {
    /// The words for what can be asked for, in logs and metrics; `sumdb` is for all but the records of a checksum database, the
    /// last one for what is no question.
    pub const KINDS: [&'static str; 8] = ["list", "latest", "info", "mod", "zip", "lookup", "sumdb", "none"];

    /// The position in [`KINDS`](Self::KINDS) of the word for what was asked for.
    pub fn kind_index(&self) -> usize {
        match self.kind {
            Some(Kind::List) => 0,
            Some(Kind::Latest) => 1,
            Some(Kind::Info) => 2,
            Some(Kind::Mod) => 3,
            Some(Kind::Zip) => 4,
            Some(Kind::Lookup) => 5,
            Some(Kind::Supported | Kind::Head | Kind::Tile) => 6,
            None => 7,
        }
    }
}

/// Somebody who is told.
pub trait Observer: Debug + Send + Sync {
    /// A request has its answer.
    fn answered(&self, exchange: &Exchange<'_>);

    /// Places were asked for a request. Not called when nobody was, nor for those who joined a request under way.
    fn asked(&self, trail: &Trail) {
        let _ = trail;
    }
}

/// All who are told, in order.
#[derive(Debug, Clone, Default)]
pub struct Observers(Vec<Arc<dyn Observer>>);

impl Observers {
    /// Tells `observers`.
    pub fn new(observers: Vec<Arc<dyn Observer>>) -> Self {
        Self(observers)
    }

    pub(crate) fn answered(&self, exchange: &Exchange<'_>) {
        self.0.iter().for_each(|observer| observer.answered(exchange));
    }

    pub(crate) fn asked(&self, trail: &Trail) {
        if !trail.is_empty() && !trail.is_retold() {
            self.0.iter().for_each(|observer| observer.asked(trail));
        }
    }
}
