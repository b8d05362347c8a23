//! Who may open a connection to one host, and when.
//!
//! One connection is opened; the other questions wait for what comes of it. It speaks HTTP/2: then the pool gives it to all of them.
//! It speaks HTTP/1.1: then each opens its own, now and later. It fails or takes long: then two may be opened, then four, and so on,
//! so that a first one that hangs costs the others a moment and no more.
//!
//! That is so whenever the pool has no connection to a host that does not speak HTTP/1.1: also after its only one has broken.

use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

/// How long those that are being opened are waited for before as many again may be: time for three round trips of a short way.
/// Of a long one, two or four connections are opened instead of one.
const STEP: Duration = Duration::from_millis(250);

/// Doublings after which everybody may open a connection.
const STEPS_MAX: u32 = 16;

/// The door of one host.
#[derive(Debug)]
pub(in super::super) struct Door {
    state: Mutex<State>,
    /// Somebody may open a connection now who could not before.
    changed: Notify,
    slots: Arc<Semaphore>,
}

#[derive(Debug)]
struct State {
    /// Whether each question needs a connection of its own.
    one_each: bool,
    /// Connections that are being opened.
    opening: u32,
    /// When the first of them began, with none before it.
    since: Instant,
    /// How many failed in a row.
    failed: u32,
    /// When there was last one that carries all questions.
    carried_at: Option<Instant>,
}

impl Door {
    /// Of a host that is asked over TLS or not (without, HTTP/2 is never agreed on), with so many slots.
    pub(super) fn new(is_secure: bool, slots: usize) -> Self {
        let state =
            State { one_each: !is_secure, opening: 0, since: Instant::now(), failed: 0, carried_at: None };
        let slots = Arc::new(Semaphore::new(slots));
        Self { state: Mutex::new(state), changed: Notify::new(), slots }
    }

    /// A slot, to be kept while a question and its answer are under way. Waits until there is one.
    pub(in super::super) async fn slot(&self) -> Option<Arc<OwnedSemaphorePermit>> {
        Arc::clone(&self.slots).acquire_owned().await.ok().map(Arc::new)
    }

    /// Waits until a connection may be opened; `None` when it is no longer needed, as `is_needed` says whenever this is polled.
    pub(super) async fn turn(&self, is_needed: impl Fn() -> bool) -> Option<Opening<'_>> {
        loop {
            let mut changed = pin!(self.changed.notified());
            changed.as_mut().enable();
            let later = match self.state().turn(Instant::now()) {
                Ok(()) => return Some(Opening { door: self, ended: false }),
                Err(later) => later,
            };
            let unneeded =
                std::future::poll_fn(|_| if is_needed() { Poll::Pending } else { Poll::Ready(()) });
            tokio::select! {
                biased;
                () = unneeded => return None,
                () = changed => {}
                () = sleep_until(later) => {}
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing is done under this lock that could leave the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes a turn, or says when to look again.
    fn turn(&mut self, now: Instant) -> Result<(), Instant> {
        if !self.one_each {
            // The pool is about to give this one to everybody.
            let given_until = self.carried_at.map(|at| at + STEP);
            if let Some(until) = given_until.filter(|until| now < *until) {
                return Err(until);
            }
            if self.opening == 0 {
                self.since = now;
            }
            let steps = u32::try_from((now - self.since).as_millis() / STEP.as_millis()).unwrap_or(STEPS_MAX);
            if self.opening >= 1 << (steps + self.failed).min(STEPS_MAX) {
                return Err(self.since + STEP * (steps + 1));
            }
        }
        self.opening += 1;
        Ok(())
    }
}

/// A connection that is being opened. Dropped, it was given up.
#[derive(Debug)]
pub(super) struct Opening<'a> {
    door: &'a Door,
    ended: bool,
}

impl Opening<'_> {
    /// It stands: over HTTP/2 or not.
    pub(super) fn stands(mut self, carries_all: bool) {
        self.end(|state| {
            state.one_each = !carries_all;
            state.carried_at = carries_all.then(Instant::now);
            state.failed = 0;
        });
    }

    /// It could not be opened.
    pub(super) fn failed(mut self) {
        self.end(|state| state.failed = state.failed.saturating_add(1).min(STEPS_MAX));
    }

    fn end(&mut self, note: impl FnOnce(&mut State)) {
        let mut state = self.door.state();
        state.opening = state.opening.saturating_sub(1);
        note(&mut state);
        self.ended = true;
        drop(state);
        self.door.changed.notify_waiters();
    }
}

impl Drop for Opening<'_> {
    fn drop(&mut self) {
        if !self.ended {
            self.end(|_| {});
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;
    use tokio::time::advance;

    use super::*;

    fn door() -> Door {
        Door::new(true, 1)
    }

    /// The turns that can be had now.
    fn turns(door: &Door) -> Vec<Opening<'_>> {
        std::iter::from_fn(|| door.turn(|| true).now_or_never().flatten()).take(100).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn one_goes_ahead_and_twice_as_many_after_each_step() {
        let door = door();
        let mut underway = turns(&door);
        assert_eq!(underway.len(), 1);
        for allowed in [2, 4, 8] {
            advance(STEP).await;
            underway.extend(turns(&door));
            assert_eq!(underway.len(), allowed);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_carries_all_is_the_only_one_until_it_is_missed() {
        let door = door();
        turns(&door).remove(0).stands(true);
        assert!(turns(&door).is_empty(), "the pool gives it to all");
        advance(STEP).await;
        assert_eq!(turns(&door).len(), 1, "it has broken, and one goes ahead again");
    }

    #[tokio::test(start_paused = true)]
    async fn where_each_needs_its_own_nobody_waits() {
        let door = door();
        let waiting = async { door.turn(|| true).await.is_some() };
        let first = turns(&door).remove(0);
        let begun = Instant::now();
        let (waited, ()) = tokio::join!(waiting, async { first.stands(false) });
        assert!(waited);
        assert_eq!(begun.elapsed(), Duration::ZERO);
        assert_eq!(turns(&door).len(), 100);
        assert_eq!(turns(&Door::new(false, 1)).len(), 100, "without TLS there is nothing to find out");
    }

    #[tokio::test(start_paused = true)]
    async fn after_failures_more_go_ahead_and_after_a_success_one() {
        let door = door();
        turns(&door).remove(0).failed();
        let mut two = turns(&door);
        assert_eq!(two.len(), 2);
        two.remove(0).failed();
        two.remove(0).stands(true);
        advance(STEP).await;
        assert_eq!(turns(&door).len(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn one_that_is_given_up_lets_the_next_go_ahead() {
        let door = door();
        let first = turns(&door);
        let begun = Instant::now();
        let (next, ()) = tokio::join!(door.turn(|| true), async { drop(first) });
        assert!(next.is_some());
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn who_no_longer_needs_one_opens_none() {
        let door = door();
        let first = turns(&door);
        assert!(door.turn(|| false).await.is_none());
        drop(first);
    }
}
