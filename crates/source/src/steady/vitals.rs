//! What is known about how well a place works: one for each place, shared by all questions to it and by the chain.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use resilience::{Admission, Breaker, Fault, Health, HedgeDelay, Open, Rank, RetryBudget};
use tokio::time::Instant;

use crate::{Failure, FailureKind, Origin, Symptom};

/// Where random numbers in `0.0..1.0` come from.
pub type Dice = fn() -> f64;

/// That a place is out, for those who remember it from one process to the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    /// How long it has been failing.
    pub lasted: Duration,
    /// What happened last.
    pub trouble: String,
}

/// The vital signs of one place.
#[derive(Debug)]
pub struct Vitals {
    origin: Origin,
    dice: Dice,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    breaker: Breaker,
    budget: RetryBudget,
    health: Health,
    hedge: HedgeDelay,
    answered_at: Option<Instant>,
    refuses: bool,
    /// What happened last, for those who are not let through.
    trouble: Arc<str>,
}

impl Vitals {
    /// Those of a place of which nothing is known yet.
    pub fn new(origin: Origin, dice: Dice) -> Arc<Self> {
        Arc::new(Self { origin, dice, state: Mutex::default() })
    }

    /// The place that they are about.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Whether it is left alone, and why.
    pub fn outage(&self) -> Option<Outage> {
        let state = self.state();
        let open = state.breaker.open()?;
        let lasted = now().saturating_duration_since(open.since);
        Some(Outage { lasted, trouble: state.trouble.to_string() })
    }

    /// Leaves it alone for so long, because of what is remembered of it. When nobody else can answer it is asked all the same.
    pub fn recall(&self, outage: &Outage, for_now: Duration) {
        let mut state = self.state();
        let since = now().checked_sub(outage.lasted).unwrap_or_else(now);
        state.breaker.reopen(since, now() + for_now);
        state.trouble = outage.trouble.as_str().into();
    }

    /// Where it stands among places of which any may be asked first: the least comes first.
    pub(crate) fn rank(&self) -> Rank {
        let state = self.state();
        state.health.rank(now(), state.hedge.latency(), state.breaker.open().is_some())
    }

    /// Whether its breaker is open.
    pub(crate) fn is_out(&self) -> bool {
        self.state().breaker.open().is_some()
    }

    /// How long it may be silent before the next place is asked too. Not at all while it is on probation.
    pub(crate) fn hedge_delay(&self) -> Duration {
        let state = self.state();
        if state.breaker.open().is_some() { Duration::ZERO } else { state.hedge.delay() }
    }

    /// Whether it has ever refused anything: then its "no" is worth waiting for.
    pub(crate) fn refuses(&self) -> bool {
        self.state().refuses
    }

    /// It has refused something.
    pub(super) fn refused(&self) {
        self.state().refuses = true;
    }

    /// Whether a question may be asked: `Ok(true)` when it is the probe.
    pub(super) fn admit(&self, last_resort: bool) -> Result<bool, Failure> {
        let mut state = self.state();
        match state.breaker.admit(now(), last_resort) {
            Admission::Pass => Ok(false),
            Admission::Probe => Ok(true),
            Admission::Refused(open) => Err(self.not_asked(open, &state.trouble)),
        }
    }

    /// A number for the jitter of a wait.
    pub(super) fn random(&self) -> f64 {
        (self.dice)()
    }

    /// Takes a retry from the budget, unless the place is out and somebody else can be asked.
    pub(super) fn grants_retry(&self, last_resort: bool) -> bool {
        let mut state = self.state();
        (last_resort || state.breaker.open().is_none()) && state.budget.withdraw(now())
    }

    /// It has answered a question, if only with a "no"; the head of the answer took so long.
    pub(super) fn answered(&self, latency: Duration) {
        let mut state = self.state();
        state.hedge.observe(latency);
        state.health.succeed(now());
        state.budget.deposit();
        state.answered_at = Some(Instant::now());
        if let Some(open) = state.breaker.open() {
            let out_for = now().saturating_duration_since(open.since).as_secs();
            tracing::info!(place = %self.origin, out_for, "the place answers again");
        }
        state.breaker.succeed(now());
    }

    /// It has failed a question that was asked at `begun`.
    pub(super) fn failed(&self, failure: &Failure, subject: &impl Hash, begun: Instant) {
        let subject = hash(subject);
        let fault = match (failure.retry_after(), failure.symptom()) {
            (Some(wait), _) => Fault::ToldToWait(wait),
            (None, Symptom::BadAnswer) => Fault::BadAnswer(subject),
            (None, Symptom::Unreachable) => Fault::Unreachable,
            (None, Symptom::Silent) => self.unless_it_answers_others(Fault::Silent, subject, begun),
        };
        self.note(fault, failure.message().into());
    }

    /// Another place has answered a question that this one was asked at `begun` and was in arrears with.
    pub(super) fn overtaken(&self, subject: &impl Hash, begun: Instant) {
        let fault = self.unless_it_answers_others(Fault::Overtaken, hash(subject), begun);
        let silent = begun.elapsed().as_millis();
        self.note(fault, format!("another place answered before it did ({silent} ms)").into());
    }

    /// A probe came to no conclusion.
    pub(super) fn abandon_probe(&self) {
        self.state().breaker.abandon();
    }

    /// A place that has answered others in the meantime is not dead: it has trouble with this one thing.
    fn unless_it_answers_others(&self, fault: Fault, subject: u64, begun: Instant) -> Fault {
        let answers = self.state().answered_at.is_some_and(|at| at > begun);
        if answers { Fault::BadAnswer(subject) } else { fault }
    }

    fn note(&self, fault: Fault, trouble: Arc<str>) {
        let random = (self.dice)();
        let mut state = self.state();
        let was_open = state.breaker.open().is_some();
        state.health.fail(now());
        state.breaker.fail(now(), fault, random);
        if !was_open && state.breaker.open().is_some() {
            tracing::warn!(place = %self.origin, %trouble, "the place is left alone for a while");
        }
        state.trouble = trouble;
    }

    fn not_asked(&self, open: Open, trouble: &str) -> Failure {
        let since = now().saturating_duration_since(open.since).as_secs_f64();
        let again = open.until.saturating_duration_since(now()).as_secs_f64();
        let message = format!(
            "not asked, as it has been failing for {since:.0} s: {trouble}; next try in {again:.1} s"
        );
        let failure = Failure::new(FailureKind::Unavailable, &self.origin, message, Duration::ZERO);
        if open.spares_last_resort { failure.passed_over() } else { failure.permanent() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing is done under this lock that could leave the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn now() -> std::time::Instant {
    Instant::now().into_std()
}

/// Equal things have equal numbers within one process, which is all that is asked of them.
fn hash(subject: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    subject.hash(&mut hasher);
    hasher.finish()
}
