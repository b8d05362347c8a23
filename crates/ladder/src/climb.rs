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
        let is_pinned = self.is_pinned(ask);
        let mut fall = Fall::default();
        for (rung, place) in self.asked(ask) {
            match place.ask(ask, ctx).await {
                Ok(answer) => {
                    self.steps.answered(ask, rung, &answer.origin, fall.failures);
                    let mut trail = fall.trail;
                    trail.extend(answer.trail);
                    return Ok(Answer { trail, ..answer });
                }
                Err(failure) => {
                    let goes_on = self.order.goes_on(rung, failure.kind(), ask, is_pinned);
                    fall.add(rung, failure);
                    if !goes_on {
                        break;
                    }
                }
            }
        }
        let failure = fall.into_failure(ask);
        self.steps.failed(ask, &failure);
        Err(failure)
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
