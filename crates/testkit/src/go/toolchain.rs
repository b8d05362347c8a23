//! Finds the go that tests run.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The variable that names a go binary for tests.
const GO_VARIABLE: &str = "MODKEEP_TEST_GO";

/// The oldest minor release of Go 1 whose behaviour the tests rely on.
const OLDEST_MINOR: u32 = 25;

/// A go binary that is new enough.
#[derive(Clone, Debug)]
pub struct Go {
    binary: PathBuf,
    version: String,
}

impl Go {
    /// The go of `MODKEEP_TEST_GO`, else the one on PATH. Stops the test if there is none or it is older than 1.25.
    pub fn find() -> Self {
        let binary = std::env::var_os(GO_VARIABLE).map_or_else(|| PathBuf::from("go"), PathBuf::from);
        let version = ask_version(&binary);
        let is_new_enough = version.as_deref().and_then(minor).is_some_and(|minor| minor >= OLDEST_MINOR);
        assert!(
            is_new_enough,
            "tests need go 1.{OLDEST_MINOR} or newer, but {} is {}. `cargo xtask test` installs one and sets {GO_VARIABLE}.",
            binary.display(),
            version.as_deref().unwrap_or("not there"),
        );
        Self { binary, version: version.unwrap_or_default() }
    }

    /// The binary, as found.
    pub fn binary(&self) -> &Path {
        &self.binary
    }

    /// The version, for instance `go1.26.8`.
    pub fn version(&self) -> &str {
        &self.version
    }
}

/// The version of the binary, `None` if it cannot be run. The toolchain stays local: go must not look for another one.
fn ask_version(binary: &Path) -> Option<String> {
    let output = Command::new(binary).args(["env", "GOVERSION"]).env("GOTOOLCHAIN", "local").output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The minor number of `go1.N…`.
fn minor(version: &str) -> Option<u32> {
    let rest = version.strip_prefix("go1.")?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minor_versions_are_read() {
        let minors = ["go1.26.8", "go1.25rc1", "go1.19", "devel go1.27", ""].map(minor);
        assert_eq!(minors, [Some(26), Some(25), Some(19), None, None]);
    }
}
