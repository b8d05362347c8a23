//! What was measured, as measures: servers beside servers, and the client beside the floor.

use super::side::{Outcome, Side};
use crate::report::{Goal, Measure};

/// What `modkeep go` may take, as a multiple of the floor.
const CLIENT_MAX: f64 = 1.2;

/// How many bytes modkeep may fetch, as a multiple of what go alone fetches.
const BYTES_MAX: f64 = 1.1;

const MEGABYTE: f64 = 1e6;

/// Sides that are compared with each other.
struct Table {
    /// Ours first.
    sides: &'static [Side],
    /// One for each number of threads.
    seconds: Vec<Measure>,
    bytes: Measure,
    requests: Measure,
    client_cpu: Measure,
    server_cpu: Measure,
}

/// All of them.
pub(super) struct Tables(Vec<Table>);

const SERVERS: &[Side] = &[Side::Serve, Side::Go, Side::Goproxy, Side::Athens, Side::Files];
const CLIENTS: &[Side] = &[Side::Client, Side::Both, Side::Go, Side::Files];

impl Tables {
    /// Empty ones; `limit` gives the goal of plain go through `modkeep serve` with so many threads.
    pub(super) fn new(threads: &[usize], limit: impl Fn(usize) -> Option<f64>) -> Self {
        let serve = |threads| limit(threads).map(|limit| Goal::times(limit, Side::Go.name()));
        let client = |_| Some(Goal::times(CLIENT_MAX, Side::Files.name()));
        let servers = Table::new("plain go through a server", SERVERS, threads, serve);
        Self(vec![servers, Table::new("modkeep go", CLIENTS, threads, client)])
    }

    /// Takes in what `side` came to with the number of threads at `at`.
    pub(super) fn add(&mut self, at: usize, side: Side, outcome: &Outcome) {
        for table in self.0.iter_mut().filter(|table| table.sides.contains(&side)) {
            table.add(at, side, outcome);
        }
    }

    /// Those in which we have a value: the others compare nothing.
    pub(super) fn measures(self) -> Vec<Measure> {
        self.0.into_iter().flat_map(Table::measures).collect()
    }
}

impl Table {
    fn new(
        name: &str,
        sides: &'static [Side],
        threads: &[usize],
        goal: impl Fn(usize) -> Option<Goal>,
    ) -> Self {
        let seconds = threads.iter().map(|threads| {
            let name = format!("cold go mod download, {name}, {threads} threads");
            // In the order of the table, whoever has the first turn.
            sides.iter().fold(Measure::new(name, "s", false, goal(*threads)), |measure, side| {
                measure.with(side.name())
            })
        });
        let other = |what: &str, unit, goal: Option<Goal>, counts: fn(Side) -> bool| {
            let measure = Measure::new(format!("{what}, {name}"), unit, false, goal);
            let counted = sides.iter().filter(|side| counts(**side));
            counted.fold(measure, |measure, side| measure.with(side.name()))
        };
        let bytes = Some(Goal::times(BYTES_MAX, Side::Go.name()));
        Self {
            sides,
            seconds: seconds.collect(),
            bytes: other("fetched from the upstream", "MB", bytes, Side::asks_upstream),
            requests: other("requests to the upstream", "", None, Side::asks_upstream),
            client_cpu: other("processor time of the client", "s", None, |_| true),
            server_cpu: other("processor time of the server", "s", None, Side::has_server),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "traffic of one run is far below 2^52")]
    fn add(&mut self, at: usize, side: Side, outcome: &Outcome) {
        let name = side.name();
        // What failed has not done the work that is compared.
        let of_success = |value: f64| outcome.seconds.is_ok().then_some(value);
        self.seconds[at].add(name, outcome.seconds.as_ref().ok().copied());
        if let Err(why) = &outcome.seconds {
            self.seconds[at].say(name, why.as_str());
        }
        if side.asks_upstream() {
            self.bytes.add(name, of_success(outcome.traffic.body_bytes as f64 / MEGABYTE));
            self.requests.add(name, of_success(outcome.traffic.requests as f64));
        }
        self.client_cpu.add(name, of_success(outcome.client_cpu));
        if side.has_server() {
            self.server_cpu.add(name, outcome.server_cpu.and_then(of_success));
        }
    }

    fn measures(self) -> impl Iterator<Item = Measure> {
        let all =
            self.seconds.into_iter().chain([self.bytes, self.requests, self.client_cpu, self.server_cpu]);
        all.filter_map(Measure::measured)
    }
}

#[cfg(test)]
mod tests {
    use testkit::far::Traffic;

    use super::*;

    fn outcome(seconds: f64) -> Outcome {
        let traffic = Traffic { requests: 3, body_bytes: 2_000_000, silent: 0 };
        Outcome { seconds: Ok(seconds), traffic, client_cpu: 1.5, server_cpu: Some(0.5) }
    }

    #[test]
    fn ours_comes_first_whoever_has_the_first_turn_and_the_floor_fetches_nothing() {
        let mut tables = Tables::new(&[2], |_| Some(0.25));
        for (side, seconds) in [(Side::Files, 1.0), (Side::Go, 8.0), (Side::Serve, 2.0)] {
            tables.add(0, side, &outcome(seconds));
        }
        let measures = tables.measures();
        let sides =
            |at: usize| -> Vec<&str> { measures[at].sides.iter().map(|side| side.name.as_str()).collect() };
        assert_eq!(sides(0), ["modkeep serve", "go alone", "file://"]);
        assert_eq!(sides(1), ["modkeep serve", "go alone"]);
        assert_eq!(measures[1].sides[0].rounds, [Some(2.0)]);
        assert_eq!(sides(3), ["modkeep serve", "go alone", "file://"]);
        assert_eq!(sides(4), ["modkeep serve"]);
        // Nobody ran `modkeep go`, so nothing is compared with it.
        assert_eq!(measures.len(), 5);
    }

    #[test]
    fn a_side_that_failed_says_why() {
        let mut tables = Tables::new(&[2], |_| None);
        let failed = Outcome { seconds: Err("no such module".to_owned()), ..outcome(0.0) };
        tables.add(0, Side::Client, &failed);
        let measures = tables.measures();
        assert_eq!(
            (measures[0].sides[0].rounds[0], measures[0].sides[0].note.as_str()),
            (None, "no such module")
        );
    }
}
