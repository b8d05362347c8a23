//! Driver of the bench `warm-download`: what `modkeep serve` adds to `go mod download` when it holds everything.
//!
//! `cargo xtask bench warm-download` starts it and makes ratios of what it prints: for each pair of runs the seconds
//! through modkeep and the seconds from `GOPROXY=file://` of the same store. Both sides of a pair take turns in going
//! first, so that neither always finds the warmer machine.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a driver prints what it measured, and stops when it cannot"
)]

use std::path::Path;

use testkit::{FakeUpstream, GoHome, GoRun, Graph, GraphSpec, ServerCommand, ServerProcess};

/// About the size of a small real module, so that bytes count and not only requests.
const PADDING_BYTES: usize = 30_000;

fn main() {
    let mut args = std::env::args().skip(1);
    let binary = args.next().expect("first argument: the modkeep binary");
    let pairs: u32 = args.next().and_then(|n| n.parse().ok()).expect("second argument: how many pairs");
    let graph = Graph::generate(GraphSpec { padding_bytes: PADDING_BYTES, ..GraphSpec::default() });
    let data = tempfile::tempdir().expect("a temporary folder");
    let upstream = FakeUpstream::builder().modules(graph.modules()).start();
    let server = serve(Path::new(&binary), data.path(), &upstream.url());
    let through_modkeep = format!("http://{}", server.captures()[0]);
    let from_files = format!("file://{}", data.path().display());
    // Fills the store. From here on nothing is asked upstream, and were it asked, it would fail.
    seconds(&graph, &through_modkeep);
    drop(upstream);
    for pair in 0..pairs {
        let (ours, theirs) = measured(&graph, &through_modkeep, &from_files, pair % 2 == 0);
        println!("{ours} {theirs}");
    }
}

fn serve(binary: &Path, data: &Path, upstream: &str) -> ServerProcess {
    let args = ["serve", "--listen", "127.0.0.1:0", "--upstream", upstream];
    ServerCommand::new(binary)
        .args(args)
        .args(["--data".as_ref(), data.as_os_str()])
        .start("listens on http://{}")
}

fn measured(graph: &Graph, ours: &str, theirs: &str, ours_first: bool) -> (f64, f64) {
    if ours_first {
        return (seconds(graph, ours), seconds(graph, theirs));
    }
    let their_seconds = seconds(graph, theirs);
    (seconds(graph, ours), their_seconds)
}

/// One `go mod download` of the whole project into an empty module cache.
fn seconds(graph: &Graph, proxy: &str) -> f64 {
    let home = GoHome::fresh();
    let project = home.project("main");
    graph.write_project(&project);
    let run = GoRun::in_home(&home).proxy(proxy).dir(&project).args(["mod", "download"]);
    run.run().success().elapsed.as_secs_f64()
}
