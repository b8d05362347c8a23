//! Fetching commits with all their files.

use std::time::Duration;

use tokio::time::Instant;

use super::command::GitCall;
use super::fetch::{Depth, Extent, Place, Turn};
use super::network::NetworkError;
use crate::RepoError;
use crate::access::Cause;
use crate::cache::{Fetcher, blocking, hex};

/// The references that mark complete commits.
pub(super) const MARKS: &str = "refs/whole";

/// Where a tag is put whose commit is not known yet.
const EARLY: &str = "refs/early";

/// Something to fetch with all its files.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Want {
    /// A commit.
    Commit {
        /// What the remote advertises for it, or the commit itself.
        object: String,
        /// Its name.
        commit: String,
    },
    /// A tag, before it is known to exist.
    Tag(String),
}

/// Fills the store of complete commits.
#[derive(Debug)]
pub(super) struct Whole(pub(super) Place);

impl Want {
    fn refspec(&self) -> String {
        match self {
            Self::Commit { object, commit } => format!("{object}:{MARKS}/{commit}"),
            Self::Tag(name) => format!("+refs/tags/{name}:{}", early_mark(name)),
        }
    }

    fn hash_digits(&self) -> Option<usize> {
        match self {
            Self::Commit { commit, .. } => Some(commit.len()),
            Self::Tag(_) => None,
        }
    }
}

/// The reference under which a tag comes in early. The name is spelled so that no rule for references matters.
pub(super) fn early_mark(name: &str) -> String {
    format!("{EARLY}/{}", hex(name.as_bytes()))
}

#[async_trait::async_trait]
impl Fetcher for Whole {
    type Want = Want;

    fn time_max(&self) -> Duration {
        self.0.network.git.options.fetch_time_max
    }

    async fn fetch(&self, wants: &[Want], deadline: Instant) -> Vec<Result<(), RepoError>> {
        let turn = match self.0.turn(wants.iter().find_map(Want::hash_digits), deadline).await {
            Ok(turn) => turn,
            Err(error) => return vec![Err(error); wants.len()],
        };
        match self.together(&turn, wants, deadline).await {
            Ok(()) => vec![Ok(()); wants.len()],
            Err(error) if error.cause != Cause::Other => vec![Err(error.error); wants.len()],
            Err(error) => self.one_by_one(&turn, wants, error, deadline).await,
        }
    }
}

impl Whole {
    /// One fetch for all of it, as far as another process has not fetched it meanwhile.
    async fn together(&self, turn: &Turn, wants: &[Want], deadline: Instant) -> Result<(), NetworkError> {
        let missing: Vec<_> = wants.iter().filter(|want| !self.is_here(want)).map(Want::refspec).collect();
        if missing.is_empty() {
            return Ok(());
        }
        if self.0.store.is_full() {
            let error = RepoError::unavailable("the remote gives out no single commits");
            return Err(NetworkError { cause: Cause::Other, error });
        }
        let extent = Extent { depth: Depth::One, ..Extent::default() };
        self.0.fetch(turn, &missing.join("\n"), extent, deadline).await
    }

    fn is_here(&self, want: &Want) -> bool {
        matches!(want, Want::Commit { commit, .. } if self.0.store.has(commit))
    }

    /// One of them cannot be had in this way, and git does not say which.
    async fn one_by_one(
        &self,
        turn: &Turn,
        wants: &[Want],
        failed: NetworkError,
        deadline: Instant,
    ) -> Vec<Result<(), RepoError>> {
        let mut results = Vec::with_capacity(wants.len());
        for want in wants {
            let alone = if wants.len() == 1 {
                Err(failed.clone())
            } else {
                self.together(turn, std::slice::from_ref(want), deadline).await
            };
            results.push(match (alone, want) {
                (Err(error), Want::Commit { commit, .. }) if error.cause == Cause::Other => {
                    self.out_of_everything(turn, commit, deadline).await
                }
                (alone, _) => alone.map_err(|error| error.error),
            });
        }
        results
    }

    /// For remotes that give out no single commits, or not without history: fetches everything, and looks for the commit there.
    async fn out_of_everything(&self, turn: &Turn, commit: &str, deadline: Instant) -> Result<(), RepoError> {
        if self.0.store.is_full() && self.mark(commit, deadline).await.is_ok() {
            return Ok(());
        }
        let depth = if self.0.store.is_shallow() { Depth::All } else { Depth::Rest };
        let extent = Extent { depth, prunes: true, ..Extent::default() };
        let everything = "+refs/heads/*:refs/heads/*\n+refs/tags/*:refs/tags/*";
        self.0.fetch(turn, everything, extent, deadline).await.map_err(|error| error.error)?;
        let store = self.0.store.clone();
        blocking(move || store.note_full()).await?;
        self.mark(commit, deadline).await
    }

    /// Marks a commit that came with everything.
    async fn mark(&self, commit: &str, deadline: Instant) -> Result<(), RepoError> {
        let git = &self.0.network.git;
        let mark = self.0.store.mark(commit);
        let call =
            GitCall::reading(self.0.store.path()).args(["update-ref", "--end-of-options", &mark, commit]);
        match git.run(call, deadline).await {
            Ok(_) => Ok(()),
            Err(error) if error.stderr().is_empty() => Err(RepoError::unavailable(error.to_string())),
            Err(_) => Err(RepoError::not_found(format!("no branch or tag leads to the commit {commit}"))),
        }
    }
}
