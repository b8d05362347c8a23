//! Asking places one after the other, and the next one already while one is in arrears.
//!
//! Without hedging there is never more than one place asked at a time, and this is go's plain loop. With hedging the next place is
//! asked as soon as the last one asked is in arrears ([`lags`]); who was asked goes on, because a slow place that answers is
//! better than none. Nobody is asked in parallel past an authoritative place, or one that has refused something before a `,`: it is
//! asked alone until it has answered or failed.

use std::time::Duration;

use futures_util::future::BoxFuture;
use futures_util::stream::{FuturesUnordered, StreamExt};
use gomod::goproxy::Fallback;
use resilience::HedgeDelay;
use tokio::time::Instant;

use super::lag::lags;
use super::order::Turn;
use crate::{Attempt, Ctx, Failure, FailureKind, Progress, Trail};

/// How a place is asked.
type Asking<'a, T> = dyn Fn(Turn<'a>, Ctx) -> BoxFuture<'a, Result<T, Failure>> + Send + Sync + 'a;

/// Places being asked.
pub(super) struct Race<'a, T> {
    turns: Vec<Turn<'a>>,
    hedged: bool,
    asking: Box<Asking<'a, T>>,
    circumstances: Box<dyn Fn(usize, Progress) -> Ctx + Send + Sync + 'a>,
    /// The next to ask.
    next: usize,
    runners: Vec<Runner>,
    running: FuturesUnordered<BoxFuture<'a, (usize, Result<T, Failure>)>>,
    /// Ends when the one asked last is in arrears.
    lag: Option<BoxFuture<'static, ()>>,
}

/// One that was asked.
struct Runner {
    at: usize,
    asked: Instant,
    progress: Progress,
    done: bool,
    lagged: bool,
}

impl<'a, T: 'a> Race<'a, T> {
    /// Asks nobody yet. `circumstances` are those of the place at a position, `asking` is how it is asked.
    pub(super) fn new(
        turns: Vec<Turn<'a>>,
        hedged: bool,
        circumstances: impl Fn(usize, Progress) -> Ctx + Send + Sync + 'a,
        asking: impl Fn(Turn<'a>, Ctx) -> BoxFuture<'a, Result<T, Failure>> + Send + Sync + 'a,
    ) -> Self {
        let (circumstances, asking) = (Box::new(circumstances), Box::new(asking));
        let (runners, running) = (Vec::new(), FuturesUnordered::new());
        Self { turns, hedged, asking, circumstances, next: 0, runners, running, lag: None }
    }

    /// Asks the next place, if there is one.
    pub(super) fn ask_next(&mut self) {
        self.lag = None;
        let at = self.next;
        let Some(turn) = self.turns.get(at).copied() else { return };
        let progress = Progress::default();
        let question = (self.asking)(turn, (self.circumstances)(at, progress.clone()));
        self.running.push(Box::pin(async move { (at, question.await) }));
        if self.hedged && !turn.link.authoritative && !keeps_a_policy(turn) {
            let delay = hedge_delay(turn);
            let watched = progress.clone();
            self.lag = Some(Box::pin(async move { lags(&watched, delay).await }));
        }
        self.runners.push(Runner { at, asked: Instant::now(), progress, done: false, lagged: false });
        self.next += 1;
    }

    /// Asks the next place and all that are its equals.
    pub(super) fn ask_group(&mut self) {
        let end = self.turns.get(self.next).map_or(0, |turn| if self.hedged { turn.group_end } else { 0 });
        self.ask_next();
        while self.next < end.min(self.turns.len()) {
            self.ask_next();
        }
    }

    /// The outcome at a place, with its position; `None` when nobody is being asked.
    pub(super) async fn next(&mut self) -> Option<(usize, Result<T, Failure>)> {
        while self.open().next().is_some() {
            tokio::select! {
                biased;
                finished = self.running.next() => {
                    let (at, outcome) = finished?;
                    self.runners.iter_mut().filter(|runner| runner.at == at).for_each(|runner| runner.done = true);
                    if at < self.turns.len() {
                        return Some((at, outcome));
                    }
                }
                () = in_arrears(&mut self.lag) => {
                    if let Some(last) = self.runners.last_mut() {
                        last.lagged = true;
                    }
                    self.ask_next();
                }
            }
        }
        None
    }

    /// Whether the place at this position is the one that was asked last.
    pub(super) fn is_last_asked(&self, at: usize) -> bool {
        at + 1 == self.next
    }

    /// The place at this position.
    pub(super) fn turn(&self, at: usize) -> Turn<'a> {
        self.turns[at]
    }

    /// Nobody from this position on counts any more.
    pub(super) fn end_at(&mut self, end: usize) {
        self.turns.truncate(end);
        if self.next > end {
            self.lag = None;
        }
    }

    /// When the last of those still being asked was asked.
    pub(super) fn last_asked_at(&self) -> Option<Instant> {
        self.open().map(|runner| runner.asked).max()
    }

    /// Another place has answered: those that were in arrears are noted as overtaken. Gives the trail of all that are given up.
    pub(super) fn give_up_the_rest(&self) -> Trail {
        let mut trail = Trail::default();
        for runner in self.open() {
            if runner.lagged || runner.is_silent_too_long(self.turns[runner.at]) {
                runner.progress.overtaken();
            }
            trail.extend(Trail::of(Attempt {
                origin: self.turns[runner.at].link.origin.clone(),
                failed: Some(FailureKind::Unavailable),
                note: "another place answered before it did".into(),
                took: runner.asked.elapsed(),
            }));
        }
        trail
    }

    fn open(&self) -> impl Iterator<Item = &Runner> {
        self.runners.iter().filter(|runner| !runner.done && runner.at < self.turns.len())
    }
}

impl Runner {
    /// The last one asked has nobody behind it that would be asked when it is in arrears, so it is looked at here.
    fn is_silent_too_long(&self, turn: Turn<'_>) -> bool {
        self.progress.seen().head_at.is_none()
            && self.asked.elapsed() > hedge_delay(turn).max(HedgeDelay::default().delay())
    }
}

/// A place that refuses some things, with a `,` behind it: its "no" would be final, and must not come too late.
fn keeps_a_policy(turn: Turn<'_>) -> bool {
    turn.link.then == Fallback::NotFound && turn.link.vitals.as_ref().is_some_and(|vitals| vitals.refuses())
}

fn hedge_delay(turn: Turn<'_>) -> Duration {
    match &turn.link.vitals {
        Some(vitals) => vitals.hedge_delay(),
        None => HedgeDelay::default().delay(),
    }
}

async fn in_arrears(lag: &mut Option<BoxFuture<'static, ()>>) {
    match lag {
        Some(lag) => lag.await,
        None => std::future::pending().await,
    }
}
