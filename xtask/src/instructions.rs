//! `cargo xtask instructions`: how many instructions the hot paths take, held to what they took when somebody last looked.
//!
//! A number of instructions is the same each time, as no number of seconds is, so that it can be held to. The work is done by a driver,
//! an example of crate `protocol`, in the build that the tests have made anyway; valgrind counts. Each path is run through twice,
//! a different number of times: the difference is the path alone, without the start of the program.

mod baseline;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Context as _, Failure};
use crate::run;
use crate::tools::debian;
use crate::workspace::Workspace;
use baseline::{Baseline, Machine};

/// Counts the instructions of the hot paths, and fails when one takes over 5 % more than its baseline.
///
/// Baselines are in xtask/instructions.toml. They hold for one kind of machine and one compiler: elsewhere the counts are shown and
/// not compared. Installs valgrind if it is missing.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Make what is counted now the baselines; the commit says why they changed
    #[arg(long)]
    renew: bool,
}

/// The baselines, from the root.
const FILE: &str = "xtask/instructions.toml";

/// Counts, and writes or compares.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<(), Failure> {
    debian::install(debian::FOR_COUNTS)?;
    if args.renew { renew(workspace) } else { compare(workspace) }
}

fn renew(workspace: &Workspace) -> Result<(), Failure> {
    let now = now(workspace)?;
    fs::write(workspace.root.join(FILE), now.to_text()).cannot(format_args!("write {FILE}"))?;
    println!("{now}wrote {FILE}");
    Ok(())
}

/// Counts, and holds what was counted to the baselines. Needs valgrind.
pub(crate) fn compare(workspace: &Workspace) -> Result<(), Failure> {
    let before = fs::read_to_string(workspace.root.join(FILE)).cannot(format_args!("read {FILE}"))?;
    let compared = now(workspace)?.compared_with(&Baseline::parse(&before)?);
    print!("{}", compared.table);
    compared.verdict
}

fn now(workspace: &Workspace) -> Result<Baseline, Failure> {
    Ok(Baseline { machine: Machine::here()?, counts: counted(&driver(workspace)?)? })
}

/// Compiles the driver as the tests do.
fn driver(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let mut cargo = workspace.cargo();
    run::run(cargo.args([
        "build",
        "--locked",
        "--quiet",
        "--package",
        "protocol",
        "--example",
        "instructions",
    ]))?;
    Ok(workspace.metadata.target_directory.join("debug/examples/instructions"))
}

fn counted(driver: &Path) -> Result<BTreeMap<String, u64>, Failure> {
    let all = run::capture(&mut Command::new(driver))?;
    all.lines().map(|line| count(driver, line)).collect()
}

/// The instructions of one path, which the driver has told as `name times`.
fn count(driver: &Path, told: &str) -> Result<(String, u64), Failure> {
    let (name, times) = told.split_once(' ').unwrap_or((told, ""));
    let often: u64 = times.parse().cannot(format_args!("read how often to run {name}"))?;
    let (once, many) = (instructions(driver, name, 0)?, instructions(driver, name, often)?);
    let difference = many.checked_sub(once).and_then(|more| more.checked_div(often));
    let count = difference
        .ok_or_else(|| Failure::new(format!("{name} takes fewer instructions the more it does")))?;
    Ok((name.to_owned(), count))
}

/// All instructions of one run.
fn instructions(driver: &Path, name: &str, times: u64) -> Result<u64, Failure> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]);
    let output = run::output(valgrind.arg(driver).args([name, &times.to_string()]))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let count = total(&said).filter(|_| output.status.success());
    count.ok_or_else(|| Failure::new(format!("valgrind could not count {name}: {}", said.trim())))
}

/// The number in valgrind's line `==PID== I   refs:      1,234`.
fn total(said: &str) -> Option<u64> {
    let (_, number) =
        said.lines().find_map(|line| line.split_once("I   refs:").or(line.split_once("I refs:")))?;
    number.trim().replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::total;

    #[test]
    fn the_total_is_found_in_what_valgrind_says() {
        let said = "==7== Cachegrind, a profiler\n==7== \n==7== I   refs:      12,345,678\n";
        assert_eq!(total(said), Some(12_345_678));
        assert_eq!(total("==7== I refs:        1,234\n"), Some(1234));
        assert_eq!(total("valgrind: failed to start tool"), None);
    }
}
