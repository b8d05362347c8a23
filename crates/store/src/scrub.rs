//! Reading everything that is kept, slowly and again and again, so that damage is found while a place can still heal it.
//!
//! Bits rot where nobody looks, and mostly in what is needed on the one day when nothing else answers. Each artifact is read
//! as a client would read it, so that damage is noticed, set aside and logged by the same code; then it is fetched again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use source::{Answer, Ask, Ctx, Failure, Source, Want};
use tokio::time::{Instant, sleep, sleep_until};

use crate::disk::Found;
use crate::{DiskStore, Store};

/// What reading a file counts for, in bytes, however small it is: opening one costs a disk about as much as this.
const FILE_COST: u64 = 16 << 10;

/// How far reading may run ahead of its rate, so that it does not sleep for each small file.
const AHEAD_MAX: Duration = Duration::from_millis(20);

/// How long fetching a damaged artifact again may take.
const FETCH_MAX: Duration = Duration::from_mins(10);

/// What a scrub has done so far. Each only grows.
#[derive(Debug, Default)]
pub struct ScrubCounters {
    /// Artifacts that were read.
    pub artifacts: AtomicU64,
    /// Bytes that were read.
    pub bytes: AtomicU64,
    /// Artifacts that were damaged, and set aside.
    pub damaged: AtomicU64,
    /// Damaged artifacts that were fetched again.
    pub healed: AtomicU64,
    /// Rounds over the whole store that have ended.
    pub rounds: AtomicU64,
}

/// Reads a store in the background.
#[derive(Debug)]
pub struct Scrub {
    /// What is read.
    pub store: DiskStore,
    /// Who gives damaged things again, and keeps them in the store: what `serve` answers from.
    pub places: Arc<dyn Source>,
    /// How fast, in bytes per second; at least 1.
    pub rate: u64,
    /// How long to wait between two rounds.
    pub pause: Duration,
    /// What was done.
    pub counters: Arc<ScrubCounters>,
}

impl Scrub {
    /// Reads until it is dropped.
    pub async fn run(self) {
        loop {
            self.round().await;
            sleep(self.pause).await;
        }
    }

    /// Reads everything once.
    pub async fn round(&self) {
        let mut pace = Pace { rate: self.rate.max(1), next: Instant::now() };
        let mut entries = self.store.entries();
        while let Some(entry) = entries.next().await {
            match entry {
                Ok(entry) => self.read(&entry.ask, &mut pace).await,
                Err(error) => tracing::warn!(%error, "a part of the store cannot be read"),
            }
        }
        self.counters.rounds.fetch_add(1, Ordering::Relaxed);
    }

    async fn read(&self, ask: &Ask, pace: &mut Pace) {
        let whole = match self.store.examine(ask).await {
            Ok(Found::Kept(answer)) => self.read_to_the_end(answer, pace).await,
            Ok(Found::Damaged) => false,
            Ok(Found::Nothing) => return,
            Err(error) => return tracing::warn!(%error, "a kept file cannot be read"),
        };
        self.counters.artifacts.fetch_add(1, Ordering::Relaxed);
        pace.keep(FILE_COST).await;
        if !whole {
            self.counters.damaged.fetch_add(1, Ordering::Relaxed);
            self.heal(ask).await;
        }
    }

    /// Whether it is whole. When it is not, it has been set aside.
    async fn read_to_the_end(&self, answer: Answer, pace: &mut Pace) -> bool {
        let mut chunks = answer.body.into_chunks();
        loop {
            match chunks.try_next().await {
                Ok(Some(chunk)) => {
                    self.counters.bytes.fetch_add(chunk.len() as u64, Ordering::Relaxed);
                    pace.keep(chunk.len() as u64).await;
                }
                Ok(None) => return true,
                Err(_) => return false,
            }
        }
    }

    /// Fetches it to its end: what is sent before it counts ends in the failure of what was to come.
    async fn fetch(&self, ask: &Ask, ctx: &Ctx) -> Result<(), Failure> {
        let mut chunks = self.places.ask(ask, ctx).await?.body.into_chunks();
        while chunks.try_next().await?.is_some() {}
        Ok(())
    }

    async fn heal(&self, ask: &Ask) {
        let ctx = Ctx::within(FETCH_MAX).wanting(Want::Revalidate);
        let fetched = self.fetch(ask, &ctx).await;
        let is_kept = matches!(self.store.examine(ask).await, Ok(Found::Kept(_)));
        match fetched {
            Ok(()) if is_kept => {
                self.counters.healed.fetch_add(1, Ordering::Relaxed);
                tracing::info!(%ask, "a damaged file was fetched again");
            }
            Ok(()) => tracing::error!(%ask, "a damaged file was fetched again, but cannot be kept"),
            Err(failure) => {
                tracing::error!(%ask, %failure, "a kept file was damaged, and no place gives it again");
            }
        }
    }
}

/// Holds reading down to a rate.
struct Pace {
    rate: u64,
    /// When the bytes that were read are paid for.
    next: Instant,
}

impl Pace {
    /// Waits for as long as `bytes` may take.
    async fn keep(&mut self, bytes: u64) {
        let now = Instant::now();
        // What was not read in time is not made up for: a pause is none.
        self.next = self.next.max(now) + Duration::from_micros(bytes.saturating_mul(1_000_000) / self.rate);
        if self.next > now + AHEAD_MAX {
            sleep_until(self.next).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_pace_is_kept_in_large_and_small_pieces() {
        for piece in [1_u64, 1000, 1_000_000] {
            let begun = Instant::now();
            let mut pace = Pace { rate: 1_000_000, next: begun };
            for _ in 0..1_000_000 / piece {
                pace.keep(piece).await;
            }
            let took = begun.elapsed();
            assert!(took + AHEAD_MAX >= Duration::from_secs(1), "{piece}: {took:?}");
        }
    }
}
