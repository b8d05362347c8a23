//! Fetching commits with their trees, and single files.

use std::time::Duration;

use tokio::time::Instant;

use super::fetch::{Depth, Extent, Place, Turn};
use super::network::NetworkError;
use crate::RepoError;
use crate::access::Cause;
use crate::cache::Fetcher;

/// The references that mark commits whose trees are here.
pub(super) const MARKS: &str = "refs/sketch";

const WITHOUT_FILES: &str = "blob:none";

/// Something to fetch.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Want {
    /// A commit with its trees.
    Commit {
        /// What the remote advertises for it, or the commit itself.
        object: String,
        /// Its name.
        commit: String,
    },
    /// The content of a file.
    File(String),
}

/// Fills the store of sketches. An error that [`RepoError::is_unsupported`] means that the remote does not do such things.
#[derive(Debug)]
pub(super) struct Sketch(pub(super) Place);

#[async_trait::async_trait]
impl Fetcher for Sketch {
    type Want = Want;

    fn time_max(&self) -> Duration {
        self.0.network.git.options.fetch_time_max
    }

    async fn fetch(&self, wants: &[Want], deadline: Instant) -> Vec<Result<(), RepoError>> {
        let digits = wants.iter().map(|want| match want {
            Want::Commit { commit: name, .. } | Want::File(name) => name.len(),
        });
        let turn = match self.0.turn(digits.max(), deadline).await {
            Ok(turn) => turn,
            Err(error) => return vec![Err(error); wants.len()],
        };
        let commits = self.some(&turn, wants, true, deadline).await;
        let files = self.some(&turn, wants, false, deadline).await;
        let result = |want: &Want| match want {
            Want::Commit { .. } => commits.clone(),
            Want::File(_) => files.clone(),
        };
        wants.iter().map(result).collect()
    }
}

impl Sketch {
    /// All commits, or all files. They go apart, because some servers give out no files alone.
    async fn some(
        &self,
        turn: &Turn,
        wants: &[Want],
        are_commits: bool,
        deadline: Instant,
    ) -> Result<(), RepoError> {
        let lines = wants.iter().filter_map(|want| match want {
            Want::Commit { object, commit } if are_commits && !self.0.store.has(commit) => {
                Some(format!("{object}:{MARKS}/{commit}"))
            }
            Want::File(name) if !are_commits => Some(name.clone()),
            _ => None,
        });
        let lines: Vec<_> = lines.collect();
        if lines.is_empty() {
            return Ok(());
        }
        let filter = Some(WITHOUT_FILES);
        let extent = Extent { depth: Depth::One, filter, from_nothing: true, ..Extent::default() };
        let fetched = self.0.fetch(turn, &lines.join("\n"), extent, deadline).await;
        fetched.map_err(|NetworkError { cause, error }| match cause {
            Cause::Other => RepoError { is_unsupported: true, ..error },
            _ => error,
        })
    }
}
