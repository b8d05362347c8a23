//! The decorator that keeps what comes by.
//!
//! It stands inside the coalescing, so that each artifact is kept once however many asked. A failing store fails no
//! request: what was fetched is served as it is.

use std::sync::Arc;
use std::time::Duration;

use source::{Answer, Ask, Ctx, Failure, Freshness, Lifetime, Source, Trail, Vetted, Want};
use tokio::sync::Semaphore;
use tokio::time::timeout_at;

use crate::complaint::Complaint;
use crate::patience::{keep_until, look};
use crate::{Store, StoreError};

/// How many artifacts are being kept at a time. A put outlives its asker, and where the disk hangs each holds a file or
/// its content: enough to keep any disk busy, few enough to hold when it never answers.
const KEEPING_MAX: usize = 64;

/// How long the second look may take: Cached has looked before, and this one only finds what came in between.
const SECOND_LOOK: Duration = Duration::from_secs(2);

/// A source whose answers are kept.
#[derive(Debug)]
pub struct Filling<S> {
    store: Arc<dyn Store>,
    inner: S,
    complaint: Arc<Complaint>,
    turns: Arc<Semaphore>,
}

impl<S: Source> Filling<S> {
    /// Keeps the checked answers of `inner` in `store`.
    pub fn new(store: Arc<dyn Store>, inner: S) -> Self {
        Self { store, inner, complaint: Arc::default(), turns: Arc::new(Semaphore::new(KEEPING_MAX)) }
    }

    /// What is kept by now: somebody may have put it since the asker looked.
    async fn kept(&self, ask: &Ask, ctx: &Ctx) -> Option<Answer> {
        if ask.lifetime() == Lifetime::Mutable || ctx.want != Want::Usual {
            return None;
        }
        let briefly = Ctx::within(ctx.left().min(SECOND_LOOK));
        look(&*self.store, ask, &briefly).await.ok()?
    }

    /// Keeps the artifact; what is kept, or the artifact itself when keeping it fails or takes too long. Once begun, the
    /// keeping goes on whether or not anybody waits.
    async fn keep(&self, ask: &Ask, ctx: &Ctx, artifact: Vetted) -> Answer {
        let as_fetched = as_fetched(&artifact);
        let kept = timeout_at(keep_until(ctx), self.put_in_turn(ask, artifact)).await;
        match kept.unwrap_or(Err(StoreError::Hangs)) {
            Ok(kept) => kept,
            Err(error) => {
                self.store.condition().cannot_keep(&error);
                self.complaint.make("keep what was fetched", ask, &error);
                as_fetched
            }
        }
    }

    async fn put_in_turn(&self, ask: &Ask, artifact: Vetted) -> Result<Answer, StoreError> {
        let (store, ask) = (self.store.clone(), ask.clone());
        let turn = self.turns.clone().acquire_owned().await;
        let putting = tokio::spawn(async move {
            let _turn = turn;
            store.put(&ask, &artifact).await
        });
        match putting.await {
            Ok(put) => put,
            // The process is ending, and whoever waits here with it: no fault of the disk.
            Err(ended) if ended.is_cancelled() => std::future::pending().await,
            // A put that panics leaves nothing to say but that there is no answer.
            Err(_) => Err(StoreError::Hangs),
        }
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
        sha256: artifact.sha256(),
        ..Answer::live(body, artifact.origin().clone(), Trail::default())
    }
}
