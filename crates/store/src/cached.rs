//! The decorator that puts a store before a source (house.md, invariant 1).
//!
//! Immutable things: what is kept first. Mutable things: the source first, then what is kept, marked as stale. A version
//! that was ever kept does not vanish because the source no longer names it.

use std::sync::Arc;
use std::time::Duration;

use source::{
    Answer, Ask, Coalesced, Ctx, Failure, FailureKind, Freshness, Kind, Lifetime, Origin, Source,
    VersionList, Want,
};
use tokio::time::timeout_at;

use crate::complaint::Complaint;
use crate::healing::healing;
use crate::patience::{look, look_until};
use crate::{Filling, Store, StoreError};

/// A source that answers from a store where it may, and with its help where the source fails.
#[derive(Debug)]
pub struct Cached<S> {
    store: Arc<dyn Store>,
    inner: Arc<S>,
    complaint: Complaint,
}

/// The whole arrangement around `inner`: what is kept first, each question asked once, answers kept. A question may take
/// `patience`, whoever waits for it.
pub fn cached<S: Source + 'static>(
    store: Arc<dyn Store>,
    inner: S,
    patience: Duration,
) -> Cached<Coalesced<Filling<S>>> {
    Cached::new(store.clone(), Coalesced::new(Filling::new(store, inner), patience))
}

impl<S: Source + 'static> Cached<S> {
    /// Puts `store` before `inner`, which is expected to fill it ([`Filling`]).
    pub fn new(store: Arc<dyn Store>, inner: S) -> Self {
        Self { store, inner: Arc::new(inner), complaint: Complaint::default() }
    }

    /// What is kept, or why that cannot be said.
    async fn look(&self, ask: &Ask, ctx: &Ctx) -> Result<Option<Answer>, StoreError> {
        let looked = look(&*self.store, ask, ctx).await;
        looked.inspect_err(|error| self.complaint.make("read", ask, error))
    }

    /// What is kept. A store that fails or takes too long has nothing.
    async fn kept(&self, ask: &Ask, ctx: &Ctx) -> Option<Answer> {
        self.look(ask, ctx).await.ok()?
    }

    /// Here the store is the only place that is asked, so that its failure is not told as absence. What failed is in the log:
    /// it names files, which are no client's business.
    async fn kept_only(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let store = Origin::new("store");
        let failed = |_| {
            let message = format!("the store cannot say whether {ask} is kept; its log says why");
            Failure::unavailable(&store, message, Duration::ZERO)
        };
        let miss = || Failure::not_found(&store, format!("{ask} is not kept here"), Duration::ZERO);
        self.look(ask, ctx).await.map_err(failed)?.ok_or_else(miss)
    }

    /// The source's answer; where there is none, perhaps what is kept.
    async fn freshest(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let failure = match self.inner.ask(ask, ctx).await {
            Ok(answer) => return Ok(answer),
            Err(failure) => failure,
        };
        let gone_is_no_reason = ask.lifetime() == Lifetime::Immutable;
        match failure.kind() {
            FailureKind::Unavailable => self.instead(ask, failure).await,
            FailureKind::NotFound if gone_is_no_reason => self.instead(ask, failure).await,
            _ => Err(failure),
        }
    }

    /// What is kept in place of a failure, with the trail of the failure; else the failure. The asker's deadline may have gone
    /// into waiting for the source, so the store has a little time of its own.
    async fn instead(&self, ask: &Ask, failure: Failure) -> Result<Answer, Failure> {
        let Some(kept) = self.kept(ask, &Ctx::within(LAST_RESORT)).await else { return Err(failure) };
        let freshness = stale(ask, kept.freshness);
        Ok(Answer { freshness, ..kept }.after(failure.trail().clone()))
    }

    async fn list(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let failure = match self.inner.ask(ask, ctx).await {
            Ok(answer) => match self.with_kept_versions(ask, ctx, answer).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            },
            Err(failure) => failure,
        };
        match failure.kind() {
            FailureKind::Unavailable => self.instead(ask, failure).await,
            FailureKind::NotFound if self.names_versions(ask).await => self.instead(ask, failure).await,
            _ => Err(failure),
        }
    }

    /// The union of the answer with what is kept. The answer as it came, where what is kept adds nothing.
    async fn with_kept_versions(&self, ask: &Ask, ctx: &Ctx, answer: Answer) -> Result<Answer, Failure> {
        let Some(kept) = self.kept_versions(ask, ctx).await.filter(|kept| !kept.is_empty()) else {
            return Ok(answer);
        };
        let Answer { body, origin, .. } = answer;
        let text = timeout_at(ctx.deadline, body.into_bytes(Kind::List.size_max())).await;
        let text = text.unwrap_or_else(|_| Err(late(ask, &origin).into()));
        let text = text.map_err(|error| Failure::unavailable(&origin, error.to_string(), Duration::ZERO))?;
        let union = |mut named: VersionList| {
            named.merge(kept);
            named.to_text()
        };
        let named = std::str::from_utf8(&text).ok().and_then(VersionList::parse);
        let body = named.map_or_else(|| text.clone().into(), |named| union(named).into());
        Ok(Answer { body, origin, ..answer })
    }

    async fn kept_versions(&self, ask: &Ask, ctx: &Ctx) -> Option<VersionList> {
        let kept = self.kept(ask, ctx).await?;
        let text =
            timeout_at(look_until(ctx), kept.body.into_bytes(Kind::List.size_max())).await.ok()?.ok()?;
        VersionList::parse(std::str::from_utf8(&text).ok()?)
    }

    async fn names_versions(&self, ask: &Ask) -> bool {
        self.kept_versions(ask, &Ctx::within(LAST_RESORT)).await.is_some_and(|kept| !kept.is_empty())
    }
}

fn late(ask: &Ask, origin: &Origin) -> Failure {
    Failure::unavailable(origin, format!("{ask} did not arrive whole in time"), Duration::ZERO)
}

/// How long a store may take to save a question whose time has run out in waiting for others. A disk that does not open a
/// file in this time is as good as gone.
const LAST_RESORT: Duration = Duration::from_secs(2);

/// What is kept in place of an answer may be out of date, unless it is of the kind that never is.
fn stale(ask: &Ask, freshness: Freshness) -> Freshness {
    match (ask.lifetime(), freshness) {
        (Lifetime::Mutable, Freshness::Kept(since)) => Freshness::Stale(since),
        (_, freshness) => freshness,
    }
}

#[async_trait::async_trait]
impl<S: Source + 'static> Source for Cached<S> {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        match (ctx.want, ask.lifetime()) {
            (Want::KeptOnly, _) => self.kept_only(ask, ctx).await,
            (Want::Usual, Lifetime::Immutable) => match self.kept(ask, ctx).await {
                Some(kept) => Ok(healing(kept, &self.inner, ask)),
                None => self.inner.ask(ask, ctx).await,
            },
            _ if ask.kind() == Kind::List => self.list(ask, ctx).await,
            (Want::Usual, Lifetime::Mutable) | (Want::Revalidate, _) => self.freshest(ask, ctx).await,
        }
    }
}
