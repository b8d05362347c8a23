//! Fetching every commit and tag, without any file.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::fetch::{Depth, Extent, Place};
use super::objects::{ReadError, Reader};
use crate::access::Cause;
use crate::cache::Fetcher;
use crate::{Refs, RepoError};

/// Commits only. A remote that does not know it sends everything.
const COMMITS_ONLY: &str = "tree:0";

const EVERYTHING: &str = "+refs/heads/*:refs/heads/*\n+refs/tags/*:refs/tags/*";

/// Fills the store of history.
#[derive(Debug)]
pub(super) struct History {
    pub(super) place: Place,
    /// The branches and tags that it was fetched for last.
    reached: Mutex<Option<Refs>>,
    /// The life of the store, and the branches and tags, for which no commit is missing.
    proven: Mutex<Option<(u64, Refs)>>,
}

impl History {
    pub(super) fn new(place: Place) -> Self {
        Self { place, reached: Mutex::default(), proven: Mutex::default() }
    }

    /// Whether everything that these branches and tags lead to is here.
    pub(super) fn reaches(&self, refs: &Refs) -> bool {
        self.reached.lock().unwrap_or_else(PoisonError::into_inner).as_ref() == Some(refs)
            && self.place.store.path().is_dir()
    }

    /// Notes that it was fetched after the remote has told these.
    pub(super) fn note(&self, refs: &Refs) {
        *self.reached.lock().unwrap_or_else(PoisonError::into_inner) = Some(refs.clone());
    }
}

impl History {
    /// The commit whose name begins with these digits, if there is exactly one. That there is none is only said of a history of which
    /// nothing is missing.
    pub(super) async fn find(
        &self,
        reader: &Reader,
        digits: &str,
        refs: &Refs,
    ) -> Result<Option<String>, ReadError> {
        if let Some(commit) = reader.complete(digits).await? {
            return Ok(reader.is_reachable(&commit).await?.then_some(commit));
        }
        let life = (self.place.generation(), refs.clone());
        let is_proven = || self.proven.lock().unwrap_or_else(PoisonError::into_inner).as_ref() == Some(&life);
        if !is_proven() {
            reader.prove_history().await?;
            *self.proven.lock().unwrap_or_else(PoisonError::into_inner) = Some(life);
        }
        Ok(None)
    }
}

#[async_trait::async_trait]
impl Fetcher for History {
    /// How many digits hashes have.
    type Want = usize;

    fn time_max(&self) -> Duration {
        self.place.network.git.options.fetch_time_max
    }

    async fn fetch(&self, wants: &[usize], deadline: Instant) -> Vec<Result<(), RepoError>> {
        let fetched = async {
            let turn = self.place.turn(wants.iter().copied().max(), deadline).await?;
            let extent =
                Extent { depth: Depth::All, filter: Some(COMMITS_ONLY), prunes: true, ..Extent::default() };
            let filtered = self.place.fetch(&turn, EVERYTHING, extent, deadline).await;
            let result = match filtered {
                Err(error) if error.cause == Cause::Other => {
                    let extent = Extent { depth: Depth::Rest, filter: None, ..extent };
                    self.place.fetch(&turn, EVERYTHING, extent, deadline).await
                }
                other => other,
            };
            result.map_err(|error| error.error)
        };
        vec![fetched.await; wants.len()]
    }
}
