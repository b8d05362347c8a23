#![doc = include_str!("../README.md")]
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a driver prints what it measured, and stops when it cannot measure"
)]

mod client;
mod cpus;
mod grown;
mod peers;
mod plan;
mod proc;
mod report;
mod rows;
mod server;
mod stand;
mod trees;
mod watch;

use clap::Parser as _;

fn main() {
    let plan = plan::Plan::parse();
    let mut row = (rows::find(&plan.row).measure)(&plan);
    row.settings.push(rounds(plan.rounds));
    println!("{}", serde_json::to_string(&row).expect("numbers and names are JSON"));
}

/// One sentence for the page.
fn rounds(rounds: usize) -> String {
    if rounds == 1 { "one round, so that there is no spread".to_owned() } else { format!("{rounds} rounds") }
}
