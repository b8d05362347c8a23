//! What was asked ahead or by clients lately, and what became of it: asked once, and claimed once.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::plan::RECENT;
use super::queues::Step;
use crate::{Ask, Kind};

/// How many questions are known. One takes some 200 bytes.
pub(super) const KNOWN_MAX: usize = 1 << 16;

/// How often it is looked for what may be forgotten.
const SWEEP: Duration = Duration::from_secs(10);

/// The questions of the last while.
#[derive(Debug, Default)]
pub(super) struct Begun {
    known: HashMap<Ask, Entry>,
    swept: Option<Instant>,
    emptied: Option<Instant>,
    lying: usize,
}

#[derive(Debug)]
struct Entry {
    since: Instant,
    followed: bool,
    state: State,
}

#[derive(Debug, Clone, Copy)]
enum State {
    UnderWay {
        claimed: bool,
    },
    /// Nobody has asked for these bytes yet.
    Lying(u64),
    Done,
}

/// What a client's question meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Met {
    /// Nobody had looked ahead to it.
    Nothing,
    /// It is under way.
    UnderWay,
    /// So many bytes lay there.
    Bytes(u64),
}

impl Begun {
    /// Begins a question; `false` when it was asked lately, or when too many are under way or lie there.
    pub(super) fn begin(&mut self, step: &Step, now: Instant) -> bool {
        if self.known.contains_key(&step.ask) || !self.has_room(now) {
            return false;
        }
        let state = State::UnderWay { claimed: false };
        self.known.insert(step.ask.clone(), Entry { since: now, followed: step.followed, state });
        true
    }

    /// A client has asked: what it met.
    pub(super) fn claim(&mut self, ask: &Ask, now: Instant) -> Met {
        if !self.known.contains_key(ask) {
            if self.has_room(now) {
                self.known.insert(ask.clone(), Entry { since: now, followed: false, state: State::Done });
            }
            return Met::Nothing;
        }
        let Some(entry) = self.known.get_mut(ask) else { return Met::Nothing };
        let (state, met) = match entry.state {
            State::UnderWay { claimed } => {
                (State::UnderWay { claimed: true }, if claimed { Met::Nothing } else { Met::UnderWay })
            }
            State::Lying(bytes) => {
                self.lying -= 1;
                (State::Done, Met::Bytes(bytes))
            }
            State::Done => (State::Done, Met::Nothing),
        };
        entry.state = state;
        met
    }

    /// It has landed with so many bytes, or with none; whether they lie there now for somebody to claim.
    pub(super) fn land(&mut self, ask: &Ask, bytes: Option<u64>, now: Instant) -> bool {
        let Some(entry) = self.known.get_mut(ask) else { return false };
        entry.since = now;
        entry.state = match (entry.state, bytes) {
            (State::UnderWay { claimed: false }, Some(bytes)) => State::Lying(bytes),
            _ => State::Done,
        };
        let lies = matches!(entry.state, State::Lying(_));
        self.lying += usize::from(lies);
        lies
    }

    /// Whether it was begun and has not landed.
    pub(super) fn is_under_way(&self, ask: &Ask) -> bool {
        self.known.get(ask).is_some_and(|entry| matches!(entry.state, State::UnderWay { .. }))
    }

    /// Whether a client has asked for it lately, as far as is known.
    pub(super) fn was_asked(&self, ask: &Ask) -> bool {
        let is_asked = |entry: &Entry| matches!(entry.state, State::UnderWay { claimed: true } | State::Done);
        self.known.get(ask).is_some_and(is_asked)
    }

    /// Whether it was begun as one that go follows further.
    pub(super) fn is_followed(&self, ask: &Ask) -> bool {
        self.known.get(ask).is_some_and(|entry| entry.followed)
    }

    /// How many answers lie there for somebody to claim.
    pub(super) fn lying(&self) -> usize {
        self.lying
    }

    /// Whether one more may be known. What is over goes first, so that many questions of some do not end looking ahead for all.
    fn has_room(&mut self, now: Instant) -> bool {
        let may_empty = self.emptied.is_none_or(|emptied| now - emptied >= SWEEP);
        if self.known.len() >= KNOWN_MAX && may_empty {
            self.emptied = Some(now);
            self.known.retain(|_, entry| !matches!(entry.state, State::Done));
        }
        self.known.len() < KNOWN_MAX
    }

    /// Forgets what is long past, and gives what nobody has claimed.
    pub(super) fn sweep(&mut self, now: Instant) -> Vec<(Kind, u64)> {
        if self.swept.is_some_and(|swept| now - swept < SWEEP) {
            return Vec::new();
        }
        self.swept = Some(now);
        let mut wasted = Vec::new();
        self.known.retain(|ask, entry| {
            let goes = now - entry.since >= RECENT && !matches!(entry.state, State::UnderWay { .. });
            if let (true, State::Lying(bytes)) = (goes, entry.state) {
                wasted.push((ask.kind(), bytes));
            }
            !goes
        });
        self.lying -= wasted.len();
        wasted
    }
}

#[cfg(test)]
mod tests {
    use gomod::ModuleVersion;

    use super::*;

    fn zip(version: &str) -> Ask {
        Ask::Zip(ModuleVersion::parse("a.example/m", version).unwrap())
    }

    #[tokio::test]
    async fn what_was_asked_is_not_begun_and_what_was_begun_is_claimed_once() {
        let (mut begun, now) = (Begun::default(), Instant::now());
        assert_eq!(begun.claim(&zip("v1.0.0"), now), Met::Nothing);
        assert!(!begun.begin(&Step::last(zip("v1.0.0")), now));
        assert!(begun.begin(&Step::last(zip("v1.1.0")), now));
        assert!(!begun.begin(&Step::last(zip("v1.1.0")), now));
        assert!(begun.land(&zip("v1.1.0"), Some(7), now));
        assert_eq!(begun.claim(&zip("v1.1.0"), now), Met::Bytes(7));
        assert_eq!((begun.claim(&zip("v1.1.0"), now), begun.lying()), (Met::Nothing, 0));
    }

    #[tokio::test]
    async fn what_is_claimed_on_its_way_does_not_lie_there() {
        let (mut begun, now) = (Begun::default(), Instant::now());
        assert!(begun.begin(&Step::last(zip("v1.0.0")), now));
        assert_eq!(begun.claim(&zip("v1.0.0"), now), Met::UnderWay);
        assert!(!begun.land(&zip("v1.0.0"), Some(7), now));
    }

    #[tokio::test]
    async fn what_is_over_makes_room_for_what_is_begun() {
        let (mut begun, now) = (Begun::default(), Instant::now());
        assert!(begun.begin(&Step::last(zip("v0.1.0")), now));
        for number in 0..KNOWN_MAX {
            begun.claim(&zip(&format!("v1.{number}.0")), now);
        }
        assert!(begun.known.len() <= KNOWN_MAX);
        assert!(begun.begin(&Step::last(zip("v2.0.0+incompatible")), now + SWEEP));
        assert_eq!(begun.claim(&zip("v0.1.0"), now), Met::UnderWay, "what is under way stays");
    }

    #[tokio::test]
    async fn what_nobody_claims_is_wasted_and_forgotten() {
        let (mut begun, now) = (Begun::default(), Instant::now());
        begun.begin(&Step::last(zip("v1.0.0")), now);
        begun.land(&zip("v1.0.0"), Some(7), now);
        begun.begin(&Step::last(zip("v1.1.0")), now);
        assert_eq!(begun.sweep(now + RECENT), [(Kind::Zip, 7)]);
        assert_eq!((begun.lying(), begun.known.len()), (0, 1), "what is under way stays");
    }
}
