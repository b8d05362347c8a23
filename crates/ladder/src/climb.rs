//! The ladder as a source: rungs that answer for modules, asked in the order of the table.

use std::sync::Arc;

use source::{Answer, Ask, Ctx, Failure, FailureKind, Ledger, Origin, Source, Trail};

use crate::rung::{Order, Rung};
use crate::steps::Steps;

/// Rungs that answer for modules.
#[derive(Debug)]
pub struct Ladder {
    rungs: Vec<(Rung, Arc<dyn Source>)>,
    order: Order,
    ledger: Arc<Ledger>,
    steps: Arc<Steps>,
}

impl Ladder {
    /// Asks `rungs` in this `order`, as far as they are there. `ledger` knows what go.sum pins. What happens is told to `steps`.
    pub fn new(
        rungs: Vec<(Rung, Arc<dyn Source>)>,
        order: Order,
        ledger: Arc<Ledger>,
        steps: Arc<Steps>,
    ) -> Self {
        Self { rungs, order, ledger, steps }
    }

    /// Whether go.sum says which version this is: then whoever answers can be held to it.
    fn is_pinned(&self, ask: &Ask) -> bool {
        let version = ask.version().filter(|_| !matches!(ask, Ask::SumDb(_)));
        version.is_some_and(|version| {
            self.ledger.pins(&Ask::Mod(version.clone())) || self.ledger.pins(&Ask::Zip(version))
        })
    }

    /// The first answer of `rungs`; none when all have failed that the table lets be asked.
    async fn down(
        &self,
        rungs: &[(Rung, &Arc<dyn Source>)],
        ask: &Ask,
        ctx: &Ctx,
        fall: &mut Fall,
    ) -> Option<(Rung, Answer)> {
        let is_pinned = self.is_pinned(ask);
        for (at, (rung, place)) in rungs.iter().enumerate() {
            let ctx = ctx.clone().with_others(at + 1 < rungs.len());
            let failure = match place.ask(ask, &ctx).await {
                Ok(answer) => return Some((*rung, answer)),
                Err(failure) => failure,
            };
            let goes_on = self.order.goes_on(*rung, failure.kind(), ask, is_pinned);
            fall.add(*rung, failure);
            if !goes_on {
                return None;
            }
        }
        None
    }

    /// The rungs for this question.
    fn asked<'a>(&'a self, ask: &Ask) -> Vec<(Rung, &'a Arc<dyn Source>)> {
        let place = |rung: Rung| self.rungs.iter().find(|(known, _)| *known == rung);
        self.order
            .of(ask)
            .into_iter()
            .filter_map(|rung| place(rung).map(|(rung, place)| (*rung, place)))
            .collect()
    }
}

#[async_trait::async_trait]
impl Source for Ladder {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let rungs = self.asked(ask);
        let mut fall = Fall::default();
        let mut answered = self.down(&rungs, ask, ctx, &mut fall).await;
        if answered.is_none() && fall.is_unavailable(Rung::Upstream) {
            // Nobody below could help: now the proxies are all there is, and are tried as hard as they can be.
            let last: Vec<_> = rungs.into_iter().filter(|(rung, _)| *rung == Rung::Upstream).collect();
            answered = self.down(&last, ask, ctx, &mut fall).await;
        }
        let Some((rung, answer)) = answered else {
            let failure = fall.into_failure(ask);
            self.steps.failed(ask, &failure);
            return Err(failure);
        };
        let above = if rung == Rung::Upstream { Vec::new() } else { fall.failures };
        self.steps.answered(ask, rung, &answer.origin, above);
        Ok(answer.after(fall.trail))
    }
}

/// The rungs that have failed so far.
#[derive(Debug, Default)]
struct Fall {
    failures: Vec<(Rung, Failure)>,
    trail: Trail,
}

impl Fall {
    fn add(&mut self, rung: Rung, failure: Failure) {
        self.trail.extend(failure.trail().clone());
        self.failures.push((rung, failure));
    }

    /// Whether this rung could not find out, and no other failure weighs more.
    fn is_unavailable(&self, rung: Rung) -> bool {
        let worst = self.failures.iter().map(|(_, failure)| failure.kind()).max();
        let is_it = |(failed, failure): &(Rung, Failure)| {
            *failed == rung && failure.kind() == FailureKind::Unavailable
        };
        worst == Some(FailureKind::Unavailable) && self.failures.iter().any(is_it)
    }

    /// The most helpful failure: the most serious kind, and of these the first, because the rungs above are the usual ones.
    fn into_failure(self, ask: &Ask) -> Failure {
        let worst = self
            .failures
            .into_iter()
            .map(|(_, failure)| failure)
            .reduce(|first, later| if later.kind() > first.kind() { later } else { first });
        let nobody = || {
            let origin = Origin::new("modkeep");
            let message =
                format!("{ask}: no rung of the ladder is there to be asked; --rungs leaves out too many");
            Failure::new(FailureKind::Unavailable, &origin, message, std::time::Duration::ZERO).permanent()
        };
        worst.unwrap_or_else(nobody).with_trail(self.trail)
    }
}
