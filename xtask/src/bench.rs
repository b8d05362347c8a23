//! `cargo xtask bench`: modkeep and its peers side by side in one run, told as ratios.
//!
//! The measuring is done by crate `bench`, so that this program stays small: it prints what it measured as JSON, and here
//! that becomes medians, spreads, ratios and tables. docs/benchmarks.md says what each row is and how to read it.

mod curve;
mod machine;
mod page;
mod peers;
mod row;
mod sample;
mod table;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use clap::ValueEnum as _;

use crate::docs;
use crate::failure::{Context as _, Failure};
use crate::run;
use crate::tools::go;
use crate::workspace::Workspace;
use peers::{Peer, Peers};
use row::Row;

/// Measures modkeep beside its peers, and prints ratios.
///
/// Installs or builds the peers that it can get and names the others. Every side of a row has its turn in every round;
/// printed are medians, the middle half of the values, and ratios. What was measured goes into target/bench as JSON.
/// docs/benchmarks.md says what each row measures. Needs Linux.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The rows to measure; all of them when none is named
    #[arg(value_parser = ROWS)]
    rows: Vec<String>,
    /// The peers to measure against
    #[arg(long, value_delimiter = ',', default_values_t = Peer::value_variants().to_vec(), value_name = "NAMES")]
    peers: Vec<Peer>,
    /// How many rounds there are, that is pairs with each peer [default: 7, rows P3: 3; quick: 3, rows P3: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pairs: Option<u32>,
    /// Short turns and small sets: a minute or less for a row
    #[arg(long)]
    quick: bool,
    /// Row P10 with 1,000,000 stored versions instead of 100,000, row growth with so many too
    #[arg(long)]
    million: bool,
    /// The sides of the rows P3 to measure: serve, client, both, go, goproxy, athens, files [default: all]
    #[arg(long, value_name = "NAMES")]
    sides: Option<String>,
    /// How many threads go may use in the rows P3 [default: 2,16]
    #[arg(long, value_name = "NUMBERS")]
    threads: Option<String>,
    /// How many pulls the row `headline` makes; those that were made before count [default: 10000, quick: 40]
    #[arg(long, value_name = "N")]
    pulls: Option<u64>,
    /// Also write the tables into docs/benchmarks.md
    #[arg(long, conflicts_with = "quick")]
    page: bool,
}

/// The rows that crate `bench` has.
const ROWS: [&str; 16] = [
    "P1",
    "P2",
    "P3",
    "P3-5ms",
    "P3-200ms",
    "P3-silent",
    "P4",
    "P5",
    "P6",
    "P7",
    "P8",
    "P10",
    "growth",
    "V1",
    "L1",
    "headline",
];

/// Measures the rows that were asked for.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<(), Failure> {
    let go = go::find_or_fetch(&workspace.tools())?;
    let peers = Peers::get(&workspace.tools(), &go, &args.peers);
    println!("{}", peers.told());
    let modkeep = docs::build_modkeep(workspace, &["--release"])?;
    let about = machine::told(workspace, &modkeep, &go, &peers)?;
    for name in chosen(&args.rows) {
        println!("measuring {name}; this takes a while");
        let json = measured(workspace, args, name, &[("--modkeep", &modkeep), ("--go", &go)], &peers)?;
        keep(workspace, name, &with_about(&json, &about)?)?;
        tell(workspace, args, name, &Row::parse(&json)?, &about)?;
    }
    Ok(())
}

/// Prints the tables of a row; with `--page` they are written down, and its curves drawn.
fn tell(workspace: &Workspace, args: &Args, name: &str, row: &Row, about: &str) -> Result<(), Failure> {
    let mut text = table::row(row, about);
    println!("\n{text}");
    if !args.page {
        return Ok(());
    }
    if let Some(drawing) = curve::svg(row) {
        let file = format!("{name}.svg");
        let path = workspace.root.join("docs").join(&file);
        fs::write(&path, drawing).cannot(format_args!("write {}", path.display()))?;
        text = format!("![the curves of the row {name}]({file})\n\n{text}");
    }
    page::write(&workspace.root, name, &text)
}

/// What was measured, and on what machine with which versions.
fn with_about(json: &str, about: &str) -> Result<String, Failure> {
    let mut row: serde_json::Value = serde_json::from_str(json).cannot("read what the driver measured")?;
    row["about"] = about.into();
    Ok(row.to_string())
}

/// How many rounds a row has: those of a row in which a round takes minutes are few.
fn rounds(args: &Args, row: &str) -> u32 {
    let is_long = row.starts_with("P3");
    args.pairs.unwrap_or(match (args.quick, is_long) {
        (true, true) => 1,
        (true, false) | (false, true) => 3,
        (false, false) => 7,
    })
}

fn chosen(names: &[String]) -> Vec<&'static str> {
    ROWS.into_iter().filter(|row| names.is_empty() || names.iter().any(|name| name == row)).collect()
}

/// What the driver prints for this row. What it says meanwhile goes to the terminal.
fn measured(
    workspace: &Workspace,
    args: &Args,
    row: &str,
    programs: &[(&str, &PathBuf)],
    peers: &Peers,
) -> Result<String, Failure> {
    let mut driver = workspace.cargo();
    driver.args(["run", "--locked", "--quiet", "--release", "--package", "bench", "--", row]);
    for (flag, program) in programs {
        driver.arg(flag).arg(program).env(go::VARIABLE, program);
    }
    driver.args(peers.arguments());
    driver.args(["--rounds", &rounds(args, row).to_string()]);
    driver.arg("--graph").arg(workspace.metadata.target_directory.join("bench/graph"));
    driver.args(args.sides.as_ref().map(|sides| format!("--sides={sides}")));
    driver.args(args.threads.as_ref().map(|threads| format!("--threads={threads}")));
    driver.args(args.quick.then_some("--quick")).args(args.million.then_some("--million"));
    driver.args(args.pulls.map(|pulls| format!("--pulls={pulls}")));
    if row == "headline" && !args.quick {
        driver.arg("--log").arg(workspace.metadata.target_directory.join("bench/headline.log"));
    }
    run::capture(driver.stderr(Stdio::inherit()))
}

fn keep(workspace: &Workspace, row: &str, json: &str) -> Result<(), Failure> {
    let folder = workspace.metadata.target_directory.join("bench");
    let file: &Path = &folder.join(format!("{row}.json"));
    fs::create_dir_all(&folder).cannot(format_args!("make {}", folder.display()))?;
    fs::write(file, json).cannot(format_args!("write {}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_in_their_own_order() {
        assert_eq!(chosen(&[]), ROWS);
        assert_eq!(chosen(&["P4".into(), "P1".into()]), ["P1", "P4"]);
    }

    #[test]
    fn every_row_has_its_place_on_the_page() {
        for row in ROWS {
            let page = include_str!("../../docs/benchmarks.md");
            assert!(page::replaced(page, row, "x").is_some(), "{row}");
        }
    }
}
