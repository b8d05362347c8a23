//! What waits to be asked ahead.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

use crate::{Ask, Kind};

/// How many questions wait in one queue at most.
pub(super) const QUEUE_MAX: usize = 4096;

/// What has waited longer is not begun any more: whoever wanted it has asked by now, or does not want it.
pub(super) const WAITS_MAX: Duration = Duration::from_mins(2);

/// One question to be asked ahead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) ask: Ask,
    /// Whether go reads this go.mod because of an unpruned one, and so all that it requires in its turn.
    pub(super) followed: bool,
}

impl Step {
    /// A question after which nothing follows by itself.
    pub(super) fn last(ask: Ask) -> Self {
        Self { ask, followed: false }
    }
}

/// Questions in the order in which they are to be asked.
#[derive(Debug, Default)]
pub(super) struct Queues {
    soon: VecDeque<(Instant, Step)>,
    zips: VecDeque<(Instant, Step)>,
    /// Small things that go well with what is kept, and that nobody may ever ask.
    beside: VecDeque<(Instant, Step)>,
}

impl Queues {
    /// Appends a question; `false` when too many wait already.
    pub(super) fn push(&mut self, step: Step, now: Instant) -> bool {
        let queue = if step.ask.kind() == Kind::Zip { &mut self.zips } else { &mut self.soon };
        push(queue, step, now)
    }

    /// Appends a question that is asked when nothing else is left to ask.
    pub(super) fn push_beside(&mut self, step: Step, now: Instant) -> bool {
        push(&mut self.beside, step, now)
    }

    /// The next small one, with whether it has not waited for too long.
    pub(super) fn pop_small(&mut self, now: Instant) -> Option<(Step, bool)> {
        self.soon.pop_front().or_else(|| self.beside.pop_front()).map(|waited| in_time(waited, now))
    }

    /// The same for zips.
    pub(super) fn pop_zip(&mut self, now: Instant) -> Option<(Step, bool)> {
        self.zips.pop_front().map(|waited| in_time(waited, now))
    }

    /// All that waited, which now does no more.
    pub(super) fn drain(&mut self) -> Vec<Step> {
        let all = [&mut self.soon, &mut self.zips, &mut self.beside];
        all.into_iter().flat_map(|queue| queue.drain(..)).map(|(_, step)| step).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        [&self.soon, &self.zips, &self.beside].into_iter().all(VecDeque::is_empty)
    }
}

fn push(queue: &mut VecDeque<(Instant, Step)>, step: Step, now: Instant) -> bool {
    let has_room = queue.len() < QUEUE_MAX;
    if has_room {
        queue.push_back((now, step));
    }
    has_room
}

fn in_time((since, step): (Instant, Step), now: Instant) -> (Step, bool) {
    (step, now - since < WAITS_MAX)
}
