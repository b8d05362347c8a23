//! P4: what a server adds to `go mod download` when it holds everything.
//!
//! The other side of the ratio is `GOPROXY=file://` of modkeep's own store: go reading the same files with nobody between.
//! go's own work, unpacking and hashing, is in all sides.

use testkit::{GoHome, GoRun, Graph, GraphSpec};

use crate::peers::Place;
use crate::plan::Plan;
use crate::report::{Goal, Measure, Row};
use crate::stand::{MODKEEP, Stand};

/// As many as the row says.
const MODULES: usize = 500;

/// About the size of a small real module, so that bytes count and not only requests.
const PADDING_BYTES: usize = 30_000;

const FILES: &str = "file://";

/// How many threads go may use, and what modkeep may cost there.
const THREADS: [(usize, f64); 2] = [(2, 1.02), (16, 1.05)];

/// Measures the row.
pub(crate) fn measure(plan: &Plan) -> Row {
    let spec = GraphSpec { modules: MODULES, padding_bytes: PADDING_BYTES, ..GraphSpec::default() };
    let graph = Graph::generate(spec);
    let stand = Stand::new(plan, Place::Free, &graph.modules(), &[]);
    let places = places(&stand);
    let measures = THREADS.map(|(threads, limit)| downloads(plan, &graph, &places, threads, limit));
    Row { name: "P4", settings: settings(), measures: measures.into() }
}

/// Every side's name with its GOPROXY.
fn places(stand: &Stand) -> Vec<(&'static str, String)> {
    let servers = stand.sides.iter().map(|side| (side.name, format!("http://{}", side.server.address)));
    let files = (FILES, format!("file://{}", stand.data(MODKEEP).display()));
    servers.chain([files]).collect()
}

fn downloads(plan: &Plan, graph: &Graph, places: &[(&str, String)], threads: usize, limit: f64) -> Measure {
    let name = format!("go mod download of {MODULES} modules, {threads} threads");
    let mut measure = Measure::new(name, "s", false, Goal::times(limit, FILES));
    for round in 0..plan.rounds {
        for at in 0..places.len() {
            let (name, proxy) = &places[(at + round) % places.len()];
            measure.add(name, Some(seconds(graph, proxy, threads)));
        }
    }
    measure
}

/// One `go mod download` of the whole project into an empty module cache.
fn seconds(graph: &Graph, proxy: &str, threads: usize) -> f64 {
    let home = GoHome::fresh();
    let project = home.project("main");
    graph.write_project(&project);
    let run = GoRun::in_home(&home).proxy(proxy).dir(&project).env("GOMAXPROCS", threads.to_string());
    run.args(["mod", "download"]).run().success().elapsed.as_secs_f64()
}

fn settings() -> Vec<String> {
    vec![
        format!("a generated project; each zip holds {PADDING_BYTES} bytes that do not compress"),
        "GOMAXPROCS of go as said; servers as they come; all on the same processors".to_owned(),
    ]
}
