//! The ways to a checksum database: proxies that mirror it, and its own host.

use std::sync::Arc;
use std::time::Duration;

use gomod::glob::PrefixPatterns;
use gomod::goproxy::Fallback;
use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::chain::claims::Claims;
use crate::chain::policy::Policy;
use crate::chain::{Chain, Link};

use crate::{
    Answer, Ask, Coalesced, Ctx, Failure, FailureKind, MemoryOptions, Origin, Progress, Remembered, Source,
    SumDbAsk, SumDbPath, Vitals,
};

/// How long a proxy's word is taken that it does, or does not, answer for a database.
const SUPPORT_FOR: Duration = Duration::from_mins(10);

/// How much of what a way has said lately is remembered, in bytes, until it is proven and on the shelf.
const RECENT_BYTES: u64 = 1 << 20;

/// How long it is.
const RECENT_FOR: Duration = Duration::from_secs(10);

/// One way to a database.
#[derive(Debug, Clone)]
pub struct Way {
    /// Whom to ask; checked for form, and steadied.
    pub place: Arc<dyn Source>,
    /// Its display name.
    pub origin: Origin,
    /// Whether it may hear of any path that the database may hear of: the database itself, and places marked private.
    pub private: bool,
    /// Its vital signs.
    pub vitals: Arc<Vitals>,
}

/// A place that is asked each thing once for all who want it at about the same time.
pub(super) type TilePlace = Coalesced<Remembered<Arc<dyn Source>>>;

/// One way alone.
#[derive(Debug)]
pub(super) struct TileWay {
    pub(super) place: TilePlace,
    pub(super) origin: Origin,
    pub(super) vitals: Arc<Vitals>,
}

impl TileWay {
    pub(super) fn new(way: &Way, patience: Duration) -> Self {
        let place = once(way.place.clone(), patience);
        Self { place, origin: way.origin.clone(), vitals: way.vitals.clone() }
    }
}

/// Asks `place` once for all.
pub(super) fn once(place: Arc<dyn Source>, patience: Duration) -> TilePlace {
    let memory = MemoryOptions { budget_bytes: RECENT_BYTES, repeat_for: RECENT_FOR };
    Coalesced::new(Remembered::new(place, memory), patience)
}

/// The first answer by any of these ways, whatever happened to the one before: nothing is believed for whom it comes from.
///
/// A path that matches `gonoproxy` is told to no proxy that is not private (house.md, invariant 3).
pub(super) fn any_of(ways: impl IntoIterator<Item = Way>, gonoproxy: PrefixPatterns) -> Chain {
    let link = |Way { place, origin, private, vitals }| Link {
        place,
        origin,
        then: Fallback::AnyError,
        private,
        authoritative: false,
        stands_in: false,
        vitals: Some(vitals),
    };
    let policy = Policy { gonoproxy, ..Policy::default() };
    Chain::new(ways.into_iter().map(link).collect(), policy, Claims::in_memory())
}

/// A proxy that may mirror the database: asked whether it does before it is asked anything else, as go does (protocol.md G9).
///
/// Only its "no" is believed. What it says with a status that means "could not find out" it may take back with the next answer.
#[derive(Debug)]
pub struct Mirroring<S> {
    inner: S,
    origin: Origin,
    support: Mutex<Option<(bool, Instant)>>,
}

impl<S: Source> Mirroring<S> {
    /// Asks `inner`, whose display name is `origin`.
    pub fn new(inner: S, origin: Origin) -> Self {
        Self { inner, origin, support: Mutex::default() }
    }

    /// Whether the proxy answers for the database, or a failure to find out. One asks for all who want to know.
    ///
    /// That it has answered this is no sign of the answer that is waited for: the next place must not be kept waiting by it.
    async fn supports(&self, ask: &SumDbAsk, ctx: &Ctx) -> Result<bool, Failure> {
        let mut support = self.support.lock().await;
        if let Some((supports, _)) = support.filter(|(_, since)| since.elapsed() < SUPPORT_FOR) {
            return Ok(supports);
        }
        let supported = SumDbAsk { database: ask.database.clone(), path: SumDbPath::Supported };
        let supports = match self.inner.ask(&Ask::SumDb(supported), ctx).await {
            Ok(_) => true,
            Err(failure) if failure.kind() == FailureKind::Unavailable => return Err(failure),
            Err(_) => false,
        };
        *support = Some((supports, Instant::now()));
        ctx.progress.iter().for_each(Progress::anew);
        Ok(supports)
    }
}

#[async_trait::async_trait]
impl<S: Source> Source for Mirroring<S> {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        if let Ask::SumDb(about) = ask
            && !self.supports(about, ctx).await?
        {
            let message = format!("it does not answer for the checksum database {}", about.database);
            return Err(Failure::not_found(&self.origin, message, Duration::ZERO));
        }
        self.inner.ask(ask, ctx).await
    }
}
