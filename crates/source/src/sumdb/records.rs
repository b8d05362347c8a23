//! The proven records and heads of a database: what is kept first, then by each way.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use gomod::ModuleVersion;

use super::audited::Audited;
use super::engine::Engine;
use super::way::Way;
use crate::chain::claims::Claims;
use crate::chain::policy::Policy;
use crate::chain::{Chain, Link};
use crate::{Answer, Ask, Ctx, Failure, Freshness, Origin, Source, SumDbPath, Trail, Want};
use gomod::goproxy::Fallback;

/// Who answers for records and heads, each proven.
#[derive(Debug)]
pub(super) struct Records {
    engine: Arc<Engine>,
    ways: Chain,
    /// Since when this process serves what is kept: it was proven at least as late as that.
    since: SystemTime,
}

impl Records {
    pub(super) fn new(engine: Arc<Engine>, ways: Vec<Way>) -> Self {
        let links = ways.into_iter().map(|way| link(&engine, way)).collect();
        let ways = Chain::new(links, Policy::default(), Claims::in_memory());
        Self { engine, ways, since: SystemTime::now() }
    }

    /// The record on the shelf, with the newest head.
    async fn kept(&self, module: &ModuleVersion, ctx: &Ctx) -> Result<Option<Answer>, Failure> {
        let kept = self.engine.kept(module, ctx).await?;
        Ok(kept.map(|proven| {
            let answer = Answer::live(proven.body().into(), Origin::new("kept"), Trail::default());
            Answer { freshness: Freshness::Kept(self.since), ..answer }
        }))
    }
}

/// Any way will do, whatever happened to the one before: nothing is believed for whom it comes from.
fn link(engine: &Arc<Engine>, way: Way) -> Link {
    let Way { place, origin, vitals } = way;
    let place = Arc::new(Audited::new(engine.clone(), place));
    Link {
        place,
        origin,
        then: Fallback::AnyError,
        private: false,
        authoritative: false,
        vitals: Some(vitals),
    }
}

#[async_trait::async_trait]
impl Source for Records {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        if let Ask::SumDb(about) = ask
            && let SumDbPath::Lookup(module) = &about.path
            && let Some(kept) = self.kept(module, ctx).await?
        {
            return Ok(kept);
        }
        if ctx.want == Want::KeptOnly {
            return Err(Failure::not_found(
                &Origin::new("kept"),
                format!("{ask} is not kept here"),
                Duration::ZERO,
            ));
        }
        self.ways.ask(ask, ctx).await
    }
}
