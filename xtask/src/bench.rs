//! `cargo xtask bench`: whole processes measured against each other, told as ratios.
//!
//! The work is done by drivers, examples of crate `testkit`, so that this program stays small: a driver prints the seconds
//! of each pair of runs, and here they become medians and spreads. docs/benchmarks.md says how to read them.

mod pairs;

use std::process::Command;

use crate::docs;
use crate::failure::Failure;
use crate::run;
use crate::tools::go;
use crate::workspace::Workspace;

/// Measures `modkeep` in pairs of runs against something well known, and prints the ratios.
///
/// Seconds tell of the machine, ratios of the code. Both sides of a pair run one after the other, in turns; the median
/// and the middle half of the ratios are printed. docs/benchmarks.md says what each row measures.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The rows to measure; all of them when none is named
    rows: Vec<String>,
    /// How many pairs of runs a row takes
    #[arg(long, default_value_t = 10, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pairs: u32,
}

/// A measurement.
struct Row {
    /// How it is called on the command line and in docs/benchmarks.md.
    name: &'static str,
    /// The example of testkit that does it: given the binary and the number of pairs, it prints for each pair a line
    /// with two numbers, the seconds of modkeep and of what it is measured against.
    driver: &'static str,
    /// What modkeep does, and what it is measured against.
    sides: [&'static str; 2],
}

const ROWS: &[Row] = &[Row {
    name: "warm-download",
    driver: "bench_warm_download",
    sides: ["go mod download through modkeep serve", "go mod download from file:// of its store"],
}];

/// Measures the rows that were asked for.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<(), Failure> {
    let rows = chosen(&args.rows)?;
    let go = go::find_or_fetch(&workspace.tools())?;
    let modkeep = docs::build_modkeep(workspace, &["--release"])?;
    for row in rows {
        let mut driver = workspace.cargo();
        driver.args(["run", "--locked", "--quiet", "--package", "testkit", "--example", row.driver, "--"]);
        driver.arg(&modkeep).arg(args.pairs.to_string()).env(go::VARIABLE, &go);
        println!("{}", told(row, &measured(&mut driver)?)?);
    }
    Ok(())
}

fn measured(driver: &mut Command) -> Result<String, Failure> {
    println!("measuring; this takes a while");
    run::capture(driver)
}

fn told(row: &Row, seconds: &str) -> Result<String, Failure> {
    let pairs = pairs::Pairs::parse(seconds)?;
    let [ours, theirs] = row.sides;
    Ok(format!(
        "{}: {}\n  {:>8.3} s  {ours}\n  {:>8.3} s  {theirs}",
        row.name,
        pairs.verdict(),
        pairs.ours(),
        pairs.theirs()
    ))
}

fn chosen(names: &[String]) -> Result<Vec<&'static Row>, Failure> {
    if let Some(unknown) = names.iter().find(|name| ROWS.iter().all(|row| row.name != **name)) {
        let known = ROWS.iter().map(|row| row.name).collect::<Vec<_>>().join(", ");
        return Err(Failure::new(format!("no row is called {unknown}; there is {known}")));
    }
    Ok(ROWS.iter().filter(|row| names.is_empty() || names.iter().any(|name| name == row.name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_chosen_by_name() {
        assert_eq!(chosen(&[]).unwrap().len(), ROWS.len());
        assert!(chosen(&["cold".into()]).is_err_and(|failure| failure.to_string().contains("warm-download")));
    }

    #[test]
    fn a_row_is_told_with_both_sides() {
        let told = told(&ROWS[0], "1.2 1.0\n").unwrap();
        assert!(told.starts_with("warm-download: ratio 1.20"), "{told}");
        assert!(told.contains("1.000 s  go mod download from file://"), "{told}");
    }
}
