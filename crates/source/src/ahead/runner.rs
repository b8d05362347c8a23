//! Asks what the plan says, in tasks of their own.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use gomod::ModuleVersion;
use tokio::time::Instant;

use super::needs::{GO_MOD_MAX, Needs};
use super::numbers::Numbers;
use super::options::AheadOptions;
use super::plan::{KINDS, Landing, Plan, Waiters};
use super::queues::Step;
use crate::{Answer, Ask, Body, Ctx, FailureKind, Freshness, Kind, Progress, Source, Trail};

/// Who hears of those who were asked.
pub(super) type Listener = Box<dyn Fn(&Trail) + Send + Sync>;

/// Keeps the plan, and asks.
pub(super) struct Runner {
    inner: Arc<dyn Source>,
    options: AheadOptions,
    /// Hears who was asked.
    listener: OnceLock<Listener>,
    plan: Mutex<Plan>,
    /// What the plan said last of whether anything is of interest to it.
    awake: AtomicBool,
    waiting: AtomicUsize,
    waiting_alone: AtomicUsize,
}

impl Runner {
    pub(super) fn new(inner: Arc<dyn Source>, options: AheadOptions) -> Self {
        let (listener, plan) = (OnceLock::new(), Mutex::default());
        let (awake, [waiting, waiting_alone]) = (AtomicBool::new(false), [0; 2].map(AtomicUsize::new));
        Self { inner, options, listener, plan, awake, waiting, waiting_alone }
    }

    /// Tells `listener` who was asked; the first one alone.
    pub(super) fn tell(&self, listener: Listener) {
        let _ = self.listener.set(listener);
    }

    /// Somebody was asked ahead, and not for a client, who is told of it elsewhere.
    fn heard(&self, trail: &Trail) {
        if let Some(listener) = self.listener.get().filter(|_| !trail.is_retold()) {
            listener(trail);
        }
    }

    /// Whether a client's question is of interest also when nothing had to be fetched for it.
    pub(super) fn is_awake(&self) -> bool {
        self.awake.load(Ordering::Relaxed)
    }

    /// A client waits for this until what comes back is dropped.
    pub(super) fn waiting(&self, ask: &Ask) -> Waiting<'_> {
        let is_led = self.is_awake() && self.with_plan(|plan, _| plan.is_under_way(ask));
        let alone = (!is_led).then_some(&self.waiting_alone);
        let waiting = Waiting { all: &self.waiting, alone };
        for counter in waiting.counters() {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        waiting
    }

    /// A client was given this answer.
    pub(super) fn asked(self: &Arc<Self>, ask: &Ask, answer: &Answer, is_fetched: bool) {
        if ask.module().is_none_or(|module| (self.options.is_private)(module)) {
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
        asks.retain(|ask| ask.module().is_some_and(|module| !(self.options.is_private)(module)));
        self.with_plan(|plan, now| plan.expect(asks, now));
        self.go_on();
    }

    pub(super) fn numbers(&self) -> [(Kind, Numbers); KINDS.len()] {
        let numbers = self.with_plan(Plan::numbers);
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
        Some(Needs::of(&text, &self.options.is_private))
    }

    /// Begins whatever may be begun now.
    fn go_on(self: &Arc<Self>) {
        if !(self.options.may_begin)() {
            return;
        }
        let [all, alone] =
            [&self.waiting, &self.waiting_alone].map(|counter| counter.load(Ordering::Relaxed));
        let waiting = Waiters { all, alone };
        while let Some(step) = self.with_plan(|plan, now| plan.next(waiting, now)) {
            if (self.options.is_elsewhere)(&step.ask) {
                self.with_plan(|plan, now| plan.landed(&step, &Landing::Needless, None, now));
            } else {
                tokio::spawn(Way::new(self.clone(), step).go());
            }
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
    progress: Progress,
    /// None until it has ended.
    landing: Option<Landing>,
    needs: Option<Needs>,
}

impl Way {
    fn new(runner: Arc<Runner>, step: Step) -> Self {
        Self { runner, step, progress: Progress::default(), landing: None, needs: None }
    }

    fn failed(&self, is_outage: bool, wait: Option<Duration>) -> Landing {
        Landing::Failed { bytes: self.progress.seen().bytes, is_outage, wait }
    }

    async fn go(mut self) {
        let ctx = Ctx::within(self.runner.options.patience).ahead();
        let ctx = Ctx { progress: Some(self.progress.clone()), ..ctx };
        match self.runner.inner.ask(&self.step.ask, &ctx).await {
            Ok(answer) => {
                self.runner.heard(&answer.trail);
                let is_fetched = answer.freshness == Freshness::Live;
                let bytes = answer.body.size().unwrap_or_default();
                self.landing = Some(if is_fetched { Landing::Fetched(bytes) } else { Landing::Needless });
                if self.step.followed {
                    self.needs = self.runner.needs(answer.body).await;
                }
            }
            // Nobody waits for it, and who asks for it hears what is wrong.
            Err(failure) => {
                tracing::debug!(ask = %self.step.ask, %failure, "not there ahead");
                self.runner.heard(failure.trail());
                let is_outage = failure.kind() == FailureKind::Unavailable;
                self.landing = Some(self.failed(is_outage, failure.retry_after()));
            }
        }
        let runner = self.runner.clone();
        drop(self);
        runner.go_on();
    }
}

impl Drop for Way {
    fn drop(&mut self) {
        let needs = self.needs.take();
        let landing = self.landing.take().unwrap_or_else(|| self.failed(true, None));
        self.runner.with_plan(|plan, now| plan.landed(&self.step, &landing, needs, now));
    }
}

/// One client that waits.
pub(super) struct Waiting<'a> {
    all: &'a AtomicUsize,
    /// Where it waits for something that was not begun ahead.
    alone: Option<&'a AtomicUsize>,
}

impl<'a> Waiting<'a> {
    fn counters(&self) -> impl Iterator<Item = &'a AtomicUsize> + use<'a> {
        [Some(self.all), self.alone].into_iter().flatten()
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        for counter in self.counters() {
            counter.fetch_sub(1, Ordering::Relaxed);
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Failure, Origin};

    #[derive(Debug)]
    struct Nobody;

    #[async_trait::async_trait]
    impl Source for Nobody {
        async fn ask(&self, _: &Ask, _: &Ctx) -> Result<Answer, Failure> {
            Err(Failure::not_found(&Origin::new("nobody"), "no", Duration::ZERO))
        }
    }

    #[tokio::test]
    async fn who_waits_for_what_was_begun_ahead_is_not_alone() {
        let runner = Runner::new(Arc::new(Nobody), AheadOptions::new(Duration::from_secs(30)));
        let [led, other] = ["v1.0.0", "v1.1.0"]
            .map(|version| Ask::Zip(ModuleVersion::parse("a.example/m", version).unwrap()));
        runner.with_plan(|plan, now| plan.expect(vec![led.clone()], now));
        assert!(runner.with_plan(|plan, now| plan.next(Waiters::default(), now)).is_some());
        let counted =
            || [&runner.waiting, &runner.waiting_alone].map(|counter| counter.load(Ordering::Relaxed));
        let joined = runner.waiting(&led);
        assert_eq!(counted(), [1, 0]);
        let alone = runner.waiting(&other);
        assert_eq!(counted(), [2, 1]);
        drop((joined, alone));
        assert_eq!(counted(), [0, 0]);
    }
}
