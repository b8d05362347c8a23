//! How long a store is waited for, so that one that hangs costs a request some of its time and never all of it.

use std::time::Duration;

use source::{Answer, Ask, Ctx};
use tokio::time::{Instant, timeout_at};

use crate::{Store, StoreError};

/// How long a store may take to say what it has. A healthy disk needs milliseconds; taking in the largest zip that somebody
/// put into the folder by hand takes seconds.
pub(crate) const LOOK_MAX: Duration = Duration::from_secs(10);

/// When to stop waiting for what a store has: soon, and by the asker's deadline.
pub(crate) fn look_until(ctx: &Ctx) -> Instant {
    ctx.deadline.min(Instant::now() + LOOK_MAX)
}

/// When to stop waiting for a store to keep something: half of the asker's time is for the answer to go back.
pub(crate) fn keep_until(ctx: &Ctx) -> Instant {
    Instant::now() + ctx.left() / 2
}

/// What is kept; a store that takes too long has failed.
pub(crate) async fn look(store: &dyn Store, ask: &Ask, ctx: &Ctx) -> Result<Option<Answer>, StoreError> {
    let looked = timeout_at(look_until(ctx), store.get(ask)).await;
    looked.unwrap_or_else(|_| {
        store.condition().cannot_read(&StoreError::Hangs);
        Err(StoreError::Hangs)
    })
}
