//! Questions about the whole history.

use std::future::Future;

use tokio::time::Instant;

use super::objects::{ReadError, Reader};
use super::refs::RemoteRefs;
use super::repository::Repository;
use crate::RepoError;

impl Repository {
    /// Answers a question out of the whole history of what the remote has told. A store that turns out to be broken is thrown away
    /// and filled anew, once.
    pub(super) async fn ask_history<T, F>(
        &self,
        refs: &RemoteRefs,
        deadline: Instant,
        question: impl Fn(Reader) -> F + Send + Sync,
    ) -> Result<T, RepoError>
    where
        F: Future<Output = Result<T, ReadError>> + Send,
    {
        let generation = self.have_history(refs, deadline).await?;
        let place = &self.history.fetcher.place;
        match question(self.reader(place, deadline)).await {
            Err(ReadError { is_damage: true, error }) => {
                tracing::warn!(url = self.url, %error, "a kept history is fetched anew");
                place.discard_damaged(generation, deadline).await?;
            }
            other => return other.map_err(|error| error.error),
        }
        self.have_history(refs, deadline).await?;
        question(self.reader(place, deadline)).await.map_err(|error| error.error)
    }

    /// The commit of the history whose name begins with these digits, if there is exactly one.
    pub(super) async fn find_in_history(
        &self,
        digits: &str,
        refs: &RemoteRefs,
        deadline: Instant,
    ) -> Result<Option<String>, RepoError> {
        let history = &self.history.fetcher;
        let find = |reader: Reader| async move { history.find(&reader, digits, &refs.refs).await };
        self.ask_history(refs, deadline, find).await
    }

    /// Sees to it that the whole history is here, and tells which life of its store this is.
    async fn have_history(&self, refs: &RemoteRefs, deadline: Instant) -> Result<u64, RepoError> {
        let history = &self.history.fetcher;
        let generation = history.place.generation();
        if !history.reaches(&refs.refs) {
            let digits = refs.refs.iter().map(|known| known.id.as_str().len()).max().unwrap_or(40);
            self.history.want(digits, deadline).await?;
            history.note(&refs.refs);
            self.sweep();
        }
        Ok(generation)
    }
}
