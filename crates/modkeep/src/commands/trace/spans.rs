//! A trace as spans: one for the command, below it one for each request, and below that one for each place that was asked.

use std::time::{Duration, UNIX_EPOCH};

use ladder::trace::{Request, Trace};
use source::Attempt;

use super::otlp::{
    CLIENT, ERROR, Export, INTERNAL, Resource, ResourceSpans, Scope, ScopeSpans, Span, Status, number, text,
};

/// How many spans one message has at most: some hundred kilobytes, which every collector takes.
const SPANS_MAX: usize = 2000;

/// Where numbers of spans come from: they need to differ, and nobody relies on them.
pub(super) type Random<'a> = &'a mut dyn FnMut() -> u64;

/// Makes the spans of one trace.
struct Maker<'a> {
    trace: &'a Trace,
    /// When the run began, in nanoseconds since 1970.
    origin: u64,
    of_trace: Vec<u8>,
    random: Random<'a>,
    spans: Vec<Span>,
}

/// The messages for a run of `go SUBCOMMAND` that ended with `exit`.
pub(super) fn messages(trace: &Trace, subcommand: &str, exit: u8, random: Random<'_>) -> Vec<Export> {
    let since = trace.started.duration_since(UNIX_EPOCH).unwrap_or_default();
    let of_trace = [random(), random()].map(u64::to_be_bytes).concat();
    let mut maker = Maker { trace, origin: nanos(since), of_trace, random, spans: Vec::new() };
    let root = maker.command(subcommand, exit);
    for request in &trace.requests {
        maker.request(request, &root);
    }
    maker.spans.chunks(SPANS_MAX).map(message).collect()
}

fn message(spans: &[Span]) -> Export {
    let scope = Scope { name: "modkeep trace".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() };
    let resource = Resource { attributes: vec![text("service.name", "modkeep")] };
    let scopes = vec![ScopeSpans { scope: Some(scope), spans: spans.to_vec() }];
    Export { resources: vec![ResourceSpans { resource: Some(resource), scopes }] }
}

impl Maker<'_> {
    /// The span of the command; its number.
    fn command(&mut self, subcommand: &str, exit: u8) -> Vec<u8> {
        let mut span = self.span(format!("go {subcommand}"), INTERNAL, Duration::ZERO, self.trace.wall);
        let requests = self.trace.requests.len() + self.trace.left_out;
        span.attributes =
            vec![number("process.exit.code", exit.into()), number("modkeep.requests", requests as u64)];
        span.status = (exit != 0).then(|| failed(format!("exit code {exit}")));
        self.add(span, Vec::new())
    }

    fn request(&mut self, request: &Request, root: &[u8]) {
        let mut span = self.span(request.asked.clone(), CLIENT, request.begun, request.took);
        span.attributes = vec![
            text("modkeep.kind", request.kind),
            text("modkeep.outcome", request.outcome.as_str()),
            text("modkeep.from", self.trace.via(request)),
            number("http.response.status_code", request.status.into()),
        ];
        span.attributes.extend(request.origin.iter().map(|origin| text("modkeep.place", origin.as_str())));
        span.attributes.extend(request.bytes.map(|bytes| number("http.response.body.size", bytes)));
        span.status = request.is_failure().then(|| failed(request.outcome.as_str().to_owned()));
        let parent = self.add(span, root.to_vec());
        let mut begun = request.begun;
        for attempt in &request.attempts {
            self.attempt(attempt, begun.min(request.ended()), request, &parent);
            begun += attempt.took;
        }
    }

    /// When a place was asked is not known, only for how long it was waited for: places are put one after the other, within the request.
    fn attempt(&mut self, attempt: &Attempt, begun: Duration, request: &Request, parent: &[u8]) {
        let took = attempt.took.min(request.ended().saturating_sub(begun));
        let mut span = self.span(attempt.origin.to_string(), CLIENT, begun, took);
        span.attributes = vec![text("modkeep.place", attempt.origin.as_str())];
        span.status = attempt.failed.map(|kind| failed(format!("{kind}: {}", attempt.note)));
        self.add(span, parent.to_vec());
    }

    fn span(&self, name: String, kind: i32, begun: Duration, took: Duration) -> Span {
        let start = self.origin.saturating_add(nanos(begun));
        Span {
            of_trace: self.of_trace.clone(),
            name,
            kind,
            start,
            end: start.saturating_add(nanos(took)),
            ..Span::default()
        }
    }

    /// Takes a span in; its number.
    fn add(&mut self, mut span: Span, parent: Vec<u8>) -> Vec<u8> {
        // All zeros would be no number.
        span.id = ((self.random)() | 1).to_be_bytes().to_vec();
        span.parent = parent;
        let id = span.id.clone();
        self.spans.push(span);
        id
    }
}

fn failed(message: String) -> Status {
    Status { message, code: ERROR }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{request, trace};
    use super::*;

    #[test]
    fn a_large_run_is_sent_in_pieces() {
        let requests = (0..4500).map(|n| request("a.example/m", n, 1)).collect();
        let mut last = 0;
        let mut random = || {
            last += 2;
            last
        };
        let messages = messages(&trace(requests), "build", 0, &mut random);
        let spans = |export: &Export| export.resources[0].scopes[0].spans.len();
        assert_eq!(messages.iter().map(spans).collect::<Vec<_>>(), [2000, 2000, 501]);
    }

    #[test]
    fn attempts_lie_within_their_request() {
        let attempt = |took| Attempt {
            origin: source::Origin::new("https://a.example"),
            failed: None,
            note: "".into(),
            took: Duration::from_millis(took),
        };
        let long =
            Request { attempts: vec![attempt(6), attempt(6), attempt(6)], ..request("a.example/m", 10, 10) };
        let messages = messages(&trace(vec![long]), "build", 1, &mut || 7);
        let spans = &messages[0].resources[0].scopes[0].spans;
        let times: Vec<_> =
            spans[1..].iter().map(|span| (span.start / 1_000_000, span.end / 1_000_000)).collect();
        assert_eq!(times, [(10, 20), (10, 16), (16, 20), (20, 20)]);
        assert_eq!(spans[0].status.as_ref().map(|status| status.code), Some(ERROR));
    }
}
