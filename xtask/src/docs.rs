//! `cargo xtask docs`: the API docs, and the pages of `docs/` that the program itself can tell.
//!
//! A page about flags or settings that is written by hand is wrong after the first change. These are printed by the
//! binary that they describe; `tidy` fails when the files and the binary disagree.

pub(crate) mod manual;
mod settings;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::failure::{Context as _, Failure};
use crate::run;
use crate::tidy;
use crate::workspace::Workspace;
use manual::Manual;

/// Builds the API docs with warnings denied, and writes the generated pages of docs/.
///
/// docs/cli.md comes from the help texts of `modkeep`, docs/modkeep.schema.json and docs/config.md from
/// `modkeep config schema`. They are committed, so that they can be read without building anything.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Write nothing; fail if a generated page is not what it would be now
    #[arg(long)]
    check: bool,
}

/// A page that is written by this chore.
pub(crate) struct Page {
    /// Where it belongs, from the root.
    pub(crate) path: &'static str,
    /// All of it.
    pub(crate) text: String,
}

/// Writes or checks the pages, then builds the API docs: a broken link there keeps no page from being written.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<(), Failure> {
    let stale = stale(workspace, pages(&modkeep(workspace)?)?);
    let written = if args.check { refuse(&stale) } else { write(workspace, stale) };
    run::run(&mut tidy::build_docs(workspace)).and(written)
}

fn refuse(stale: &[Page]) -> Result<(), Failure> {
    let names = stale.iter().map(|page| page.path).collect::<Vec<_>>().join(", ");
    let told = format!("out of date: {names}. Run `cargo xtask docs` and commit what it writes");
    if stale.is_empty() { Ok(()) } else { Err(Failure::new(told)) }
}

fn write(workspace: &Workspace, stale: Vec<Page>) -> Result<(), Failure> {
    for page in stale {
        fs::create_dir_all(workspace.root.join("docs")).cannot("make the folder docs")?;
        fs::write(workspace.root.join(page.path), page.text).cannot(format_args!("write {}", page.path))?;
        println!("wrote {}", page.path);
    }
    Ok(())
}

/// Compiles the binary as the tests do, so that it is compiled once, and returns its path.
pub(crate) fn modkeep(workspace: &Workspace) -> Result<PathBuf, Failure> {
    build_modkeep(workspace, &[])
}

/// Compiles the binary with these further arguments of `cargo build`, and returns its path.
pub(crate) fn build_modkeep(workspace: &Workspace, arguments: &[&str]) -> Result<PathBuf, Failure> {
    run::run(
        workspace.cargo().args(["build", "--locked", "--quiet", "--package", "modkeep"]).args(arguments),
    )?;
    let profile = if arguments.contains(&"--release") { "release" } else { "debug" };
    let program = format!("modkeep{}", std::env::consts::EXE_SUFFIX);
    Ok(workspace.metadata.target_directory.join(profile).join(program))
}

/// All generated pages as the binary `modkeep` would have them now.
pub(crate) fn pages(modkeep: &PathBuf) -> Result<Vec<Page>, Failure> {
    let schema = run::capture(quiet(modkeep).args(["config", "schema"]))?;
    let config = settings::page(&schema)?;
    let manual = Manual::ask(modkeep)?;
    Ok(vec![
        Page { path: "docs/cli.md", text: manual.page() },
        Page { path: "docs/config.md", text: config },
        Page { path: "docs/modkeep.schema.json", text: schema },
    ])
}

/// Those of `pages` whose files say something else or are not there.
pub(crate) fn stale(workspace: &Workspace, pages: Vec<Page>) -> Vec<Page> {
    let is_current =
        |page: &Page| fs::read_to_string(workspace.root.join(page.path)).is_ok_and(|text| text == page.text);
    pages.into_iter().filter(|page| !is_current(page)).collect()
}

/// `program` without the caller's environment: neither its settings nor the width of its terminal may show in a page.
fn quiet(program: &PathBuf) -> Command {
    let mut command = Command::new(program);
    command.env_clear();
    command
}
