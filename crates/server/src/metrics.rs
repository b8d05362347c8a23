//! The numbers of a node, as `OpenMetrics`, which Prometheus reads.
//!
//! Names follow the conventions of Prometheus: base units, `_total` for what only grows. Labels have few values: kinds,
//! outcomes, and the places of the upstream list. No module path is ever a label.

use std::fmt;
use std::sync::Arc;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use protocol::{Exchange, Observer, Outcome, Trail};

use crate::Watch;

/// Upper bounds of the classes of durations, in seconds: a hit in memory, one on disk, an upstream near and far, a large fetch.
const SECONDS: [f64; 10] = [0.000_1, 0.001, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0, 120.0];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    kind: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfKind {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Attempted {
    place: String,
    outcome: &'static str,
}

/// What is counted. Cheap to clone; clones count together.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    /// For each kind and outcome, so that counting looks nothing up.
    requests: Arc<[[Counter; Outcome::ALL.len()]; Exchange::KINDS.len()]>,
    seconds: Arc<[Histogram; Exchange::KINDS.len()]>,
    attempts: Family<Attempted, Counter>,
}

impl Metrics {
    /// Nothing counted yet, by a node of this version; with the numbers that others keep.
    pub fn new(version: &str, watched: Vec<Watch>) -> Self {
        let mut registry = Registry::with_prefix("modkeep");
        for watch in watched {
            registry.register_collector(Box::new(watch));
        }
        registry.register("build", "The version of this node", Info::new([("version", version.to_owned())]));
        let requests = requests(&mut registry);
        let seconds = seconds(&mut registry);
        let attempts = Family::default();
        let help = "Attempts to get something from a place of the upstream list, or from the store where nobody else may be asked";
        registry.register("upstream_attempts", help, attempts.clone());
        Self {
            registry: Arc::new(registry),
            requests: Arc::new(requests),
            seconds: Arc::new(seconds),
            attempts,
        }
    }

    /// All numbers as they are, for `/metrics`. The type is [`CONTENT_TYPE`](Self::CONTENT_TYPE).
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        // Writing to a String does not fail.
        let _: fmt::Result = encode(&mut text, &self.registry);
        text
    }

    /// The content type of [`to_text`](Self::to_text).
    pub const CONTENT_TYPE: &'static str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
}

fn requests(registry: &mut Registry) -> [[Counter; Outcome::ALL.len()]; Exchange::KINDS.len()] {
    let family = Family::<Asked, Counter>::default();
    registry.register(
        "requests",
        "Requests answered, by what was asked for and what became of it",
        family.clone(),
    );
    let counter =
        |kind, outcome: Outcome| family.get_or_create_owned(&Asked { kind, outcome: outcome.as_str() });
    Exchange::KINDS.map(|kind| Outcome::ALL.map(|outcome| counter(kind, outcome)))
}

fn seconds(registry: &mut Registry) -> [Histogram; Exchange::KINDS.len()] {
    let family = Family::<OfKind, Histogram>::new_with_constructor(|| Histogram::new(SECONDS));
    let help = "From the head of a request to the head of its answer";
    registry.register_with_unit("request", help, Unit::Seconds, family.clone());
    Exchange::KINDS.map(|kind| family.get_or_create_owned(&OfKind { kind }))
}

impl Observer for Metrics {
    fn answered(&self, exchange: &Exchange<'_>) {
        let kind = exchange.kind_index();
        // Outcomes are counted in the order of their declaration, so that the cast is the position.
        self.requests[kind][exchange.outcome as usize].inc();
        self.seconds[kind].observe(exchange.took.as_secs_f64());
    }

    fn asked(&self, trail: &Trail) {
        for attempt in trail.attempts() {
            let place = attempt.origin.as_str().to_owned();
            let outcome = attempt.failed.map_or("answered", |kind| kind.as_str());
            self.attempts.get_or_create(&Attempted { place, outcome }).inc();
        }
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{Method, StatusCode};

    use super::*;
    use crate::Moves;

    fn watch(name: &'static str, moves: Moves) -> Watch {
        Watch {
            name,
            help: "What it says",
            moves,
            read: Box::new(|| vec![(vec![("of", "a".to_owned())], 7)]),
        }
    }

    #[test]
    fn what_is_told_is_counted() {
        let metrics = Metrics::new("1.2.3", vec![watch("trees", Moves::Freely), watch("forks", Moves::Up)]);
        let exchange = Exchange {
            method: &Method::GET,
            path: "/x",
            kind: None,
            status: StatusCode::NOT_FOUND,
            outcome: Outcome::Malformed,
            took: Duration::from_millis(2),
            answered: None,
        };
        metrics.clone().answered(&exchange);
        let text = metrics.to_text();
        for line in [
            r#"modkeep_build_info{version="1.2.3"} 1"#,
            r#"modkeep_requests_total{kind="none",outcome="malformed"} 1"#,
            r#"modkeep_requests_total{kind="zip",outcome="hit"} 0"#,
            r#"modkeep_trees{of="a"} 7"#,
            r#"modkeep_forks_total{of="a"} 7"#,
            r#"modkeep_request_seconds_bucket{le="0.01",kind="none"} 1"#,
        ] {
            assert!(text.lines().any(|has| has == line), "{line} is missing in\n{text}");
        }
    }

    #[test]
    fn outcomes_are_counted_each_for_itself() {
        for (position, outcome) in Outcome::ALL.into_iter().enumerate() {
            assert_eq!(outcome as usize, position);
        }
    }
}
