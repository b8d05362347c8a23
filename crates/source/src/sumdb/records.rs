//! The proven records and heads of a database: what is kept first, then by each way.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use gomod::ModuleVersion;
use gomod::glob::PrefixPatterns;

use super::audited::Audited;
use super::engine::Engine;
use super::way::{Way, any_of};
use crate::chain::Chain;
use crate::{Answer, Ask, Ctx, Failure, Freshness, Origin, Source, SumDbPath, Trail, Want};

/// Who answers for records and heads, each proven.
#[derive(Debug)]
pub(super) struct Records {
    engine: Arc<Engine>,
    ways: Chain,
    /// Since when this process serves what is kept: it was proven at least as late as that.
    since: SystemTime,
}

impl Records {
    pub(super) fn new(engine: Arc<Engine>, ways: Vec<Way>, gonoproxy: PrefixPatterns) -> Self {
        let ways = any_of(ways.into_iter().map(|way| audited(&engine, way)), gonoproxy);
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

/// A way that is believed only what it proves.
fn audited(engine: &Arc<Engine>, way: Way) -> Way {
    Way { place: Arc::new(Audited::new(engine.clone(), way.place)), ..way }
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
