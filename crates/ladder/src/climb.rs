//! The ladder as a source: rungs that answer for modules, asked in the order of the table.

use std::sync::Arc;

use source::{Answer, Ask, Ctx, Failure, FailureKind, Ledger, Origin, Source, Trail};

use crate::rung::{Order, Rung};
use crate::steps::{Step, Steps};

/// Rungs that answer for modules.
#[derive(Debug)]
pub struct Ladder {
    rungs: Vec<(Rung, Arc<dyn Source>)>,
    order: Order,
    ledger: Arc<Ledger>,
    steps: Arc<Steps>,
}

impl Ladder {
    /// Asks `rungs` in this `order`, as far as they are there. `ledger` knows what go.sum pins. What happens is told to `steps`, and
    /// counts there when it was really asked ([`Counted`](crate::Counted)).
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
            let ctx = ctx.clone().with_others(ctx.others_follow || at + 1 < rungs.len());
            let failure = match place.ask(ask, &ctx).await {
                Ok(answer) => {
                    self.steps.met(*rung, &answer.origin, &answer.trail);
                    return Some((*rung, answer));
                }
                Err(failure) => failure,
            };
            self.steps.met(*rung, failure.origin(), failure.trail());
            let goes_on = self.order.goes_on(*rung, failure.kind(), ask, is_pinned);
            fall.add(*rung, failure);
            if !goes_on {
                return None;
            }
        }
        None
    }

    /// Asks these rungs, one after the other.
    pub(crate) async fn climb(
        &self,
        rungs: Vec<(Rung, &Arc<dyn Source>)>,
        ask: &Ask,
        ctx: &Ctx,
    ) -> Result<Answer, Failure> {
        let mut fall = Fall::default();
        let mut answered = self.down(&rungs, ask, ctx, &mut fall).await;
        if answered.is_none() && !ctx.others_follow && fall.is_unavailable(Rung::Upstream) {
            // Nobody below could help: now the proxies are all there is, and are tried as hard as they can be.
            let last: Vec<_> = rungs.into_iter().filter(|(rung, _)| *rung == Rung::Upstream).collect();
            answered = self.down(&last, ask, ctx, &mut fall).await;
        }
        let Some((rung, answer)) = answered else {
            let denied =
                fall.denied().filter(|_| !self.is_pinned(ask) && !self.order.is_unproxied_ask(ask)).cloned();
            let failure = fall.into_failure(ask);
            // Where the authority for public modules says that there is none, nobody else is to blame for it.
            self.steps.took(ask, Step::Failed(denied.unwrap_or_else(|| failure.clone())));
            return Err(failure);
        };
        let above = if rung == Rung::Upstream { Vec::new() } else { fall.failures };
        self.steps.took(ask, Step::Answered { rung, origin: answer.origin.clone(), above });
        Ok(answer.after(fall.trail))
    }

    /// The rungs for this question.
    pub(crate) fn asked<'a>(&'a self, ask: &Ask) -> Vec<(Rung, &'a Arc<dyn Source>)> {
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
        self.climb(self.asked(ask), ask, ctx).await
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
        match self.failures.iter_mut().find(|(known, _)| *known == rung) {
            // Asked once more it was tried harder, and may not have been asked at all before.
            Some((_, before)) => *before = failure,
            None => self.failures.push((rung, failure)),
        }
    }

    /// Whether this rung could not find out, and no other failure weighs more.
    fn is_unavailable(&self, rung: Rung) -> bool {
        let worst = self.failures.iter().map(|(_, failure)| failure.kind()).max();
        let is_it = |(failed, failure): &(Rung, Failure)| {
            *failed == rung && failure.kind() == FailureKind::Unavailable
        };
        worst == Some(FailureKind::Unavailable) && self.failures.iter().any(is_it)
    }

    /// What the proxies said, if they all said no.
    fn denied(&self) -> Option<&Failure> {
        let of_proxies = self.failures.iter().find(|(rung, _)| *rung == Rung::Upstream);
        of_proxies.map(|(_, failure)| failure).filter(|failure| failure.kind() == FailureKind::NotFound)
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

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::{Duration, SystemTime};

    use gomod::ModuleVersion;
    use gomod::gosum::GoSum;

    use super::*;
    use crate::Counted;

    /// Fails with these kinds, one after the other, and answers then. Remembers whether it was told that others follow.
    #[derive(Debug)]
    struct Place {
        name: &'static str,
        failures: Mutex<Vec<FailureKind>>,
        told: Mutex<Vec<bool>>,
    }

    impl Place {
        fn new(name: &'static str, failures: &[FailureKind]) -> Arc<Self> {
            let failures = failures.iter().rev().copied().collect();
            Arc::new(Self { name, failures: Mutex::new(failures), told: Mutex::default() })
        }

        fn told(&self) -> Vec<bool> {
            self.told.lock().unwrap().clone()
        }
    }

    #[async_trait::async_trait]
    impl Source for Place {
        async fn ask(&self, _: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
            let mut told = self.told.lock().unwrap();
            told.push(ctx.others_follow);
            let (origin, message) = (Origin::new(self.name), format!("failure {}", told.len()));
            match self.failures.lock().unwrap().pop() {
                Some(kind) => Err(Failure::new(kind, &origin, message, Duration::ZERO)),
                None => Ok(Answer::live("x".into(), origin, Trail::default())),
            }
        }
    }

    fn ladder(rungs: &[(Rung, Arc<Place>)]) -> (Counted<Ladder>, Arc<Steps>) {
        let rungs = rungs.iter().map(|(rung, place)| (*rung, place.clone() as Arc<dyn Source>)).collect();
        let ledger = Ledger::new(None, Arc::new(source::first_seen::InMemory::default()), SystemTime::now);
        let ledger = Arc::new(ledger.pinned_by(Arc::new(GoSum::default())));
        let steps = Arc::new(Steps::default());
        let ladder = Ladder::new(rungs, Order::default(), ledger, steps.clone());
        (Counted::new(ladder, steps.clone()), steps)
    }

    async fn asked(ladder: &Counted<Ladder>) -> Result<String, FailureKind> {
        let ask = Ask::Zip(ModuleVersion::parse("a.example/m", "v1.0.0").unwrap());
        let answer = ladder.ask(&ask, &Ctx::within(Duration::from_secs(30))).await;
        answer.map(|answer| answer.origin.to_string()).map_err(|failure| failure.kind())
    }

    #[tokio::test]
    async fn an_outage_leads_down_and_is_remembered() {
        let upstream = Place::new("proxy", &[FailureKind::Unavailable]);
        let git = Place::new("git", &[]);
        let (ladder, steps) = ladder(&[(Rung::Upstream, upstream.clone()), (Rung::Git, git)]);
        assert_eq!(asked(&ladder).await.unwrap(), "git");
        assert_eq!(upstream.told(), [true], "it is not tried hard while another can answer");
        let told = steps.told();
        assert_eq!((told.modules, told.down["a.example/m@v1.0.0"].rung), (1, Rung::Git));
    }

    #[tokio::test]
    async fn when_nobody_below_can_help_the_proxies_are_tried_their_hardest() {
        let upstream = Place::new("proxy", &[FailureKind::Unavailable]);
        let git = Place::new("git", &[FailureKind::Unavailable]);
        let (ladder, steps) = ladder(&[(Rung::Upstream, upstream.clone()), (Rung::Git, git.clone())]);
        assert_eq!(asked(&ladder).await.unwrap(), "proxy");
        assert_eq!((upstream.told(), git.told()), (vec![true, false], vec![false]));
        assert!(steps.told().down.is_empty(), "the healthy path has answered after all");
    }

    #[tokio::test]
    async fn what_the_proxies_said_when_they_were_tried_their_hardest_is_what_is_told() {
        let upstream = Place::new("proxy", &[FailureKind::Unavailable, FailureKind::Unavailable]);
        let git = Place::new("git", &[FailureKind::Unavailable]);
        let (ladder, steps) = ladder(&[(Rung::Upstream, upstream), (Rung::Git, git)]);
        asked(&ladder).await.unwrap_err();
        let told = steps.told();
        let failures: Vec<&Failure> = told.outages().map(|(_, failure)| failure).collect();
        assert_eq!(failures.len(), 1);
        assert_eq!((failures[0].origin().as_str(), failures[0].message()), ("proxy", "failure 2"));
    }

    #[tokio::test]
    async fn a_wrong_hash_and_a_refusal_end_it_and_a_damaged_cache_does_not() {
        for kind in [FailureKind::Mismatch, FailureKind::Refused] {
            let git = Place::new("git", &[]);
            let (upstream_first, steps) =
                ladder(&[(Rung::Upstream, Place::new("proxy", &[kind])), (Rung::Git, git.clone())]);
            assert_eq!(asked(&upstream_first).await, Err(kind));
            assert!(git.told().is_empty());
            assert_eq!(steps.told().outages().count(), 0);
            let (cache_first, _) = ladder(&[
                (Rung::Cache, Place::new("cache", &[kind])),
                (Rung::Upstream, Place::new("proxy", &[])),
            ]);
            assert_eq!(asked(&cache_first).await.unwrap(), "proxy");
        }
    }

    #[tokio::test]
    async fn without_rungs_it_says_so() {
        let (ladder, _) = ladder(&[]);
        assert_eq!(asked(&ladder).await, Err(FailureKind::Unavailable));
    }
}
