//! A body that follows a file that grows, and ends as the answer does that counts.
//!
//! All but the last block is sent as it comes in. Then the body waits until the question has its answer: if that is this very
//! file, or one that begins with the same bytes (the place broke off, and another one had the same zip), the rest is sent
//! from there. If not, the body ends in an error: a client may get the beginning of a wrong zip, and never a whole one.
//!
//! Nothing is held in memory but the block that is being sent, however many follow one file.

use std::io;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, Stream, TryStreamExt};

use crate::arrivals::Growing;
use crate::blocks::read_blocks;
use crate::body::Chunks;
use crate::continuation::continuation;
use crate::{Answer, Ask, Body, Failure, Origin};

/// The answer that counts, when there is one.
pub(crate) type Outcome = BoxFuture<'static, Result<Answer, Failure>>;

/// An answer to `ask` that is sent while it comes in. Nothing vouches for it until its last block, which comes from `outcome`.
pub(crate) fn follow(ask: &Ask, growing: Growing, outcome: Outcome) -> Answer {
    let (origin, trail, size) = (growing.origin.clone(), growing.trail.clone(), growing.size);
    let early = Early { ask: ask.clone(), growing, sent: 0 };
    let chunks = stream::try_unfold(Following::Early(early, outcome), Following::next);
    Answer::live(Body::stream(chunks, Some(size)), origin, trail)
}

/// One client's way through the body.
enum Following {
    /// What comes in, and what is waited for.
    Early(Early, Outcome),
    /// The answer from there on.
    Rest(Chunks),
}

impl Following {
    async fn next(self) -> Result<Option<(Bytes, Self)>, Failure> {
        let mut rest = match self {
            Self::Rest(rest) => rest,
            Self::Early(mut early, mut outcome) => tokio::select! {
                biased;
                answer = &mut outcome => early.end(answer).await?,
                true = early.growing.more_than(early.sent) => {
                    return Ok(Some((early.block().await?, Self::Early(early, outcome))));
                }
            },
        };
        Ok(rest.try_next().await?.map(|chunk| (chunk, Self::Rest(rest))))
    }
}

/// The part of a body that is sent before the body counts.
struct Early {
    ask: Ask,
    growing: Growing,
    /// The offset of the next byte.
    sent: u64,
}

impl Early {
    /// The next block of what has come in.
    async fn block(&mut self) -> Result<Bytes, Failure> {
        let end = self.growing.sendable();
        let blocks = read_blocks(self.growing.file.clone(), end, self.sent..end, |_, _| Ok(()));
        let block = pin!(blocks).try_next().await.map_err(|error| self.unreadable(&error))?;
        let block = block.unwrap_or_default();
        self.sent += block.len() as u64;
        Ok(block)
    }

    /// What is sent in the end. That nothing is, and that the client was told 200 before, is known here alone.
    async fn end(&self, answer: Result<Answer, Failure>) -> Result<Chunks, Failure> {
        let rest = match answer {
            Ok(answer) => self.rest_of(answer).await,
            Err(failure) => Err(failure),
        };
        rest.inspect_err(|failure| {
            tracing::warn!(ask = %self.ask, trail = %failure.trail(), "cut an answer that was sent while it came in");
        })
    }

    /// The content of the answer from where the early part ends.
    async fn rest_of(&self, answer: Answer) -> Result<Chunks, Failure> {
        let Answer { body, origin, sha256, .. } = answer;
        let otherwise = || self.began_otherwise(&origin);
        if body.size() != Some(self.growing.size) {
            return Err(otherwise());
        }
        let is_this_file = self.growing.sha256().is_some_and(|of_file| sha256 == Some(of_file));
        if is_this_file {
            let rest = body.into_range(self.sent..self.growing.size);
            return rest.map(Body::into_chunks).map_err(|_| otherwise());
        }
        continuation(body, self.sent, self.had()).await?.ok_or_else(otherwise)
    }

    /// What was sent so far.
    fn had(&self) -> impl Stream<Item = Result<Bytes, Failure>> {
        let had = read_blocks(self.growing.file.clone(), self.sent, 0..self.sent, |_, _| Ok(()));
        had.map_err(|error| self.unreadable(&error))
    }

    fn unreadable(&self, error: &io::Error) -> Failure {
        let message = format!("cannot read back {}: {error}", self.ask);
        Failure::unavailable(&Origin::new("temporary file"), message, Duration::ZERO)
    }

    fn began_otherwise(&self, origin: &Origin) -> Failure {
        let message = format!(
            "{} begins with other bytes than {} had sent of it before",
            self.ask, self.growing.origin
        );
        Failure::unavailable(origin, message, Duration::ZERO)
    }
}
