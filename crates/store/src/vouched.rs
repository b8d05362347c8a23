//! The decorator that gives out of a store only what somebody vouches for.
//!
//! What was fetched was judged before it was kept. But a store also holds what an operator or an import put there, what an
//! older release kept, and what was private when it was kept and is not any more. It is judged when it is first asked for.

use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::BoxStream;
use gomod::H1;
use source::{Answer, Ask, Assurance, Ctx, FailureKind, Ledger, Vetted};

use crate::{Condition, Entry, Store, StoreError};

/// How long judging may take: the database may have to be asked. Less than a store may take to say what it has.
const PATIENCE: Duration = Duration::from_secs(5);

/// A store of which only what has the right hash is given out.
#[derive(Debug)]
pub struct Vouched<S> {
    inner: S,
    ledger: Arc<Ledger>,
}

impl<S: Store> Vouched<S> {
    /// Holds what is in `inner` to the hashes in `ledger`.
    pub fn new(inner: S, ledger: Arc<Ledger>) -> Self {
        Self { inner, ledger }
    }

    async fn judge(&self, ask: &Ask, kept: Answer) -> Result<Option<Answer>, StoreError> {
        let (origin, freshness) = (kept.origin.clone(), kept.freshness);
        match self.ledger.judge(ask, kept, &Ctx::within(PATIENCE)).await {
            Ok(judged) => {
                // What cannot be noted is judged again the next time.
                let _ = self.inner.vouch(ask, judged.assurance, judged.h1).await;
                Ok(Some(Answer { origin, freshness, ..judged }))
            }
            Err(failure) if failure.kind() == FailureKind::Mismatch => {
                self.inner.reject(ask, failure.message()).await?;
                Ok(None)
            }
            Err(failure) => Err(StoreError::Unvouched(failure.message().to_owned())),
        }
    }
}

#[async_trait::async_trait]
impl<S: Store> Store for Vouched<S> {
    async fn get(&self, ask: &Ask) -> Result<Option<Answer>, StoreError> {
        match self.inner.get(ask).await? {
            Some(kept) if self.ledger.wants(ask, kept.assurance) => self.judge(ask, kept).await,
            kept => Ok(kept),
        }
    }

    async fn put(&self, ask: &Ask, artifact: &Vetted) -> Result<Answer, StoreError> {
        self.inner.put(ask, artifact).await
    }

    async fn remove(&self, ask: &Ask) -> Result<bool, StoreError> {
        self.inner.remove(ask).await
    }

    async fn vouch(&self, ask: &Ask, assurance: Assurance, h1: Option<H1>) -> Result<(), StoreError> {
        self.inner.vouch(ask, assurance, h1).await
    }

    async fn reject(&self, ask: &Ask, why: &str) -> Result<(), StoreError> {
        self.inner.reject(ask, why).await
    }

    fn entries(&self) -> BoxStream<'_, Result<Entry, StoreError>> {
        self.inner.entries()
    }

    fn condition(&self) -> Condition {
        self.inner.condition()
    }
}
