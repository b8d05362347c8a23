//! The decorator that lets a place's `.mod` and `.zip` count only when their hash is the right one.
//!
//! It stands around one place: when its bytes fail, the place is out for this question, and the next one is asked against the
//! same hash.

use std::sync::Arc;

use futures_util::future::try_join;

use crate::{Answer, Ask, Ctx, Failure, FailureKind, Ledger, Source};

/// A place whose artifacts have the right hash.
#[derive(Debug)]
pub struct Verified<S> {
    inner: S,
    ledger: Arc<Ledger>,
}

impl<S: Source> Verified<S> {
    /// Holds the answers of `inner`, which come with their hashes ([`Checked`](crate::Checked)), to those in `ledger`.
    pub fn new(inner: S, ledger: Arc<Ledger>) -> Self {
        Self { inner, ledger }
    }
}

#[async_trait::async_trait]
impl<S: Source> Source for Verified<S> {
    /// Place and database are asked at the same time; the first to fail ends it.
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        // How far the database is says nothing about the place.
        let of_database = Ctx { progress: None, ..ctx.clone() };
        let (answer, expected) =
            try_join(self.inner.ask(ask, ctx), self.ledger.held_to(ask, &of_database)).await?;
        let Some(expected) = expected else { return Ok(answer) };
        let received = answer.body.share();
        let compared = self.ledger.compare(ask, answer, &expected).await;
        if compared.as_ref().is_err_and(|failure| failure.kind() == FailureKind::Mismatch) {
            self.ledger.put_away(ask, received).await;
        }
        compared
    }
}
