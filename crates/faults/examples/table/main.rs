//! Driver of `cargo xtask faults`: every fault on the first of two upstreams, met by go alone and by go behind modkeep.
//!
//! Arguments: the modkeep binary, the seconds after which a row is given up, the peers with commas between them, and the
//! faults; all of them when none is named. Prints a table in Markdown, row by row as they are done.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a driver prints what it saw, and stops when it cannot go on"
)]

mod peer;
mod pull;

use std::path::PathBuf;
use std::time::Duration;

use faults::{CATALOGUE, Fault};
use peer::Peer;
use pull::Project;
use testkit::GoRun;

fn main() {
    let mut args = std::env::args().skip(1);
    let binary = PathBuf::from(args.next().expect("first argument: the modkeep binary"));
    let patience = args.next().and_then(|n| n.parse().ok()).expect("second argument: seconds of patience");
    let peers = args.next().expect("third argument: the peers");
    let peers: Vec<Peer> = peers.split(',').map(Peer::named).collect();
    let faults = chosen(&args.collect::<Vec<_>>());
    let project = Project::new(Duration::from_secs(patience));
    println!("{}", circumstances(&binary, patience, &project));
    println!("\n| fault | what is wrong | {} |", headings(&peers));
    println!("| --- | --- |{}", " --- |".repeat(peers.len()));
    for fault in faults {
        let outcomes = peers.iter().map(|peer| format!(" {} |", peer.meet(fault, &binary, &project)));
        println!("| `{}` | {} |{}", fault.name, fault.meaning, outcomes.collect::<String>());
    }
}

fn chosen(names: &[String]) -> Vec<&'static Fault> {
    let find = |name: &String| faults::find(name).unwrap_or_else(|| panic!("no fault is called {name}"));
    if names.is_empty() { CATALOGUE.iter().collect() } else { names.iter().map(find).collect() }
}

fn headings(peers: &[Peer]) -> String {
    peers.iter().map(Peer::heading).collect::<Vec<_>>().join(" | ")
}

/// With what and on what this was measured, in a sentence.
fn circumstances(binary: &PathBuf, patience: u64, project: &Project) -> String {
    let go = GoRun::new().args(["version"]).run().stdout;
    let go = go.split_whitespace().nth(2).unwrap_or_default().to_owned();
    let modkeep = std::process::Command::new(binary).arg("--version").output().expect("the modkeep binary");
    let modkeep = String::from_utf8_lossy(&modkeep.stdout).trim().to_owned();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (go, zips) = (go.replacen("go", "go ", 1), project.zips());
    format!(
        "{go}, {modkeep}, {cores} cores, {zips} modules; hung = still running when ended after {patience} s."
    )
}
