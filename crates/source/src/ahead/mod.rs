//! The decorator that asks what clients will ask next, before they do.
//!
//! `go mod download` asks for the go.mod files of its modules in the order of their paths, then for the `.info` of each, one after the
//! other, then for the zips in the same order. Each of these waits for its upstream. Who has read the go.mod files that were asked for
//! already knows most of the ones that follow, and the order; so they are asked in the background, and land in the store that `inner`
//! has: the real question finds them there, or joins the one under way.
//!
//! * [`plan`]: what to ask next, from what clients ask and what has landed. Pure, as are its parts:
//! * [`needs`]: what a go.mod names.
//! * [`window`]: what comes next in an order, and what of it was begun.
//! * [`walk`]: the order in which one client fetches zips.
//! * [`queues`]: what waits to be asked.
//! * [`begun`]: what became of what was asked.
//! * [`budget`]: how many bytes may lie there that nobody has asked for.
//! * [`numbers`]: what is counted.
//! * [`options`]: what is not to be asked, and when nothing is.
//! * [`runner`]: asks it, in the background.
//! * this file: watching the clients' questions.
//!
//! Nobody waits for any of this. A question of a client is asked as it would be without; what is asked ahead fails quietly, is tried
//! no harder than need be, and is never asked of repositories ([`Ctx::ahead`]).

mod begun;
mod budget;
mod needs;
mod numbers;
mod options;
mod plan;
mod queues;
mod runner;
mod walk;
mod window;

use std::fmt;
use std::sync::Arc;

use moka::sync::Cache;

pub use numbers::Numbers;
pub use options::AheadOptions;
use plan::RECENT;
use runner::Runner;

use crate::{Answer, Ask, Ctx, Failure, Foresight, Freshness, Kind, Source, Trail, Want};

/// How many answers are known to have been noticed already. One takes some 200 bytes; the largest builds ask some ten thousand.
const NOTICED_MAX: u64 = 1 << 16;

/// A source that has answers ready before they are asked for.
pub struct Ahead<S> {
    inner: Arc<S>,
    runner: Arc<Runner>,
    /// What was noticed lately. It is noticed once.
    noticed: Cache<Ask, ()>,
}

impl<S: Source + 'static> Ahead<S> {
    /// Looks ahead of what `inner` is asked, which must keep what it gives.
    pub fn new(inner: S, options: AheadOptions) -> Self {
        let inner = Arc::new(inner);
        let runner = Arc::new(Runner::new(inner.clone(), options));
        let noticed = Cache::builder().max_capacity(NOTICED_MAX).time_to_live(RECENT).build();
        Self { inner, runner, noticed }
    }

    /// Tells `listener` of the places that were asked ahead, and not for a client; only the first listener is told.
    pub fn tell(&self, listener: impl Fn(&Trail) + Send + Sync + 'static) {
        self.runner.tell(Box::new(listener));
    }

    /// What was counted so far, of `.mod`, `.info` and `.zip`.
    pub fn numbers(&self) -> [(Kind, Numbers); 3] {
        self.runner.numbers()
    }

    /// Takes notice of an answer. What was kept already says nothing, unless somebody is being looked ahead for just now: a server that
    /// has everything does no work.
    fn notice(&self, ask: &Ask, answer: &Answer) {
        let is_fetched = answer.freshness == Freshness::Live;
        let is_old = || !self.runner.is_awake() || self.noticed.contains_key(ask);
        if !is_fetched && is_old() {
            return;
        }
        self.noticed.insert(ask.clone(), ());
        self.runner.asked(ask, answer, is_fetched);
    }
}

#[async_trait::async_trait]
impl<S: Source + 'static> Source for Ahead<S> {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        if ctx.want != Want::Usual || matches!(ask, Ask::SumDb(_)) {
            return self.inner.ask(ask, ctx).await;
        }
        let waiting = self.runner.waiting(ask);
        let answer = self.inner.ask(ask, ctx).await;
        drop(waiting);
        answer.inspect(|answer| self.notice(ask, answer))
    }
}

impl<S: Source + 'static> Foresight for Ahead<S> {
    fn expect(&self, asks: Vec<Ask>) {
        self.runner.expect(asks);
    }
}

impl<S> fmt::Debug for Ahead<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ahead").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
