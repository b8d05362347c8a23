//! The ladder for what nobody has asked yet.

use std::sync::Arc;

use source::{Answer, Ask, Ctx, Failure, Source};

use crate::climb::Ladder;
use crate::rung::Rung;

/// A ladder down to its repositories: these are dear, and what is asked of them is told to hosts that a project names. No place is tried
/// hard, since whoever really asks has all of the ladder.
#[derive(Debug)]
pub struct Proxied(Arc<Ladder>);

impl Proxied {
    /// Of this ladder.
    pub fn new(ladder: Arc<Ladder>) -> Self {
        Self(ladder)
    }
}

#[async_trait::async_trait]
impl Source for Proxied {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let mut rungs = self.0.asked(ask);
        if let Some(git) = rungs.iter().position(|(rung, _)| *rung == Rung::Git) {
            // What is below is asked only after the repositories.
            rungs.truncate(git);
        }
        self.0.climb(rungs, ask, &ctx.clone().with_others(true)).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::time::{Duration, SystemTime};

    use gomod::ModuleVersion;
    use source::first_seen::InMemory;
    use source::{FailureKind, Ledger, Origin};

    use super::*;
    use crate::rung::Order;
    use crate::steps::Steps;

    /// Is down, and remembers whether it was told that others follow.
    #[derive(Debug, Default)]
    struct Down(Mutex<Vec<bool>>);

    #[async_trait::async_trait]
    impl Source for Down {
        async fn ask(&self, _: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
            self.0.lock().unwrap().push(ctx.others_follow);
            Err(Failure::unavailable(&Origin::new("place"), "is down", Duration::ZERO))
        }
    }

    #[tokio::test]
    async fn it_asks_no_repository_and_nobody_hard_and_is_no_part_of_the_run() {
        let (upstream, git) = (Arc::new(Down::default()), Arc::new(Down::default()));
        let rungs: Vec<(Rung, Arc<dyn Source>)> =
            vec![(Rung::Upstream, upstream.clone()), (Rung::Git, git.clone())];
        let ledger = Arc::new(Ledger::new(None, Arc::new(InMemory::default()), SystemTime::now));
        let steps = Arc::new(Steps::default());
        let ladder = Arc::new(Ladder::new(rungs, Order::default(), ledger, steps.clone()));
        let ask = Ask::Zip(ModuleVersion::parse("a.example/m", "v1.0.0").unwrap());
        let ctx = Ctx::within(Duration::from_secs(30));
        let failure = Proxied::new(ladder.clone()).ask(&ask, &ctx).await.unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Unavailable);
        let told = |place: &Down| place.0.lock().unwrap().clone();
        assert_eq!((told(&upstream), told(&git)), (vec![true], Vec::new()));
        assert_eq!((steps.told().modules, steps.told().unanswered.len()), (0, 0));
        ladder.ask(&ask, &ctx).await.unwrap_err();
        assert_eq!((told(&upstream), told(&git)), (vec![true, true, false], vec![false]));
    }
}
