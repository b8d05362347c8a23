//! What to ask next. No I/O and no clock: it is told what happens, and when.
//!
//! What a client asks says what it will ask:
//!
//! * a `.mod`: the `.mod` files that this go.mod names, the highest version of each, because the client's own go.mod names the same
//!   modules. go reads them in the order of their paths, so that those behind this path come next, and what lies before it does not
//!   come at all. What an unpruned go.mod requires (before go 1.17) go reads whole, with all that it requires in its turn. And, when
//!   nothing else is left to ask, its `.info`: `go mod download` asks for those one after the other, which is most of its waiting;
//! * an `.info` of a version whose `.mod` was asked: the `.info` of those behind it;
//! * a `.zip` of a version whose `.info` was asked: the zips of those behind it ([`Walk`]). A `.zip` that had to be fetched: its `.info`
//!   and `.mod`, so that what is kept is of use without any upstream.

use std::collections::HashMap;
use std::time::Duration;

use gomod::{ModulePath, ModuleVersion, Revision};
use tokio::time::Instant;

use super::begun::{Begun, Met};
use super::budget::Budget;
use super::needs::Needs;
use super::numbers::Numbers;
use super::queues::{Queues, Step};
use super::walk::Walk;
use super::window::Window;
use crate::{Ask, Kind};

/// How long what a client asked, and what lies there for it, is of interest: a build is over by then.
pub(super) const RECENT: Duration = Duration::from_mins(10);

/// After how long without a question nobody is believed to follow. go may unpack a large zip for some seconds.
pub(super) const GIVE_UP: Duration = Duration::from_secs(30);

/// How many small things are under way at a time: enough for a thousand files a second from a place 30 ms away.
pub(super) const SMALL_AT_ONCE: usize = 32;

/// How many zips are: enough to fill a line while some are being looked at.
pub(super) const ZIPS_AT_ONCE: usize = 8;

/// How many zips are while a client waits for something that was not begun ahead: most of the line is for that.
pub(super) const ZIPS_BESIDE: usize = 2;

/// While so many clients wait, nothing is begun: they have the line, the disk and the processors to themselves.
pub(super) const CROWD: usize = 64;

/// How many places of an order are begun ahead, of small files.
const WIDTH: usize = 64;

/// How long a list or `@latest` makes the `.info` files of its module a look for updates, after which no zip is fetched.
const LOOKS_FOR: Duration = Duration::from_secs(30);

/// How many modules are known to be looked at for updates.
const LOOKED_AT_MAX: usize = 1 << 14;

/// How many failures in a row make it wait for [`GIVE_UP`]: who cannot answer is not to be asked all that a list names.
pub(super) const FAILURES_MAX: u32 = 16;

/// The kinds that are asked ahead.
pub(super) const KINDS: [Kind; 3] = [Kind::Mod, Kind::Info, Kind::Zip];

/// How many clients wait for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Waiters {
    pub(super) all: usize,
    /// Those of them for whom it was not begun ahead.
    pub(super) alone: usize,
}

/// What is known, what waits, and what is under way.
#[derive(Debug)]
pub(super) struct Plan {
    /// What go.mod files named that clients asked for.
    named: Window<ModulePath>,
    /// The modules whose `.mod` a client has asked for.
    loaded: Window<ModulePath>,
    walk: Walk,
    looked_at: HashMap<ModulePath, Instant>,
    queues: Queues,
    begun: Begun,
    budget: Budget,
    numbers: [Numbers; KINDS.len()],
    small_under_way: usize,
    zips_under_way: usize,
    /// When a client last asked something.
    asked: Option<Instant>,
    /// When a client last asked something that had to be fetched.
    fetched: Option<Instant>,
    /// Failures since the last success.
    failures: u32,
    /// Nothing is begun before.
    rests_until: Option<Instant>,
}

/// What a question that was asked ahead came to.
#[derive(Debug)]
pub(super) enum Landing {
    /// It was kept already, or is to be had elsewhere.
    Needless,
    /// So many bytes were fetched.
    Fetched(u64),
    /// It brought nothing.
    Failed {
        /// So many bytes came for it.
        bytes: u64,
        /// Nobody could find out. That a place has it not is no trouble: a go.mod may name what nobody has.
        is_outage: bool,
        /// A place said to leave it alone for so long.
        wait: Option<Duration>,
    },
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            named: Window::new(RECENT),
            loaded: Window::new(RECENT),
            walk: Walk::default(),
            looked_at: HashMap::new(),
            queues: Queues::default(),
            begun: Begun::default(),
            budget: Budget::default(),
            numbers: <[Numbers; KINDS.len()]>::default(),
            small_under_way: 0,
            zips_under_way: 0,
            asked: None,
            fetched: None,
            failures: 0,
            rests_until: None,
        }
    }
}

impl Plan {
    /// A client was given `bytes` for this question, which had to be fetched or not. Whether that is of interest: a `.mod` is then to be
    /// [read](Self::read).
    pub(super) fn asked(&mut self, ask: &Ask, is_fetched: bool, bytes: u64, now: Instant) -> bool {
        self.sweep(now);
        let met = self.claim(ask, now);
        if is_fetched || met != Met::Nothing {
            self.fetched = Some(now);
            let is_paid = is_fetched || met != Met::UnderWay;
            self.budget.asked(if is_paid { bytes } else { 0 });
        } else if !self.is_awake(now) {
            return false;
        }
        self.asked = Some(now);
        match ask {
            Ask::List(module) | Ask::Latest(module) => self.looks_for_updates(module, now),
            Ask::Mod(module) => self.go_mod(module, is_fetched || met != Met::Nothing, now),
            Ask::Info(..) => self.info(ask, now),
            Ask::Zip(module) => self.zip(module, is_fetched && met == Met::Nothing, now),
            Ask::SumDb(_) => {}
        }
        true
    }

    /// What the go.mod says that a client has asked for.
    pub(super) fn read(&mut self, module: &ModuleVersion, needs: Needs, now: Instant) {
        let is_followed = self.begun.is_followed(&Ask::Mod(module.clone()));
        if is_followed || needs.unpruned {
            self.follow(needs.modules, now);
        } else {
            needs.modules.iter().for_each(|named| self.named.note(named.path().clone(), named, now));
        }
        if !is_followed {
            let next = self.named.begin_after(module.path(), WIDTH, now);
            for module in next {
                self.push(Step::last(Ask::Mod(module)), now);
            }
        }
    }

    /// Somebody knows that these will be asked. They are nothing private.
    pub(super) fn expect(&mut self, asks: Vec<Ask>, now: Instant) {
        (self.asked, self.fetched) = (Some(now), Some(now));
        let asks = asks.into_iter().filter(|ask| KINDS.contains(&ask.kind()) && ask.version().is_some());
        asks.for_each(|ask| self.push(Step::last(ask), now));
    }

    /// Whether this is under way ahead.
    pub(super) fn is_under_way(&self, ask: &Ask) -> bool {
        self.begun.is_under_way(ask)
    }

    /// The next question to ask, if there is one to be begun now, with so many clients waiting. It is under way then until it has
    /// [landed](Self::landed).
    pub(super) fn next(&mut self, waiting: Waiters, now: Instant) -> Option<Step> {
        self.sweep(now);
        if self.asked.is_none_or(|asked| now - asked >= GIVE_UP) {
            self.give_up();
        }
        if waiting.all >= CROWD || self.rests_until.is_some_and(|until| now < until) {
            return None;
        }
        let zips_max = if waiting.alone > 0 { ZIPS_BESIDE } else { ZIPS_AT_ONCE };
        let step = self.next_small(now).or_else(|| self.next_zip(zips_max, now))?;
        *self.under_way(step.ask.kind()) += 1;
        Some(step)
    }

    /// A question has landed. `needs` is what it says, when it is a go.mod to be followed.
    pub(super) fn landed(&mut self, step: &Step, landing: &Landing, needs: Option<Needs>, now: Instant) {
        *self.under_way(step.ask.kind()) -= 1;
        match *landing {
            Landing::Needless => drop(self.begun.land(&step.ask, None, now)),
            Landing::Fetched(bytes) => self.came(&step.ask, bytes, now),
            Landing::Failed { bytes, is_outage, wait } => {
                self.failed(&step.ask, bytes, now);
                self.failures += u32::from(is_outage);
                self.rest_if_need_be(wait, now);
            }
        }
        if let Some(needs) = needs.filter(|_| step.followed) {
            self.follow(needs.modules, now);
        }
    }

    fn came(&mut self, ask: &Ask, bytes: u64, now: Instant) {
        let kind = ask.kind();
        self.count_claimed(ask);
        self.failures = 0;
        self.budget.came(kind, bytes);
        let numbers = self.numbers_of(kind);
        numbers.asked += 1;
        numbers.fetched_bytes += bytes;
        if self.begun.land(ask, Some(bytes), now) {
            self.numbers_of(kind).unclaimed_bytes += bytes;
            self.budget.lies(kind, bytes);
        }
    }

    fn failed(&mut self, ask: &Ask, bytes: u64, now: Instant) {
        let kind = ask.kind();
        self.count_claimed(ask);
        self.begun.land(ask, None, now);
        self.budget.wasted(kind, bytes);
        let numbers = self.numbers_of(kind);
        numbers.asked += 1;
        numbers.failed += 1;
        numbers.fetched_bytes += bytes;
        numbers.wasted_bytes += bytes;
    }

    /// A client has asked for it meanwhile.
    fn count_claimed(&mut self, ask: &Ask) {
        let was_asked = self.begun.was_asked(ask);
        self.numbers_of(ask.kind()).claimed += u64::from(was_asked);
    }

    fn rest_if_need_be(&mut self, wait: Option<Duration>, now: Instant) {
        let wait = wait.or((self.failures >= FAILURES_MAX).then_some(GIVE_UP));
        if let Some(wait) = wait {
            self.rest(now + wait.clamp(GIVE_UP, RECENT));
        }
    }

    fn rest(&mut self, until: Instant) {
        self.failures = 0;
        self.rests_until = self.rests_until.max(Some(until));
        self.give_up();
    }

    /// Whether there is anything that a client's question could be part of.
    pub(super) fn is_awake(&self, now: Instant) -> bool {
        self.fetched.is_some_and(|fetched| now - fetched < GIVE_UP)
            || self.begun.lying() + self.small_under_way + self.zips_under_way > 0
            || !self.queues.is_empty()
    }

    /// What was counted, in the order of [`KINDS`].
    pub(super) fn numbers(&mut self, now: Instant) -> [Numbers; KINDS.len()] {
        self.sweep(now);
        self.numbers
    }

    fn claim(&mut self, ask: &Ask, now: Instant) -> Met {
        let met = self.begun.claim(ask, now);
        if let Met::Bytes(bytes) = met {
            self.numbers_of(ask.kind()).claimed += 1;
            self.numbers_of(ask.kind()).unclaimed_bytes -= bytes;
            self.budget.claimed(ask.kind(), bytes);
        }
        met
    }

    fn looks_for_updates(&mut self, module: &ModulePath, now: Instant) {
        if self.looked_at.len() >= LOOKED_AT_MAX {
            self.looked_at.retain(|_, at| now - *at < LOOKS_FOR);
        }
        if self.looked_at.len() < LOOKED_AT_MAX {
            self.looked_at.insert(module.clone(), now);
        }
    }

    fn go_mod(&mut self, module: &ModuleVersion, had_to_come: bool, now: Instant) {
        self.loaded.note(module.path().clone(), module, now);
        if let Some(ask) = info_of(module).filter(|_| had_to_come) {
            self.push_beside(Step::last(ask), now);
        }
    }

    fn info(&mut self, ask: &Ask, now: Instant) {
        let Some(module) = ask.version() else { return };
        if self.looked_at.get(module.path()).is_some_and(|at| now - *at < LOOKS_FOR) {
            return;
        }
        if !self.begun.was_asked(&Ask::Mod(module.clone())) {
            return;
        }
        self.walk.note(&module, now);
        let next = self.loaded.begin_after(module.path(), WIDTH, now);
        next.iter().filter_map(info_of).for_each(|ask| self.push(Step::last(ask), now));
    }

    fn zip(&mut self, module: &ModuleVersion, is_alone: bool, now: Instant) {
        let next = self.walk.step(module, now);
        for module in next {
            self.push(Step::last(Ask::Zip(module)), now);
        }
        if is_alone {
            let beside = info_of(module).into_iter().chain([Ask::Mod(module.clone())]);
            beside.for_each(|ask| self.push_beside(Step::last(ask), now));
        }
    }

    /// go will read all of these.
    fn follow(&mut self, modules: Vec<ModuleVersion>, now: Instant) {
        for module in modules {
            self.push(Step { ask: Ask::Mod(module), followed: true }, now);
        }
    }

    fn push(&mut self, step: Step, now: Instant) {
        let kind = step.ask.kind();
        if !self.queues.push(step, now) {
            self.numbers_of(kind).dropped += 1;
        }
    }

    fn push_beside(&mut self, step: Step, now: Instant) {
        let kind = step.ask.kind();
        if !self.queues.push_beside(step, now) {
            self.numbers_of(kind).dropped += 1;
        }
    }

    fn next_small(&mut self, now: Instant) -> Option<Step> {
        while self.small_under_way < SMALL_AT_ONCE && self.budget.has_room(Kind::Mod, self.small_under_way) {
            let (step, in_time) = self.queues.pop_small(now)?;
            if self.begins(&step, in_time, now) {
                return Some(step);
            }
        }
        None
    }

    fn next_zip(&mut self, at_once: usize, now: Instant) -> Option<Step> {
        while self.zips_under_way < at_once && self.budget.has_room(Kind::Zip, self.zips_under_way) {
            let (step, in_time) = self.queues.pop_zip(now)?;
            if self.begins(&step, in_time, now) {
                return Some(step);
            }
        }
        None
    }

    fn begins(&mut self, step: &Step, in_time: bool, now: Instant) -> bool {
        if !in_time {
            self.numbers_of(step.ask.kind()).dropped += 1;
        }
        in_time && self.begun.begin(step, now)
    }

    fn give_up(&mut self) {
        for step in self.queues.drain() {
            self.numbers_of(step.ask.kind()).dropped += 1;
        }
    }

    fn sweep(&mut self, now: Instant) {
        self.budget.forget(now);
        for (kind, bytes) in self.begun.sweep(now) {
            self.budget.expired(kind, bytes);
            let numbers = self.numbers_of(kind);
            numbers.unclaimed_bytes -= bytes;
            numbers.wasted_bytes += bytes;
        }
    }

    fn under_way(&mut self, kind: Kind) -> &mut usize {
        if kind == Kind::Zip { &mut self.zips_under_way } else { &mut self.small_under_way }
    }

    fn numbers_of(&mut self, kind: Kind) -> &mut Numbers {
        &mut self.numbers[KINDS.iter().position(|known| *known == kind).unwrap_or_default()]
    }
}

/// The `.info` of a version, as go asks for it.
fn info_of(module: &ModuleVersion) -> Option<Ask> {
    let revision = Revision::parse(module.version().as_str()).ok()?;
    Some(Ask::Info(module.path().clone(), revision))
}

#[cfg(test)]
mod tests;
