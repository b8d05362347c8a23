//! A kept body that mends itself while it is being read.
//!
//! Damage is found when its block is read, and by then the client has the blocks before it: go does not ask again when a body
//! breaks, and the build would fail for a disk fault. So the artifact is fetched anew in the middle of the answer. If
//! its beginning is what the client already has, the reading goes on from there; if not (a zip made again has other
//! bytes, stack.md), the body ends in the error, and whoever asks again gets the new one.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use source::{Answer, Ask, Body, Chunks, Ctx, Failure, Origin, Replay, Source, continuation};
use tokio::time::{timeout, timeout_at};

/// How long fetching anew may take. Whoever waits in the middle of a body has usually hung up by then.
const PATIENCE: Duration = Duration::from_mins(2);

/// How long the next chunk may take. A disk that reads a block in this time is slow; one that does not is as good as gone.
const CHUNK_MAX: Duration = Duration::from_secs(30);

/// Kept content, and where to get it when it turns out damaged.
#[derive(Debug)]
struct Healing<S> {
    /// Locked only to begin a new reading: a body can be sent to other threads but not shared among them.
    kept: Mutex<Body>,
    size: u64,
    inner: Arc<S>,
    ask: Ask,
}

/// The same answer with a body that mends itself. What is in memory was compared already, and what can be read only
/// once cannot be compared with anything: both stay as they are.
pub(crate) fn healing<S: Source + 'static>(answer: Answer, inner: &Arc<S>, ask: &Ask) -> Answer {
    let Answer { body, origin, .. } = answer;
    let body = match body.into_whole() {
        Ok(whole) => whole.into(),
        Err(kept) => match (kept.share(), kept.size()) {
            (Some(_), Some(size)) => Body::replay(Arc::new(Healing {
                kept: kept.into(),
                size,
                inner: inner.clone(),
                ask: ask.clone(),
            })),
            _ => kept,
        },
    };
    Answer { body, origin, ..answer }
}

impl<S: Source + 'static> Replay for Healing<S> {
    fn size(&self) -> u64 {
        self.size
    }

    fn chunks(self: Arc<Self>, range: Range<u64>) -> Chunks {
        let Range { start, end } = range;
        let chunks = self.kept_chunks(start..end);
        let reading = Reading { chunks, healing: self, sent: start, end, healed: false };
        stream::try_unfold(reading, Reading::next).boxed()
    }
}

impl<S: Source> Healing<S> {
    fn kept_chunks(&self, range: Range<u64>) -> Chunks {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).share();
        match kept.and_then(|kept| kept.into_range(range).ok()) {
            Some(kept) => kept.into_chunks(),
            None => stream::iter([Err(self.unreadable())]).boxed(),
        }
    }

    fn unreadable(&self) -> Failure {
        let message = format!("what is kept of {} cannot be read twice", self.ask);
        Failure::unavailable(&Origin::new("store"), message, Duration::ZERO)
    }

    fn stalled(&self) -> Failure {
        let message = format!("nothing more of {} came for {} s", self.ask, CHUNK_MAX.as_secs());
        Failure::unavailable(&Origin::new("store"), message, Duration::ZERO)
    }

    /// The content from byte `sent` on, from a fresh copy of which everything before is the same.
    async fn heal(&self, sent: u64, damage: Failure) -> Result<Chunks, Failure> {
        let (ctx, late) = (Ctx::within(PATIENCE), damage.clone());
        timeout_at(ctx.deadline, self.resume(sent, damage, &ctx)).await.unwrap_or(Err(late))
    }

    async fn resume(&self, sent: u64, damage: Failure, ctx: &Ctx) -> Result<Chunks, Failure> {
        let fresh = match self.inner.ask(&self.ask, ctx).await {
            Ok(fresh) => fresh.body,
            Err(failure) => return Err(damage.with_trail(failure.trail().clone())),
        };
        if fresh.size() != Some(self.size) {
            return Err(damage);
        }
        continuation(fresh, sent, self.kept_chunks(0..sent)).await?.ok_or(damage)
    }
}

/// One reader's way through the content.
struct Reading<S> {
    healing: Arc<Healing<S>>,
    chunks: Chunks,
    /// The offset of the next byte.
    sent: u64,
    /// The offset at which the reader wants no more.
    end: u64,
    healed: bool,
}

impl<S: Source> Reading<S> {
    async fn next(mut self) -> Result<Option<(Bytes, Self)>, Failure> {
        let chunk = match self.chunk().await {
            Err(damage) if !self.healed => {
                self.healed = true;
                self.chunks = self.healing.heal(self.sent, damage).await?;
                self.chunk().await?
            }
            chunk => chunk?,
        };
        // What was fetched anew goes on to its end, which may lie beyond what the reader wants.
        let wanted = self.end - self.sent;
        Ok(chunk.filter(|_| wanted > 0).map(|mut chunk| {
            chunk.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
            self.sent += chunk.len() as u64;
            (chunk, self)
        }))
    }

    async fn chunk(&mut self) -> Result<Option<Bytes>, Failure> {
        let chunk = timeout(CHUNK_MAX, self.chunks.try_next()).await;
        chunk.unwrap_or_else(|_| Err(self.healing.stalled()))
    }
}
