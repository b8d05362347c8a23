//! What is waiting, under way and held, and what may be begun. Nothing is asked here, and nobody waits.

use std::collections::{HashMap, HashSet, VecDeque};

use tokio::sync::oneshot;

use super::HeldLimits;
use super::room::Room;
use crate::{Answer, Ask, Kind, Lifetime};

/// How many questions are remembered as asked, and how many may wait: more than any project has files.
const QUESTIONS_MAX: usize = 20_000;

/// After so many failures without an answer in between, nothing more is begun: the places are out, and real questions find that
/// out by themselves.
const FAILURES_MAX: u32 = 16;

/// What is known of all questions that were foreseen.
#[derive(Debug)]
pub(super) struct Board {
    stages: HashMap<Ask, Stage>,
    small: Lane,
    zips: Lane,
    /// What was really asked is never asked ahead.
    asked: HashSet<Ask>,
    room: Room,
    failures: u32,
    /// A place wants to be left alone.
    is_unwelcome: bool,
    has_ended: bool,
}

/// Questions of one size.
#[derive(Debug, Default)]
struct Lane {
    /// Those that go asks first, and those that it asks behind them.
    waiting: [VecDeque<Ask>; 2],
    under_way: usize,
    under_way_max: usize,
}

/// How far a question is.
#[derive(Debug)]
enum Stage {
    Waiting,
    UnderWay,
    /// Somebody has asked it, and waits.
    Joined(oneshot::Sender<Box<Answer>>),
    Held(Box<Answer>),
}

/// What a real question gets.
#[derive(Debug)]
pub(super) enum Claim {
    /// Nobody has it: it has to be asked.
    Nothing,
    /// The answer.
    Held(Box<Answer>),
    /// The answer will come here; an error, if it does not.
    UnderWay(oneshot::Receiver<Box<Answer>>),
}

/// How a question has ended.
#[derive(Debug)]
pub(super) enum Landed {
    Answered(Box<Answer>),
    /// It is answered, and lies where whoever asks finds it.
    Delivered(Box<Answer>),
    /// With a word that has to be told to somebody who asks.
    Denied,
    /// There is no room for so much that nobody has asked for.
    TooLarge,
    /// Nobody could find out.
    Failed,
    /// The same, and a place said how long to leave it alone.
    Unwelcome,
}

impl Board {
    pub(super) fn new(limits: &HeldLimits) -> Self {
        let lane = |under_way_max| Lane { under_way_max, ..Lane::default() };
        Self {
            stages: HashMap::new(),
            small: lane(limits.small),
            zips: lane(limits.zips),
            asked: HashSet::new(),
            room: Room::new(limits),
            failures: 0,
            is_unwelcome: false,
            has_ended: false,
        }
    }

    /// Notes what will be asked.
    pub(super) fn expect(&mut self, asks: Vec<Ask>) {
        for ask in asks {
            let is_known = self.stages.contains_key(&ask) || self.asked.contains(&ask);
            let is_wanted = !is_known && ask.lifetime() == Lifetime::Immutable;
            if is_wanted && self.stages.len() < QUESTIONS_MAX && !self.has_given_up() {
                let rank = usize::from(ask.kind() == Kind::Info);
                self.lane(&ask).waiting[rank].push_back(ask.clone());
                self.stages.insert(ask, Stage::Waiting);
            }
        }
    }

    /// The next question to begin, if there is room for its answer.
    pub(super) fn take_off(&mut self) -> Option<Ask> {
        let ask = if self.room.takes_small() { self.small.next(&self.stages) } else { None };
        let takes_zip = self.room.takes_zip();
        let ask = ask.or_else(|| if takes_zip { self.zips.next(&self.stages) } else { None })?;
        self.lane(&ask).under_way += 1;
        self.room.begin(&ask);
        self.stages.insert(ask.clone(), Stage::UnderWay);
        Some(ask)
    }

    /// What a real question gets. It is not asked ahead any more.
    pub(super) fn claim(&mut self, ask: &Ask) -> Claim {
        self.ask_no_more(ask);
        match self.stages.remove(ask) {
            None | Some(Stage::Waiting) => Claim::Nothing,
            Some(Stage::UnderWay) => {
                let (sender, landing) = oneshot::channel();
                self.stages.insert(ask.clone(), Stage::Joined(sender));
                self.room.joined(ask);
                Claim::UnderWay(landing)
            }
            // Whoever came first has it.
            Some(joined @ Stage::Joined(_)) => {
                self.stages.insert(ask.clone(), joined);
                Claim::Nothing
            }
            Some(Stage::Held(answer)) => {
                self.room.give(ask, size(&answer));
                Claim::Held(answer)
            }
        }
    }

    /// It is asked ahead no more.
    fn ask_no_more(&mut self, ask: &Ask) {
        if self.asked.len() < QUESTIONS_MAX {
            self.asked.insert(ask.clone());
        }
    }

    /// A zip under way has this size; whether it may go on.
    pub(super) fn announced(&mut self, ask: &Ask, size: u64) -> bool {
        self.room.announced(ask, size)
    }

    /// A real question was answered so that nobody had fetched it ahead.
    pub(super) fn answered(&mut self, ask: &Ask, answer: &Answer) {
        self.room.claimed(ask, size(answer));
    }

    /// Whether somebody waits for it.
    pub(super) fn is_joined(&self, ask: &Ask) -> bool {
        matches!(self.stages.get(ask), Some(Stage::Joined(_)))
    }

    /// A question has ended.
    pub(super) fn land(&mut self, ask: &Ask, landed: Landed) {
        self.lane(ask).under_way -= 1;
        self.room.landed(ask);
        let stage = self.stages.remove(ask);
        self.note(&landed);
        match (stage, landed) {
            // Who has given up waiting does not take it.
            (Some(Stage::Joined(asker)), Landed::Answered(answer) | Landed::Delivered(answer)) => {
                self.room.claimed(ask, size(&answer));
                drop(asker.send(answer));
            }
            (Some(Stage::UnderWay), Landed::Answered(answer)) => self.hold(ask, answer),
            (Some(Stage::UnderWay), Landed::Delivered(_)) => self.ask_no_more(ask),
            _ => {}
        }
    }

    /// Nobody will claim anything any more.
    pub(super) fn end(&mut self) {
        self.has_ended = true;
        self.stages.clear();
        self.small.waiting = Default::default();
        self.zips.waiting = Default::default();
        self.room.clear();
    }

    /// Keeps an answer, if it is whole: what cannot be read whole later is of no use to anybody.
    fn hold(&mut self, ask: &Ask, answer: Box<Answer>) {
        let is_whole = answer.body.share().is_some();
        if is_whole && !self.has_ended && self.room.hold(ask, size(&answer)) {
            self.stages.insert(ask.clone(), Stage::Held(answer));
        }
    }

    fn note(&mut self, landed: &Landed) {
        match landed {
            Landed::Answered(_) | Landed::Delivered(_) => self.failures = 0,
            Landed::Denied | Landed::TooLarge => {}
            Landed::Failed => self.failures += 1,
            Landed::Unwelcome => self.is_unwelcome = true,
        }
        if self.has_given_up() {
            self.stages.retain(|_, stage| !matches!(stage, Stage::Waiting));
            self.small.waiting = Default::default();
            self.zips.waiting = Default::default();
        }
    }

    fn has_given_up(&self) -> bool {
        self.has_ended || self.is_unwelcome || self.failures >= FAILURES_MAX
    }

    fn lane(&mut self, ask: &Ask) -> &mut Lane {
        if ask.kind() == Kind::Zip { &mut self.zips } else { &mut self.small }
    }
}

impl Lane {
    /// The first that still waits. Those that were claimed meanwhile are passed over.
    fn next(&mut self, stages: &HashMap<Ask, Stage>) -> Option<Ask> {
        if self.under_way >= self.under_way_max {
            return None;
        }
        let [first, behind] = &mut self.waiting;
        let mut waiting = std::iter::from_fn(|| first.pop_front().or_else(|| behind.pop_front()));
        waiting.find(|ask| matches!(stages.get(ask), Some(Stage::Waiting)))
    }
}

fn size(answer: &Answer) -> u64 {
    answer.body.size().unwrap_or_default()
}
