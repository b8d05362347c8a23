//! `cargo xtask faults`: what go does alone, and what it does behind modkeep, on the bad days of the first of two upstreams.
//!
//! The work is done by a driver, an example of crate `faults`. Here its table is shown as it comes, and kept in
//! docs/faults.md when it is whole.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use crate::docs;
use crate::failure::{Context as _, Failure};
use crate::run;
use crate::tools::go;
use crate::workspace::Workspace;

/// Prints a table of all faults, met by go alone (`,` and `|`) and by go behind modkeep, and keeps it in docs/faults.md.
///
/// Each cell is a pull and a build with an empty module cache: `ok` with its seconds, `failed` with its seconds, `hung`, or
/// WRONG when go was content with something false. Only a whole table is kept.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The faults, such as `stall` or `zip-cut`; all of them when none is named
    faults: Vec<String>,
    /// Who meets them
    #[arg(long, value_delimiter = ',', default_values_t = PEERS.map(str::to_owned), value_parser = PEERS)]
    peers: Vec<String>,
    /// After how many seconds a cell is given up as hung
    #[arg(long, default_value_t = 20, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..))]
    patience: u32,
}

const PEERS: [&str; 4] = ["plain-comma", "plain-pipe", "modkeep-comma", "modkeep-pipe"];

/// The page, and what stands before and behind the table in it.
const PAGE: &str = "docs/faults.md";
const MARKS: [&str; 2] = ["<!-- table: written by `cargo xtask faults` -->\n", "<!-- end of the table -->"];

/// Runs the driver with the binary that the tests use.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<(), Failure> {
    let go = go::find_or_fetch(&workspace.tools())?;
    let modkeep = docs::modkeep(workspace)?;
    let mut driver = workspace.cargo();
    driver.args(["run", "--locked", "--quiet", "--package", "faults", "--example", "table", "--"]);
    driver.arg(&modkeep).arg(args.patience.to_string()).arg(args.peers.join(",")).args(&args.faults);
    let table = shown(driver.env(go::VARIABLE, &go))?;
    if !args.faults.is_empty() || args.peers != PEERS {
        return Ok(());
    }
    let today = run::capture(Command::new("date").arg("+%Y-%m-%d"))?;
    keep(workspace, &format!("Measured {}: {table}", today.trim()))
}

/// All that `driver` prints, which is also shown line by line: a whole table takes minutes.
fn shown(driver: &mut Command) -> Result<String, Failure> {
    let mut child = driver.stdout(Stdio::piped()).spawn().cannot("start the driver of the table")?;
    let mut all = String::new();
    for line in child.stdout.take().into_iter().flat_map(|said| BufReader::new(said).lines()) {
        let line = line.cannot("read what the driver of the table says")?;
        println!("{line}");
        all = all + &line + "\n";
    }
    let status = child.wait().cannot("wait for the driver of the table")?;
    let failed = || Failure::new(format!("the driver ended with {status}; its output above says why"));
    status.success().then_some(all).ok_or_else(failed)
}

fn keep(workspace: &Workspace, table: &str) -> Result<(), Failure> {
    let file = workspace.root.join(PAGE);
    let page = fs::read_to_string(&file).cannot(format_args!("read {PAGE}"))?;
    fs::write(file, with_table(&page, table)?).cannot(format_args!("write {PAGE}"))?;
    println!("wrote {PAGE}");
    Ok(())
}

/// `page` with this table between its marks.
fn with_table(page: &str, table: &str) -> Result<String, Failure> {
    let [begin, end] = MARKS;
    let parts = page.split_once(begin).and_then(|(before, rest)| Some((before, rest.split_once(end)?.1)));
    let (before, after) = parts.ok_or_else(|| {
        Failure::new(format!("{PAGE} has no place for the table: a line `{}`, later `{end}`", begin.trim()))
    })?;
    Ok(format!("{before}{begin}\n{table}\n{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_takes_the_place_of_the_one_before() {
        let [begin, end] = MARKS;
        let page = with_table(&format!("# Faults\n\n{begin}old\n{end}\nmore\n"), "| new |\n").unwrap();
        assert_eq!(page, format!("# Faults\n\n{begin}\n| new |\n\n{end}\nmore\n"));
        assert_eq!(with_table(&page, "| new |\n").unwrap(), page);
        assert!(with_table("# Faults\n", "").is_err_and(|failure| failure.to_string().contains("no place")));
    }

    #[test]
    fn what_the_driver_says_is_kept_and_its_failure_counts() {
        assert_eq!(shown(Command::new("sh").args(["-c", "echo a; echo b"])).unwrap(), "a\nb\n");
        assert!(shown(Command::new("sh").args(["-c", "exit 3"])).is_err());
    }
}
