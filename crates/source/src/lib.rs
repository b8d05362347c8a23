#![doc = include_str!("../README.md")]

mod ahead;
mod answer;
mod arrivals;
mod ask;
mod athens;
mod block_sums;
pub mod blocks;
mod body;
pub mod chain;
mod check;
mod coalesced;
#[cfg(feature = "conformance")]
pub mod conformance;
mod continuation;
mod ctx;
pub mod durable;
mod failure;
pub mod first_seen;
mod following;
mod foresight;
pub mod form;
mod go_words;
mod held;
mod info;
mod ledger;
mod modcache;
pub mod pem;
mod plain_file;
mod progress;
mod redirect;
mod remembered;
mod spool;
mod steady;
pub mod sumdb;
mod trail;
mod upgrades;
pub mod upstream;
mod verified;
mod versions;

pub use ahead::{Ahead, AheadOptions, Numbers};
pub use answer::{Answer, Assurance, Freshness, Vetted};
pub use arrivals::Arrivals;
pub use ask::{Ask, Kind, Lifetime, SumDbAsk, SumDbPath};
pub use athens::Athens;
pub use block_sums::BlockSums;
pub use body::{Body, BodyError, Chunks, Replay};
pub use chain::Chain;
pub use check::Checked;
pub use coalesced::Coalesced;
pub use continuation::continuation;
pub use ctx::{Ctx, Urgency, Want};
pub use failure::{Failure, FailureKind, Retry, Symptom};
pub use first_seen::{FirstSeen, Sighting, Subject};
pub use foresight::Foresight;
pub use held::{Delivery, Held, HeldLimits};
pub use ledger::{Expected, Ledger, Quarantine};
pub use modcache::ModCache;
pub use progress::{Progress, Seen, Stage};
pub use redirect::{BadRedirect, redirect};
pub use remembered::{MemoryOptions, Remembered};
pub use spool::{Spool, SpoolFile, SpoolWriter, Whole};
pub use steady::{Dice, Outage, Steady, Vitals};
pub use trail::{Attempt, Origin, Trail};
pub use upgrades::Upgrades;
pub use upstream::Upstream;
pub use verified::Verified;
pub use versions::VersionList;

use std::fmt::Debug;

/// A place that can answer for modules, or a behaviour around such a place. One verb.
///
/// The contract, which [`conformance`] checks on every implementation and every decorator:
///
/// * An answer is about what was asked, from the start, and its body arrives complete or ends in an error.
/// * The same immutable question gets the same content each time it gets an answer.
/// * What does not exist is [`FailureKind::NotFound`]; not being able to find out is [`FailureKind::Unavailable`].
///   Neither is ever told as the other.
/// * With [`Want::KeptOnly`] no place is asked over a network; a miss is `NotFound`.
/// * It returns by `ctx.deadline`, with `Unavailable` if it must. The body may go on after that while it moves.
/// * A dropped question leaves nothing behind: no file, no lock, no half-kept artifact.
/// * Failures name the place and carry the trail of all that were asked.
/// * It can be asked from any number of tasks at once.
#[async_trait::async_trait]
pub trait Source: Debug + Send + Sync {
    /// Answers one question.
    ///
    /// # Errors
    /// A [`Failure`], whose kind says what may be concluded from it.
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure>;
}

#[async_trait::async_trait]
impl<S: Source + ?Sized> Source for std::sync::Arc<S> {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        (**self).ask(ask, ctx).await
    }
}
