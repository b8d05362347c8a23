//! Clippy and rustdoc, with every warning an error.
//!
//! Both show their findings as they work, so the problem told at the end is only that there were some.

use std::process::Command;

use super::{Check, Problem};
use crate::failure::Failure;
use crate::workspace::Workspace;
use crate::{fuzz, run};

pub(super) const CLIPPY: Check = Check {
    name: "clippy",
    why: "a warning that stays hides the next one, and each lint in Cargo.toml was chosen for a mistake that reviews miss",
    mend: "do what clippy's note says; where it is wrong, `#[expect(clippy::lint, reason = \"…\")]` with a true reason",
    find: |workspace| {
        let runs = [clippy(workspace), clippy_on_fuzz(workspace)];
        Ok(runs.into_iter().flat_map(|mut run| told_above(&mut run)).collect())
    },
};

fn clippy(workspace: &Workspace) -> Command {
    let mut cargo = workspace.cargo();
    cargo.args([
        "clippy",
        "--locked",
        "--workspace",
        "--all-targets",
        "--keep-going",
        "--",
        "-D",
        "warnings",
    ]);
    cargo
}

/// Clippy in fuzz/, a workspace of its own. In release, so that libFuzzer is compiled once for this and for fuzzing.
fn clippy_on_fuzz(workspace: &Workspace) -> Command {
    let mut cargo = fuzz::cargo(workspace);
    cargo.args(["clippy", "--locked", "--release", "--all-targets", "--keep-going", "--", "-D", "warnings"]);
    cargo.args(["-D", "clippy::too_many_lines"]);
    cargo
}

pub(super) const DOCS: Check = Check {
    name: "rustdoc",
    why: "the doc comments are the contracts; a missing one or a broken link leaves the reader to guess",
    mend: "write what the item means, its units, limits and errors; link to items that exist, as [`Name`]",
    find: |workspace| Ok(told_above(&mut build_docs(workspace))),
};

/// A link to a private item works in these pages.
const FLAGS: &str = "-D warnings -A rustdoc::private_intra_doc_links";

/// `cargo doc` for our crates, with warnings denied. All features, because a contract links to the suite that tests it,
/// which only tests turn on. Private items too, because these pages are for who works on the crates: a module's doc is
/// the map of its private parts.
pub(crate) fn build_docs(workspace: &Workspace) -> Command {
    let mut cargo = workspace.cargo();
    cargo.args(["doc", "--locked", "--workspace", "--no-deps", "--keep-going"]);
    cargo.args(["--all-features", "--document-private-items"]).env("RUSTDOCFLAGS", FLAGS);
    cargo
}

fn told_above(command: &mut Command) -> Vec<Problem> {
    problem(run::run(command))
}

fn problem(result: Result<(), Failure>) -> Vec<Problem> {
    result.err().map(|failure| Problem(failure.to_string())).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::tests::drawn;

    #[test]
    fn the_lints_reach_the_fuzz_targets() {
        let workspace = Workspace { root: "checkout".into(), metadata: drawn("gomod") };
        let commands = [clippy(&workspace), clippy_on_fuzz(&workspace)];
        let folders = commands.each_ref().map(|cargo| cargo.get_current_dir().unwrap_or("".as_ref()));
        assert_eq!(folders, [std::path::Path::new("checkout"), std::path::Path::new("checkout/fuzz")]);
        for command in &commands {
            assert!(command.get_args().any(|word| word == "warnings"), "{command:?}");
        }
    }

    #[test]
    fn a_failed_tool_is_a_problem_and_a_good_one_is_none() {
        assert_eq!(told_above(Command::new("sh").args(["-c", "exit 0"])), []);
        assert_eq!(told_above(Command::new("sh").args(["-c", "exit 1"])).len(), 1);
    }
}
