//! What a run of go gave.

use std::process::ExitStatus;
use std::time::Duration;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::GoHome;

/// The result of a run of go that ended by itself.
#[derive(Debug)]
pub struct GoOutput {
    /// How it ended.
    pub status: ExitStatus,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
    /// How long it took.
    pub elapsed: Duration,
    /// The folders it worked in; they live as long as this.
    pub home: GoHome,
    pub(super) command: String,
}

/// One object of `go mod download -json`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct Downloaded {
    /// The module path.
    pub path: String,
    /// What was asked for, where it is not the version.
    pub query: String,
    /// The version.
    pub version: String,
    /// Why it failed; empty if it did not.
    pub error: String,
    /// The `.info` file in the cache.
    pub info: String,
    /// The `.mod` file in the cache.
    pub go_mod: String,
    /// The `.zip` file in the cache.
    pub zip: String,
    /// The extracted folder in the cache.
    pub dir: String,
    /// The h1 hash of the zip.
    pub sum: String,
    /// The h1 hash of go.mod.
    pub go_mod_sum: String,
    /// What the proxy said about the repository, if anything.
    pub origin: Option<serde_json::Value>,
}

/// The objects of `go mod download -json`, in go's order; their files live as long as this.
#[derive(Debug)]
pub struct Downloads {
    objects: Vec<Downloaded>,
    /// The folders that the files lie in.
    pub home: GoHome,
}

impl std::ops::Deref for Downloads {
    type Target = [Downloaded];

    fn deref(&self) -> &[Downloaded] {
        &self.objects
    }
}

impl GoOutput {
    pub(super) fn downloads(self) -> Downloads {
        Downloads { objects: self.json(), home: self.home }
    }

    /// Itself, if go succeeded; else stops the test and shows what go said.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "the check alone is of use")]
    pub fn success(self) -> Self {
        assert!(self.status.success(), "{self}");
        self
    }

    /// Itself, if go failed; else stops the test and shows what go said.
    #[track_caller]
    #[expect(clippy::return_self_not_must_use, reason = "the check alone is of use")]
    pub fn failure(self) -> Self {
        assert!(!self.status.success(), "{self}");
        self
    }

    /// The JSON values of the standard output, one after the other.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> Vec<T> {
        let values: Result<_, serde_json::Error> =
            serde_json::Deserializer::from_str(&self.stdout).into_iter().collect();
        values.unwrap_or_else(|error| panic!("not the expected JSON ({error}): {self}"))
    }
}

impl std::fmt::Display for GoOutput {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { status, stdout, stderr, elapsed, command, .. } = self;
        write!(f, "{command}\n{status} after {elapsed:?}\n-- stdout --\n{stdout}\n-- stderr --\n{stderr}")
    }
}
