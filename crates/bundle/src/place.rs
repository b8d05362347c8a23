//! A chain of bundles as a place that answers.

use std::sync::Arc;
use std::time::Duration;

use gomod::H1;
use source::blocks::off_worker;
use source::{Answer, Ask, Attempt, Body, Ctx, Failure, Freshness, Lifetime, Origin, Source, Trail};
use tokio::time::{Instant, timeout_at};

use crate::section::Section;
use crate::{BundleError, Chain};

/// Answers from a chain of bundles, without unpacking them. Each file is checked before its first use.
///
/// It is an authority for nothing: what it does not have is `NotFound`, and lists and `@latest` are marked as old as the bundle is.
#[derive(Debug, Clone)]
pub struct BundleSource {
    chain: Arc<Chain>,
    origin: Origin,
}

/// What is known about an answer besides its content.
struct Known {
    section: Section,
    h1: Option<H1>,
    created: std::time::SystemTime,
}

impl BundleSource {
    /// A place that has what is in these bundles.
    pub fn new(chain: Arc<Chain>) -> Self {
        let origin = chain.newest().origin().clone();
        Self { chain, origin }
    }

    /// The display name.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The bundles.
    pub fn chain(&self) -> &Arc<Chain> {
        &self.chain
    }

    fn attempt(&self, begun: Instant) -> Attempt {
        Attempt { origin: self.origin.clone(), failed: None, note: "".into(), took: begun.elapsed() }
    }

    fn answered(&self, ask: &Ask, known: Known, begun: Instant) -> Answer {
        let Known { section, h1, created } = known;
        let freshness = match ask.lifetime() {
            Lifetime::Immutable => Freshness::Kept(created),
            Lifetime::Mutable => Freshness::Stale(created),
        };
        let trail = Trail::of(self.attempt(begun));
        Answer { freshness, h1, ..Answer::live(Body::replay(Arc::new(section)), self.origin.clone(), trail) }
    }

    fn failed(&self, ask: &Ask, error: &BundleError, took: Duration) -> Failure {
        Failure::unavailable(&self.origin, format!("{ask}: {error}"), took).permanent()
    }
}

#[async_trait::async_trait]
impl Source for BundleSource {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let begun = Instant::now();
        let looking = off_worker({
            let (chain, ask) = (self.chain.clone(), ask.clone());
            move || Ok(look(&chain, &ask))
        });
        let looked = timeout_at(ctx.deadline, looking).await;
        let took = begun.elapsed();
        match looked {
            Ok(Ok(Ok(Some(known)))) => Ok(self.answered(ask, known, begun)),
            Ok(Ok(Ok(None))) => Err(Failure::not_found(&self.origin, format!("{ask} is not in it"), took)),
            Ok(Ok(Err(error))) => Err(self.failed(ask, &error, took)),
            Ok(Err(error)) => Err(self.failed(ask, &error.into(), took)),
            Err(_) => {
                Err(Failure::unavailable(&self.origin, format!("{ask} could not be read in time"), took))
            }
        }
    }
}

/// Blocks: the first use of a file reads it to its end.
fn look(chain: &Chain, ask: &Ask) -> Result<Option<Known>, BundleError> {
    let Some(found) = chain.answer(ask) else { return Ok(None) };
    let section = found.content()?;
    let h1 = found.bundle.entry(found.number).and_then(|entry| H1::parse(entry.h1.as_deref()?).ok());
    Ok(Some(Known { section, h1, created: found.bundle.manifest().about.created }))
}
