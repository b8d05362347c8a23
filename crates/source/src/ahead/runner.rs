//! Asks what the plan says, in tasks of their own.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use gomod::{ModulePath, ModuleVersion};
use tokio::time::Instant;

use super::needs::{GO_MOD_MAX, Needs};
use super::numbers::Numbers;
use super::plan::{KINDS, Plan};
use super::queues::Step;
use crate::{Answer, Ask, Body, Ctx, Freshness, Kind, Source};

/// Whether a module is private, so that its name is told to nobody before a client asks.
pub(super) type IsPrivate = Box<dyn Fn(&ModulePath) -> bool + Send + Sync>;

/// Keeps the plan, and asks.
pub(super) struct Runner {
    inner: Arc<dyn Source>,
    patience: Duration,
    is_private: IsPrivate,
    plan: Mutex<Plan>,
    /// What the plan said last of whether anything is of interest to it.
    awake: AtomicBool,
    waiting: AtomicUsize,
}

impl Runner {
    pub(super) fn new(inner: Arc<dyn Source>, patience: Duration, is_private: IsPrivate) -> Self {
        let (plan, awake, waiting) = (Mutex::default(), AtomicBool::new(false), AtomicUsize::new(0));
        Self { inner, patience, is_private, plan, awake, waiting }
    }

    /// Whether a client's question is of interest also when nothing had to be fetched for it.
    pub(super) fn is_awake(&self) -> bool {
        self.awake.load(Ordering::Relaxed)
    }

    /// A client waits until this is dropped.
    pub(super) fn waiting(&self) -> Waiting<'_> {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        Waiting(&self.waiting)
    }

    /// A client was given this answer.
    pub(super) fn asked(self: &Arc<Self>, ask: &Ask, answer: &Answer, is_fetched: bool) {
        if ask.module().is_none_or(|module| (self.is_private)(module)) {
            return;
        }
        let bytes = answer.body.size().unwrap_or_default();
        let is_of_interest = self.with_plan(|plan, now| plan.asked(ask, is_fetched, bytes, now));
        match (ask, answer.body.share()) {
            (Ask::Mod(module), Some(body)) if is_of_interest => {
                tokio::spawn(self.clone().read(module.clone(), body));
            }
            _ => self.go_on(),
        }
    }

    /// Somebody knows what will be asked.
    pub(super) fn expect(self: &Arc<Self>, mut asks: Vec<Ask>) {
        asks.retain(|ask| ask.module().is_some_and(|module| !(self.is_private)(module)));
        self.with_plan(|plan, now| plan.expect(asks, now));
        self.go_on();
    }

    pub(super) fn numbers(&self) -> [(Kind, Numbers); KINDS.len()] {
        let numbers = lock(&self.plan).numbers();
        std::array::from_fn(|at| (KINDS[at], numbers[at]))
    }

    async fn read(self: Arc<Self>, module: ModuleVersion, body: Body) {
        if let Some(needs) = self.needs(body).await {
            self.with_plan(|plan, now| plan.read(&module, needs, now));
            self.go_on();
        }
    }

    async fn needs(&self, body: Body) -> Option<Needs> {
        let text = body.into_bytes(GO_MOD_MAX).await.ok()?;
        Some(Needs::of(&text, &self.is_private))
    }

    /// Begins whatever may be begun now.
    fn go_on(self: &Arc<Self>) {
        let waiting = self.waiting.load(Ordering::Relaxed);
        while let Some(step) = self.with_plan(|plan, now| plan.next(waiting, now)) {
            let way = Way { runner: self.clone(), step, bytes: None, needs: None };
            tokio::spawn(way.go());
        }
    }

    fn with_plan<T>(&self, act: impl FnOnce(&mut Plan, Instant) -> T) -> T {
        let (mut plan, now) = (lock(&self.plan), Instant::now());
        let done = act(&mut plan, now);
        self.awake.store(plan.is_awake(now), Ordering::Relaxed);
        done
    }
}

/// One question on its way. However it ends, the plan hears of it.
struct Way {
    runner: Arc<Runner>,
    step: Step,
    bytes: Option<u64>,
    needs: Option<Needs>,
}

impl Way {
    async fn go(mut self) {
        let ctx = Ctx::within(self.runner.patience).ahead();
        match self.runner.inner.ask(&self.step.ask, &ctx).await {
            Ok(answer) => {
                let is_fetched = answer.freshness == Freshness::Live;
                self.bytes = Some(answer.body.size().filter(|_| is_fetched).unwrap_or_default());
                if self.step.followed {
                    self.needs = self.runner.needs(answer.body).await;
                }
            }
            // Nobody waits for it, and who asks for it hears what is wrong.
            Err(failure) => tracing::debug!(ask = %self.step.ask, %failure, "not there ahead"),
        }
        let runner = self.runner.clone();
        drop(self);
        runner.go_on();
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        let needs = self.needs.take();
        self.runner.with_plan(|plan, now| plan.landed(&self.step, self.bytes, needs, now));
    }
}

/// One client that waits.
pub(super) struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn lock(plan: &Mutex<Plan>) -> MutexGuard<'_, Plan> {
    // A plan that was left in the middle of a change may count wrong, and nothing but looking ahead depends on it.
    plan.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runner").finish_non_exhaustive()
    }
}
