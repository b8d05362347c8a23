//! The decorator that keeps what comes by.
//!
//! It stands inside the coalescing, so that each artifact is kept once however many asked. A failing store fails no
//! request: what was fetched is served as it is.

use std::sync::Arc;

use source::{Answer, Ask, Ctx, Failure, Freshness, Lifetime, Source, Trail, Vetted, Want};
use tokio::time::timeout_at;

use crate::Store;
use crate::complaint::Complaint;

/// A source whose answers are kept.
#[derive(Debug)]
pub struct Filling<S> {
    store: Arc<dyn Store>,
    inner: S,
    complaint: Arc<Complaint>,
}

impl<S: Source> Filling<S> {
    /// Keeps the checked answers of `inner` in `store`.
    pub fn new(store: Arc<dyn Store>, inner: S) -> Self {
        Self { store, inner, complaint: Arc::default() }
    }

    /// What is kept by now: somebody may have put it since the asker looked.
    async fn kept(&self, ask: &Ask, ctx: &Ctx) -> Option<Answer> {
        if ask.lifetime() == Lifetime::Mutable || ctx.want != Want::Usual {
            return None;
        }
        timeout_at(ctx.deadline, self.store.get(ask)).await.ok()?.ok()?
    }

    /// Keeps the artifact; what is kept, or the artifact itself when keeping it fails or takes too long. Once begun, the
    /// keeping goes on whether or not anybody waits.
    async fn keep(&self, ask: &Ask, ctx: &Ctx, artifact: Vetted) -> Answer {
        let as_fetched = as_fetched(&artifact);
        let (store, ask, complaint) = (self.store.clone(), ask.clone(), self.complaint.clone());
        let putting = tokio::spawn(async move {
            let put = store.put(&ask, &artifact).await;
            put.inspect_err(|error| complaint.make("keep what was fetched", &ask, error)).ok()
        });
        timeout_at(ctx.deadline, putting).await.ok().and_then(Result::ok).flatten().unwrap_or(as_fetched)
    }
}

#[async_trait::async_trait]
impl<S: Source> Source for Filling<S> {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        if let Some(kept) = self.kept(ask, ctx).await {
            return Ok(kept);
        }
        let mut answer = self.inner.ask(ask, ctx).await?;
        if matches!(ask, Ask::List(_)) || answer.freshness != Freshness::Live {
            return Ok(answer);
        }
        let trail = std::mem::take(&mut answer.trail);
        match Vetted::from_answer(answer) {
            Ok(artifact) => {
                let kept = self.keep(ask, ctx, artifact).await;
                Ok(Answer { freshness: Freshness::Live, trail, ..kept })
            }
            Err(answer) => Ok(Answer { trail, ..answer }),
        }
    }
}

fn as_fetched(artifact: &Vetted) -> Answer {
    let body = artifact.content().clone().into();
    Answer {
        assurance: artifact.assurance(),
        h1: artifact.h1(),
        ..Answer::live(body, artifact.origin().clone(), Trail::default())
    }
}
