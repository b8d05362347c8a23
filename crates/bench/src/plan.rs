//! What is to be measured: the command line that `cargo xtask bench` writes.

use std::path::PathBuf;
use std::time::Duration;

use clap::Parser;

use crate::rows::Side;

/// One row of docs/benchmarks.md, measured against the peers whose programs are named.
///
/// Prints one JSON object on standard output, what it is doing on standard error.
#[derive(Debug, Parser)]
pub(crate) struct Plan {
    /// The row, for instance P1
    pub(crate) row: String,
    /// The modkeep to measure
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) modkeep: PathBuf,
    /// The nginx to measure it against
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) nginx: Option<PathBuf>,
    /// The goproxy to measure it against
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) goproxy: Option<PathBuf>,
    /// The Athens to measure it against
    #[arg(long, value_name = "PROGRAM")]
    pub(crate) athens: Option<PathBuf>,
    /// The go that Athens runs, and that fetches the modules of the rows P3
    #[arg(long, value_name = "PROGRAM", default_value = "go")]
    pub(crate) go: PathBuf,
    /// Leave out what go does by itself, where a row says more than that
    #[arg(long)]
    pub(crate) without_go: bool,
    /// How many rounds to measure; in each, every side has its turn
    #[arg(long, value_name = "N")]
    pub(crate) rounds: usize,
    /// Shorter turns and smaller sets: for daily work, not for the page
    #[arg(long)]
    pub(crate) quick: bool,
    /// How many pulls to make, in the row that makes them
    #[arg(long, value_name = "N", default_value_t = 10_000)]
    pub(crate) pulls: u64,
    /// Where pulls are written down that were made, to go on from there
    #[arg(long, value_name = "FILE")]
    pub(crate) log: Option<PathBuf>,
    /// Where the modules of the rows P3 are kept, or fetched into
    #[arg(long, value_name = "FOLDER", default_value = "target/bench/graph")]
    pub(crate) graph: PathBuf,
    /// The sides of the rows P3 to measure; all of them when none is named
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) sides: Vec<Side>,
    /// How many threads go may use in the rows P3 [default: 2 and 16]
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',')]
    pub(crate) threads: Vec<usize>,
    /// Ten times as many stored versions, where the row is about their number
    #[arg(long)]
    pub(crate) million: bool,
}

impl Plan {
    /// How long one side's turn is, where a row counts what is done in a time.
    pub(crate) fn turn(&self) -> Duration {
        if self.quick { Duration::from_millis(700) } else { Duration::from_secs(3) }
    }
}
