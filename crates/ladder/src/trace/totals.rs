//! The sums of a run: by place, the longest chain, and what went wrong with whom.

use std::collections::BTreeMap;
use std::time::Duration;

use source::{Attempt, FailureKind};

use super::{NOBODY, Request, Trace};

/// How many different troubles are told; more are of one kind with these.
const TROUBLES_MAX: usize = 20;

/// What one place did for a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfPlace {
    /// Its rung, or another word for it.
    pub via: &'static str,
    /// Its name; empty for what nobody answered.
    pub name: String,
    /// How many requests it answered.
    pub requests: usize,
    /// How much content it gave, in bytes.
    pub bytes: u64,
    /// How long these requests took, one after the other.
    pub waited: Duration,
}

/// Something that went wrong with a place, and how often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The place.
    pub name: String,
    /// How it failed.
    pub kind: FailureKind,
    /// What happened.
    pub note: String,
    /// How often.
    pub count: usize,
}

/// The sums of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// How many requests there were, with those that are not remembered.
    pub requests: usize,
    /// How much content was given, in bytes.
    pub bytes: u64,
    /// How many requests got no answer that go could use.
    pub failures: usize,
    /// How long the run took.
    pub wall: Duration,
    /// How many requests are in the longest chain, and how long they took.
    pub longest: (usize, Duration),
    /// By place, the longest waited for first.
    pub places: Vec<OfPlace>,
    /// What went wrong, the most frequent first.
    pub troubles: Vec<Trouble>,
}

impl Totals {
    pub(super) fn of(trace: &Trace) -> Self {
        let requests = &trace.requests;
        let chain = trace.longest_chain();
        let length = chain.iter().map(|at| requests[*at].took).sum();
        Self {
            requests: requests.len() + trace.left_out,
            bytes: requests.iter().filter_map(|request| request.bytes).sum(),
            failures: requests.iter().filter(|request| request.is_failure()).count(),
            wall: trace.wall,
            longest: (chain.len(), length),
            places: places(trace),
            troubles: troubles(requests),
        }
    }
}

fn places(trace: &Trace) -> Vec<OfPlace> {
    let mut places: BTreeMap<(&'static str, String), OfPlace> = BTreeMap::new();
    for request in &trace.requests {
        let (via, name) = place(trace, request);
        let nothing = OfPlace { via, name: name.clone(), requests: 0, bytes: 0, waited: Duration::ZERO };
        let place = places.entry((via, name)).or_insert(nothing);
        place.requests += 1;
        place.bytes += request.bytes.unwrap_or_default();
        place.waited += request.took;
    }
    let mut places: Vec<OfPlace> = places.into_values().collect();
    places.sort_by_key(|place| std::cmp::Reverse(place.waited));
    places
}

fn place(trace: &Trace, request: &Request) -> (&'static str, String) {
    match &request.origin {
        Some(origin) if !request.is_failure() => (trace.via(request), origin.to_string()),
        _ => (NOBODY, String::new()),
    }
}

fn troubles(requests: &[Request]) -> Vec<Trouble> {
    let mut troubles: BTreeMap<(&str, &str), Trouble> = BTreeMap::new();
    for attempt in requests.iter().flat_map(Request::troubles) {
        let Attempt { origin, failed: Some(kind), note, .. } = attempt else { continue };
        let new = || Trouble { name: origin.to_string(), kind: *kind, note: note.to_string(), count: 0 };
        troubles.entry((origin.as_str(), note)).or_insert_with(new).count += 1;
    }
    let mut troubles: Vec<Trouble> = troubles.into_values().collect();
    troubles.sort_by_key(|trouble| std::cmp::Reverse(trouble.count));
    troubles.truncate(TROUBLES_MAX);
    troubles
}

#[cfg(test)]
mod tests {
    use protocol::Outcome;
    use source::{Failure, Origin};

    use super::super::samples::{request, trace};
    use super::*;

    #[test]
    fn sums_are_by_place_and_failures_are_nobodys() {
        let failure = Failure::new(
            FailureKind::Unavailable,
            &Origin::new("https://proxy.example"),
            "503 Service Unavailable",
            Duration::ZERO,
        );
        let attempts = failure.trail().attempts().to_vec();
        let failed = Request { outcome: Outcome::Unavailable, bytes: None, attempts, ..request("c", 30, 50) };
        let totals = trace(vec![request("a", 0, 10), request("b", 5, 20), failed]).totals();
        assert_eq!((totals.requests, totals.bytes, totals.failures), (3, 200, 1));
        assert_eq!(totals.longest, (2, Duration::from_millis(70)));
        let told: Vec<_> = totals.places.iter().map(|place| (place.via, place.requests)).collect();
        assert_eq!(told, [("nobody", 1), ("upstream", 2)]);
        assert_eq!(
            (totals.troubles[0].count, totals.troubles[0].note.as_str()),
            (1, "503 Service Unavailable")
        );
    }
}
