//! The decorator that copes with a place that fails: retries with jitter and a budget, and a breaker.
//!
//! It stands around one place, outside of its [`Checked`](crate::Checked), so that a login page and a corrupt zip count against
//! the place like an outage. What it learns is kept in the place's [`Vitals`], from which the chain takes how long to wait before
//! the next place is asked too, and which of several equal ones is asked first.
//!
//! What is asked before anybody wants it ([`Urgency`]) is asked once, and what a place refuses of it is not held against the place:
//! so much may be asked at a time that it refuses that alone, and the real questions are few.
//!
//! * [`vitals`]: what is known about the place.
//! * [`probe`]: one question to find out whether it works again.
//! * this file: asking, and asking again.

mod probe;
mod vitals;

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use resilience::Backoff;
use tokio::time::Instant;

use crate::{
    Answer, Ask, Ctx, Failure, FailureKind, Lifetime, Progress, Retry, Source, Symptom, Urgency, Want,
};
pub use vitals::{Dice, Outage, Vitals};

/// How often a place is asked again when another place can be asked as well: the next one is the better retry.
const RETRIES_MAX: u32 = 2;

/// How often a place is asked again when nobody else can answer. With the waits of [`Backoff`] these are four to five seconds;
/// of a place that fails every second time, one question in thirty thousand still fails.
const LAST_RESORT_RETRIES_MAX: u32 = 14;

/// The longest `Retry-After` that is waited for; a longer one ends the question.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(3);

/// An attempt that took longer than this is repeated once, however often quick ones are.
const LONG: Duration = Duration::from_secs(5);

/// A place that is asked again where that may help, and left alone while it is dead.
#[derive(Debug)]
pub struct Steady<S> {
    inner: Arc<S>,
    vitals: Arc<Vitals>,
}

impl<S: Source + 'static> Steady<S> {
    /// Steadies `inner`, the place that `vitals` are about.
    pub fn new(inner: S, vitals: Arc<Vitals>) -> Self {
        Self { inner: Arc::new(inner), vitals }
    }

    /// Asks until there is an answer, a failure that a retry does not mend, or no retry left.
    async fn persist(&self, ask: &Ask, ctx: &Ctx, progress: &Progress) -> Result<Answer, Failure> {
        let mut patience = Patience { backoff: Backoff::new(self.retries_max(ask, ctx)), long_ones: 0 };
        let (begun, mut attempts) = (Instant::now(), 0);
        let mut earlier = crate::Trail::default();
        loop {
            attempts += 1;
            let failure = match self.attempt(ask, ctx, progress).await {
                Ok(answer) => return Ok(answer.after(earlier)),
                Err(failure) => failure,
            };
            let Some(pause) = self.pause(&failure, &mut patience, ctx) else {
                return Err(failure.after_attempts(attempts, begun.elapsed()));
            };
            progress.stumbled();
            earlier = failure.trail().clone();
            tokio::time::sleep(pause).await;
        }
    }

    /// How often to ask again, at most. For what may change there is often something kept that can stand in, so that its asker does
    /// not wait for a place that is known to fail.
    fn retries_max(&self, ask: &Ask, ctx: &Ctx) -> u32 {
        match ask.lifetime() {
            _ if !ctx.last_resort => RETRIES_MAX,
            Lifetime::Mutable if self.vitals.is_out() => 0,
            Lifetime::Mutable | Lifetime::Immutable => LAST_RESORT_RETRIES_MAX,
        }
    }

    /// How long to wait before the next attempt, if there is to be one.
    fn pause(&self, failure: &Failure, patience: &mut Patience, ctx: &Ctx) -> Option<Duration> {
        if failure.retry() == Retry::Useless || failure.symptom() == Symptom::Silent || !ctx.is_wanted() {
            return None;
        }
        let took = failure.trail().attempts().last().map_or(Duration::ZERO, |attempt| attempt.took);
        let pause = patience.pause(took, self.vitals.random())?;
        let pause = pause.max(failure.retry_after().unwrap_or_default());
        (pause <= RETRY_AFTER_MAX && pause < ctx.left() && self.vitals.grants_retry(ctx.last_resort))
            .then_some(pause)
    }

    async fn attempt(&self, ask: &Ask, ctx: &Ctx, progress: &Progress) -> Result<Answer, Failure> {
        let (begun, ended) = (Instant::now(), ctx.is_ahead());
        let mut watch = Watch { vitals: &self.vitals, ask, progress, begun, ended };
        let outcome = self.inner.ask(ask, ctx).await;
        watch.ended = true;
        conclude(&self.vitals, ask, ctx, watch.begun, progress, &outcome);
        outcome
    }
}

/// How much longer to try.
struct Patience {
    backoff: Backoff,
    long_ones: u32,
}

impl Patience {
    fn pause(&mut self, took: Duration, random: f64) -> Option<Duration> {
        self.long_ones += u32::from(took > LONG);
        if self.long_ones > 1 { None } else { self.backoff.next(random) }
    }
}

/// Notes what the outcome of one attempt says about the place; whether it says anything.
fn conclude(
    vitals: &Vitals,
    ask: &Ask,
    ctx: &Ctx,
    begun: Instant,
    progress: &Progress,
    outcome: &Result<Answer, Failure>,
) -> bool {
    let head_at = progress.seen().head_at.filter(|at| *at >= begun).unwrap_or_else(Instant::now);
    match outcome {
        Ok(_) => vitals.answered(head_at - begun),
        Err(failure) if failure.origin() != vitals.origin() => return false,
        Err(failure) => match failure.kind() {
            FailureKind::NotFound => vitals.answered(begun.elapsed()),
            FailureKind::Refused => {
                vitals.refused();
                vitals.answered(begun.elapsed());
            }
            FailureKind::Unavailable if is_excused(failure, ctx) => return false,
            // The asker had no more time, or the bytes were other ones than somebody vouched for.
            FailureKind::Unavailable if ctx.is_over() => return false,
            FailureKind::Mismatch => return false,
            FailureKind::Unavailable => vitals.failed(failure, &ask.module(), begun),
        },
    }
    true
}

/// Whether a failure may be about how much was asked at a time, and not about the place. What is foreseen stands in for a real question: that
/// a place is silent, or out of reach, is found out once.
fn is_excused(failure: &Failure, ctx: &Ctx) -> bool {
    match ctx.urgency {
        Urgency::Ahead => true,
        Urgency::Foreseen => failure.retry_after().is_some() || failure.symptom() == Symptom::BadAnswer,
        Urgency::Wanted => false,
    }
}

/// Notices when the question is dropped because another place has answered it.
struct Watch<'a> {
    vitals: &'a Vitals,
    ask: &'a Ask,
    progress: &'a Progress,
    begun: Instant,
    ended: bool,
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if !self.ended && self.progress.seen().overtaken {
            self.vitals.overtaken(&self.ask.module(), self.begun);
        }
    }
}

#[async_trait::async_trait]
impl<S: Source + 'static> Source for Steady<S> {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        if ctx.want == Want::KeptOnly {
            return self.inner.ask(ask, ctx).await;
        }
        let progress = ctx.progress.clone().unwrap_or_default();
        let ctx = Ctx { progress: Some(progress.clone()), ..ctx.clone() };
        if self.vitals.admit(ctx.last_resort)? {
            return probe::probe(self.inner.clone(), self.vitals.clone(), ask, ctx, progress).await;
        }
        self.persist(ask, &ctx, &progress).await
    }
}
