//! One remote: fresh names, and answers out of a clone that is whole.

use std::future::Future;
use std::sync::{Arc, Weak};

use tokio::time::Instant;

use super::cache::Shared;
use super::clone::Clone;
use super::reader::{ReadError, Reader};
use super::snapshot::Snapshot;
use crate::cache::{InUse, Lane, blocking};
use crate::{Job, RepoError};

/// One remote.
#[derive(Debug)]
pub(super) struct Repository {
    pub(super) url: String,
    lane: Arc<Lane<Clone>>,
    shared: Weak<Shared>,
}

impl Repository {
    pub(super) fn new(url: &str, clone: Clone, shared: Weak<Shared>) -> Self {
        Self { url: url.to_owned(), lane: Lane::new(clone), shared }
    }

    pub(super) fn clone(&self) -> &Clone {
        &self.lane.fetcher
    }

    /// Keeps the folder while what is returned lives.
    pub(super) async fn enter(&self) -> Result<InUse, RepoError> {
        let folder = self.clone().folder.clone();
        blocking(move || folder.enter()).await
    }

    /// The names, as fresh as the job wants them.
    pub(super) async fn fresh(&self, job: &Job) -> Result<Arc<Snapshot>, RepoError> {
        if let Some(known) = self.clone().known_since(job.not_before) {
            return Ok(known);
        }
        self.fetch(job.deadline).await?;
        let known = self.clone().known_since(job.not_before);
        known.ok_or_else(|| RepoError::unavailable("the repository has told nothing"))
    }

    /// Answers a question out of the clone. One that turns out to be broken is thrown away and made anew, once.
    pub(super) async fn ask<T, F>(
        &self,
        deadline: Instant,
        question: impl Fn(Reader) -> F + Send + Sync,
    ) -> Result<T, RepoError>
    where
        F: Future<Output = Result<T, ReadError>> + Send,
    {
        let _in_use = self.enter().await?;
        if !self.clone().is_here() {
            self.fetch(deadline).await?;
        }
        let generation = self.clone().generation();
        match question(self.clone().reader(deadline)).await {
            Err(ReadError { is_damage: true, error }) => {
                tracing::warn!(url = self.url, %error, "a kept repository is cloned anew");
                self.clone().discard_damaged(generation, deadline).await?;
            }
            other => return other.map_err(|error| error.error),
        }
        self.fetch(deadline).await?;
        question(self.clone().reader(deadline)).await.map_err(|error| error.error)
    }

    async fn fetch(&self, deadline: Instant) -> Result<(), RepoError> {
        self.lane.want((), deadline).await?;
        if let Some(shared) = self.shared.upgrade() {
            shared.sweeper.sweep();
        }
        Ok(())
    }
}
