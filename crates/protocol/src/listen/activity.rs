//! Whose turn it is on one connection, and until when.
//!
//! Clients need not be honest or alive, so every wait for one has a deadline (house.md, invariant 4). Timers inside of an
//! HTTP library cannot give it alone: they begin after the protocol version is known, and they do not see a client that
//! keeps its connection lively and takes nothing. What is watched here needs no knowledge of the version:
//!
//! | turn | when | deadline |
//! | --- | --- | --- |
//! | [`Turn::Ask`] | no answer is under way | `Waits::ask` after the accept or the last answer |
//! | [`Turn::Take`] | the client holds up an answer: we have done our step for it | `Waits::take` after it last took something |
//! | [`Turn::Ours`] | we work on every answer | none: the source has its own |
//!
//! An answer is under way from its request's head until the socket has its last byte, or it is given up. All answers of a
//! connection share one deadline for taking: a client on a slow line that moves one of many answers is not cut off.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Who has to do the next step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turn {
    /// The client has to send a request.
    Ask,
    /// The client has to take what it asked for.
    Take,
    /// We have to go on with an answer.
    Ours,
}

/// How long the client may take for its turns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waits {
    pub(super) ask: Duration,
    pub(super) take: Duration,
}

/// What happens on a connection.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// The head of a request has come. We work.
    Begun,
    /// We have done our step for an answer: its next bytes, or its head, are there to be taken.
    Offered,
    /// The client has taken so much of an answer that more is asked for. We work.
    Asked,
    /// The socket took bytes of an answer.
    Taken,
    /// An answer that we do not work on is over.
    Over,
    /// The connection is to end. A client whose turn it is to ask begins anew, with a new limit.
    Ending,
}

/// The state machine. It knows no clock.
#[derive(Debug)]
struct State {
    has_begun: bool,
    under_way: usize,
    working: usize,
    /// When this turn began, or when the client last took something in it.
    since: Instant,
}

impl State {
    fn new(now: Instant) -> Self {
        Self { has_begun: false, under_way: 0, working: 0, since: now }
    }

    fn turn(&self) -> Turn {
        if self.under_way == 0 {
            Turn::Ask
        } else if self.working < self.under_way {
            Turn::Take
        } else {
            Turn::Ours
        }
    }

    fn due(&self, waits: Waits) -> Option<Instant> {
        match self.turn() {
            Turn::Ask => Some(self.since + waits.ask),
            Turn::Take => Some(self.since + waits.take),
            Turn::Ours => None,
        }
    }

    fn note(&mut self, event: Event, now: Instant) {
        let turn = self.turn();
        let restarts = match event {
            Event::Asked | Event::Taken => true,
            Event::Ending => turn == Turn::Ask,
            _ => false,
        };
        self.count(event);
        if restarts || self.turn() != turn {
            self.since = now;
        }
    }

    fn count(&mut self, event: Event) {
        match event {
            Event::Begun => {
                self.has_begun = true;
                self.under_way += 1;
                self.working += 1;
            }
            Event::Offered => self.working -= 1,
            Event::Asked => self.working += 1,
            Event::Over => self.under_way -= 1,
            Event::Taken | Event::Ending => {}
        }
    }
}

/// How many answers are under way on all connections of a server.
#[derive(Debug, Clone, Default)]
pub(super) struct AnswersUnderWay(Arc<AtomicUsize>);

impl AnswersUnderWay {
    pub(super) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// What happens on one connection, told by its answers and looked at by its task.
#[derive(Debug)]
pub(super) struct Activity {
    state: Mutex<State>,
    answers: AnswersUnderWay,
}

impl Activity {
    /// The activity of a connection that was accepted now.
    pub(super) fn new(answers: AnswersUnderWay) -> Arc<Self> {
        Arc::new(Self { state: Mutex::new(State::new(Instant::now())), answers })
    }

    /// The head of a request has come.
    pub(super) fn begin(self: &Arc<Self>) -> Answer {
        self.answers.0.fetch_add(1, Ordering::SeqCst);
        self.note(Event::Begun);
        Answer { activity: Arc::clone(self), working: Mutex::new(true) }
    }

    /// Whether any request has come.
    pub(super) fn has_begun(&self) -> bool {
        self.state().has_begun
    }

    /// The connection is to end: the client has a new limit to ask.
    pub(super) fn end(&self) {
        self.note(Event::Ending);
    }

    /// Completes when the client has used up the time of its turn; which one it was.
    ///
    /// It is not woken by events. It looks again after the shortest limit, because no turn that begins after a look can be
    /// due earlier.
    pub(super) async fn overdue(&self, waits: Waits) -> Turn {
        loop {
            let now = Instant::now();
            let (turn, due) = self.look(waits);
            let next = now + waits.ask.min(waits.take);
            match due {
                Some(due) if due <= now => return turn,
                due => sleep_until(due.map_or(next, |due| due.min(next))).await,
            }
        }
    }

    fn look(&self, waits: Waits) -> (Turn, Option<Instant>) {
        let state = self.state();
        (state.turn(), state.due(waits))
    }

    fn note(&self, event: Event) {
        self.state().note(event, Instant::now());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One answer under way. It is over when the last part of it is gone: the service's future, the body, the bytes.
#[derive(Debug)]
pub(super) struct Answer {
    activity: Arc<Activity>,
    working: Mutex<bool>,
}

impl Answer {
    /// We have done our step.
    pub(super) fn offered(&self) {
        self.set_working(false, Event::Offered);
    }

    /// More is asked for. Asking again while we work says nothing new.
    pub(super) fn asked(&self) {
        self.set_working(true, Event::Asked);
    }

    /// The socket took bytes of it.
    pub(super) fn taken(&self) {
        self.activity.note(Event::Taken);
    }

    fn set_working(&self, working: bool, event: Event) {
        let mut now = self.working.lock().unwrap_or_else(PoisonError::into_inner);
        if *now != working {
            *now = working;
            self.activity.note(event);
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.offered();
        self.activity.note(Event::Over);
        self.activity.answers.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAITS: Waits = Waits { ask: Duration::from_secs(10), take: Duration::from_mins(1) };

    fn activity() -> Arc<Activity> {
        Activity::new(AnswersUnderWay::default())
    }

    fn turn(activity: &Activity) -> Turn {
        activity.look(WAITS).0
    }

    async fn pass(seconds: u64) {
        tokio::time::advance(Duration::from_secs(seconds)).await;
    }

    /// Waits until the client is overdue: its turn, and after how many seconds that was.
    async fn overdue(activity: &Activity) -> (Turn, u64) {
        let begun = Instant::now();
        let turn = tokio::time::timeout(Duration::from_hours(1), activity.overdue(WAITS)).await;
        (turn.unwrap(), begun.elapsed().as_secs())
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_asks_nothing_is_overdue() {
        assert_eq!(overdue(&activity()).await, (Turn::Ask, 10));
    }

    #[tokio::test(start_paused = true)]
    async fn our_own_slowness_is_not_held_against_the_client() {
        let activity = activity();
        let answer = activity.begin();
        assert_eq!(turn(&activity), Turn::Ours);
        let waits = tokio::time::timeout(Duration::from_hours(1), activity.overdue(WAITS)).await;
        assert!(waits.is_err());
        answer.offered();
        assert_eq!(overdue(&activity).await, (Turn::Take, 60));
    }

    #[tokio::test(start_paused = true)]
    async fn every_byte_taken_gives_new_time() {
        let activity = activity();
        let answer = activity.begin();
        answer.offered();
        pass(50).await;
        answer.taken();
        assert_eq!(overdue(&activity).await, (Turn::Take, 60));
    }

    #[tokio::test(start_paused = true)]
    async fn asking_for_more_makes_it_our_turn_and_asking_again_says_nothing_new() {
        let activity = activity();
        let (answer, stuck) = (activity.begin(), activity.begin());
        stuck.offered();
        answer.offered();
        answer.asked();
        pass(50).await;
        answer.asked();
        assert_eq!(overdue(&activity).await, (Turn::Take, 10));
        drop(stuck);
        assert_eq!(turn(&activity), Turn::Ours);
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_lasts_until_its_last_byte_is_taken() {
        let activity = activity();
        let body = Arc::new(activity.begin());
        let bytes = Arc::clone(&body);
        body.offered();
        drop(body);
        assert_eq!((turn(&activity), activity.answers.count()), (Turn::Take, 1));
        pass(30).await;
        bytes.taken();
        drop(bytes);
        assert_eq!((turn(&activity), activity.answers.count()), (Turn::Ask, 0));
        assert_eq!(overdue(&activity).await, (Turn::Ask, 10));
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_is_stuck_is_seen_beside_one_that_we_work_on() {
        let activity = activity();
        let (_ours, stuck) = (activity.begin(), activity.begin());
        assert_eq!(turn(&activity), Turn::Ours);
        stuck.offered();
        pass(20).await;
        let _another = activity.begin();
        assert_eq!(overdue(&activity).await, (Turn::Take, 40));
    }

    #[tokio::test(start_paused = true)]
    async fn the_end_gives_a_silent_client_a_new_limit_and_a_stuck_one_none() {
        let silent = activity();
        pass(9).await;
        silent.end();
        assert_eq!(overdue(&silent).await, (Turn::Ask, 10));
        let stuck = activity();
        let answer = stuck.begin();
        answer.offered();
        pass(9).await;
        stuck.end();
        assert_eq!(overdue(&stuck).await, (Turn::Take, 51));
    }
}
