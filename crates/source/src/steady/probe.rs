//! One question to find out whether a place works again.
//!
//! A probe is a real question, but nobody should have to wait for a place that is most likely still dead: the chain asks the next
//! place at the same time. When that one answers, the probe must not be dropped, or a place that needs a second for its first
//! answer could never come back. So it runs as a task of its own and goes on without its asker until it has shown what it was made
//! for: for a zip the head of the answer, so that nothing large is fetched for nobody, else the whole checked answer.

use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::conclude;
use super::vitals::Vitals;
use crate::{Answer, Ask, Ctx, Failure, Kind, Progress, Source};

/// Asks `inner`, and tells `vitals` what came of it, whether or not somebody is still waiting.
pub(super) async fn probe<S: Source + 'static>(
    inner: Arc<S>,
    vitals: Arc<Vitals>,
    ask: &Ask,
    ctx: Ctx,
    progress: Progress,
) -> Result<Answer, Failure> {
    let (asker, answer) = oneshot::channel();
    let permit = Permit { vitals: Some(vitals.clone()) };
    let stopped = Failure::unavailable(vitals.origin(), "the probe was stopped", std::time::Duration::ZERO);
    tokio::spawn(run(inner, ask.clone(), ctx, progress, asker, permit));
    answer.await.unwrap_or(Err(stopped))
}

async fn run<S: Source>(
    inner: Arc<S>,
    ask: Ask,
    ctx: Ctx,
    progress: Progress,
    mut asker: oneshot::Sender<Result<Answer, Failure>>,
    mut permit: Permit,
) {
    let begun = Instant::now();
    let shown_enough = async {
        asker.closed().await;
        progress.until(|seen| ask.kind() == Kind::Zip && seen.head_at.is_some()).await;
    };
    let outcome = tokio::select! {
        outcome = inner.ask(&ask, &ctx) => Some(outcome),
        () = shown_enough => None,
    };
    let Some(vitals) = permit.vitals.as_deref() else { return };
    let concluded = if let Some(outcome) = &outcome {
        conclude(vitals, &ask, &ctx, begun, &progress, outcome)
    } else {
        vitals.answered(begun.elapsed());
        true
    };
    if concluded {
        permit.vitals = None;
    }
    if let Some(outcome) = outcome {
        // Nobody may be waiting any more; what the probe has shown is noted.
        let _ = asker.send(outcome);
    }
}

/// The right to probe. Dropped without a conclusion it is given back.
struct Permit {
    vitals: Option<Arc<Vitals>>,
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(vitals) = &self.vitals {
            vitals.abandon_probe();
        }
    }
}
