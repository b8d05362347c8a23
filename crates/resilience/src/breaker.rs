//! Whether a place is asked at all.
//!
//! A dead place must cost its deadline once and not per question. So a breaker is *closed* while the place works, *open* for a
//! cool-down when it does not, and then lets one *probe* through, whose outcome closes it or opens it for longer.
//!
//! Two things keep it from doing harm. One bad thing does not condemn the place: failures that are about one subject count
//! once. And a place that was only slow, or failed quickly, may still be asked when nobody else can answer
//! ([`Breaker::admit`] with `last_resort`), because there a try is worth more than a fast "no".

use std::time::{Duration, Instant};

/// So many failures without a success in between open a breaker.
const FAILURES_MAX: usize = 5;

/// The first cool-down: long enough to spare a build most of the waiting, short enough for a hiccup.
const COOL_DOWN_MIN: Duration = Duration::from_secs(1);

/// The longest cool-down: a place that came back is noticed within this time.
const COOL_DOWN_MAX: Duration = Duration::from_secs(30);

/// The longest time that a place may ask us to stay away.
const TOLD_TO_WAIT_MAX: Duration = Duration::from_mins(5);

/// A place that has worked for so long since it was last in trouble begins again with the shortest cool-down.
const FORGIVEN_AFTER: Duration = Duration::from_mins(1);

/// In what way a place failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Its answer about this subject (a hash of what was asked about) was no good. Counts once for each subject.
    BadAnswer(u64),
    /// It could not be reached, and said so quickly. Counts each time.
    Unreachable,
    /// It was waited for until a deadline passed. Opens the breaker at once: the next question would cost as much.
    Silent,
    /// Another place, asked later, answered before it showed a sign of life. Opens the breaker at once.
    Overtaken,
    /// It asked not to be asked for this time (`Retry-After`). Opens the breaker for it, at most for five minutes.
    ToldToWait(Duration),
}

/// What becomes of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It is asked.
    Pass,
    /// It is asked to find out whether the place works again. The caller must tell the outcome: [`Breaker::succeed`],
    /// [`Breaker::fail`] or [`Breaker::abandon`]; until then no other probe is let through.
    Probe,
    /// It is not asked.
    Refused(Open),
}

/// An open breaker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Open {
    /// When the trouble began.
    pub since: Instant,
    /// When the next probe may be made.
    pub until: Instant,
    /// Whether the place may be asked all the same when nobody else can answer: it was not silent until a deadline, and has not
    /// asked to be left alone.
    pub spares_last_resort: bool,
}

/// The state of one place.
#[derive(Debug, Default)]
pub struct Breaker {
    open: Option<Open>,
    probing: bool,
    unreachable: usize,
    subjects: Vec<u64>,
    /// How often it has opened since it was last forgiven.
    trips: u32,
    closed_at: Option<Instant>,
}

impl Breaker {
    /// Whether a question may be asked now. `last_resort`: nobody else can answer it.
    pub fn admit(&mut self, now: Instant, last_resort: bool) -> Admission {
        match self.open {
            None => Admission::Pass,
            Some(open) if last_resort && open.spares_last_resort => Admission::Pass,
            Some(open) if now >= open.until && !self.probing => {
                self.probing = true;
                Admission::Probe
            }
            Some(open) => Admission::Refused(open),
        }
    }

    /// The place has answered: closed.
    pub fn succeed(&mut self, now: Instant) {
        if self.open.take().is_some() {
            self.closed_at = Some(now);
        }
        self.probing = false;
        self.unreachable = 0;
        self.subjects.clear();
    }

    /// The place has failed. `random` in `0.0..1.0` jitters the cool-down, so that many of us do not come back at once.
    pub fn fail(&mut self, now: Instant, fault: Fault, random: f64) {
        let opens = match fault {
            Fault::BadAnswer(subject) => {
                if !self.subjects.contains(&subject) {
                    self.subjects.push(subject);
                }
                self.subjects.len() + self.unreachable >= FAILURES_MAX
            }
            Fault::Unreachable => {
                self.unreachable += 1;
                self.subjects.len() + self.unreachable >= FAILURES_MAX
            }
            Fault::Silent | Fault::Overtaken | Fault::ToldToWait(_) => true,
        };
        if opens || self.probing {
            self.trip(now, fault, random);
        }
        self.probing = false;
    }

    /// A probe came to no conclusion: the next question may be one.
    pub fn abandon(&mut self) {
        self.probing = false;
    }

    /// Opens a breaker by what is remembered from earlier: in trouble `since` then, to be left alone `until` then. The memory may be
    /// old, so the place may be asked all the same when nobody else can answer.
    pub fn reopen(&mut self, since: Instant, until: Instant) {
        self.open = Some(Open { since, until, spares_last_resort: true });
    }

    /// Whether it is open, and since when.
    pub fn open(&self) -> Option<Open> {
        self.open
    }

    /// Opens. What is open already is not opened for longer by questions that were under way when it opened.
    fn trip(&mut self, now: Instant, fault: Fault, random: f64) {
        let since = self.open.map_or(now, |open| open.since);
        if self.open.is_none_or(|open| now >= open.until) {
            self.count_trip(now);
        }
        let until = now + self.cool_down(fault, random);
        let spares = !matches!(fault, Fault::Silent | Fault::ToldToWait(_));
        let spares_last_resort = spares && self.open.is_none_or(|open| open.spares_last_resort);
        let until = self.open.map_or(until, |open| open.until.max(until));
        self.open = Some(Open { since, until, spares_last_resort });
        self.subjects.clear();
        self.unreachable = 0;
    }

    fn count_trip(&mut self, now: Instant) {
        if self.open.is_none() && self.closed_at.is_some_and(|at| now >= at + FORGIVEN_AFTER) {
            self.trips = 0;
        }
        self.trips = self.trips.saturating_add(1);
    }

    /// Doubles with each trip; of the time, up to a quarter is jitter.
    fn cool_down(&self, fault: Fault, random: f64) -> Duration {
        if let Fault::ToldToWait(wait) = fault {
            return wait.clamp(COOL_DOWN_MIN, TOLD_TO_WAIT_MAX);
        }
        let doublings = self.trips.saturating_sub(1).min(16);
        let full = COOL_DOWN_MIN.saturating_mul(1 << doublings).min(COOL_DOWN_MAX);
        full.mul_f64(0.75 + 0.25 * random.clamp(0.0, 1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refused(breaker: &mut Breaker, now: Instant) -> Option<Open> {
        match breaker.admit(now, false) {
            Admission::Refused(open) => Some(open),
            _ => None,
        }
    }

    #[test]
    fn one_bad_thing_does_not_condemn_the_place() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..100 {
            breaker.fail(now, Fault::BadAnswer(7), 0.5);
        }
        assert_eq!(breaker.admit(now, false), Admission::Pass);
        for subject in 0..FAILURES_MAX as u64 {
            breaker.fail(now, Fault::BadAnswer(subject), 0.5);
        }
        assert!(refused(&mut breaker, now).is_some(), "but bad answers to everything do");
    }

    #[test]
    fn an_answer_in_between_begins_the_count_again() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..10 {
            for _ in 1..FAILURES_MAX {
                breaker.fail(now, Fault::Unreachable, 0.5);
            }
            breaker.succeed(now);
        }
        assert_eq!(breaker.admit(now, false), Admission::Pass);
    }

    #[test]
    fn what_is_remembered_holds_until_then_but_not_against_the_last_hope() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        let until = now + COOL_DOWN_MAX;
        breaker.reopen(now, until);
        assert_eq!(refused(&mut breaker, now).unwrap().until, until);
        assert_eq!(breaker.admit(now, true), Admission::Pass);
        assert_eq!(breaker.admit(until, false), Admission::Probe);
    }

    #[test]
    fn one_probe_at_a_time_and_its_outcome_counts() {
        let (mut breaker, mut now) = (Breaker::default(), Instant::now());
        breaker.fail(now, Fault::Silent, 0.5);
        now = refused(&mut breaker, now).unwrap().until;
        assert_eq!(breaker.admit(now, false), Admission::Probe);
        assert!(refused(&mut breaker, now).is_some(), "the second must wait for the first");
        breaker.abandon();
        assert_eq!(breaker.admit(now, false), Admission::Probe);
        breaker.fail(now, Fault::BadAnswer(1), 0.5);
        let open = refused(&mut breaker, now).unwrap();
        assert!(open.until - now > COOL_DOWN_MIN, "longer than before");
        assert_eq!(breaker.admit(open.until, false), Admission::Probe);
        breaker.succeed(open.until);
        assert_eq!(breaker.admit(open.until, false), Admission::Pass);
    }

    #[test]
    fn cool_downs_grow_to_a_limit_and_are_forgiven() {
        let (mut breaker, mut now) = (Breaker::default(), Instant::now());
        let mut waits = Vec::new();
        for _ in 0..8 {
            breaker.fail(now, Fault::Silent, 1.0);
            let until = breaker.open().unwrap().until;
            waits.push((until - now).as_secs());
            now = until;
            assert_eq!(breaker.admit(now, false), Admission::Probe);
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 30, 30, 30]);
        breaker.succeed(now);
        breaker.fail(now, Fault::Silent, 1.0);
        assert_eq!(breaker.open().unwrap().until - now, COOL_DOWN_MAX, "one answer is not a recovery");
        now += COOL_DOWN_MAX;
        breaker.succeed(now);
        now += FORGIVEN_AFTER;
        breaker.fail(now, Fault::Silent, 1.0);
        assert_eq!(breaker.open().unwrap().until - now, COOL_DOWN_MIN);
    }

    #[test]
    fn many_that_were_under_way_count_as_one_trip() {
        let (mut breaker, now) = (Breaker::default(), Instant::now());
        for _ in 0..100 {
            breaker.fail(now, Fault::Overtaken, 1.0);
        }
        assert_eq!(breaker.open().unwrap().until - now, COOL_DOWN_MIN);
    }

    #[test]
    fn a_wish_to_be_left_alone_is_honoured_within_reason() {
        let now = Instant::now();
        for (wish, kept) in [(20, 20), (100_000, 300), (0, 1)] {
            let mut breaker = Breaker::default();
            breaker.fail(now, Fault::ToldToWait(Duration::from_secs(wish)), 0.0);
            assert_eq!(breaker.open().unwrap().until - now, Duration::from_secs(kept));
            assert!(matches!(breaker.admit(now, true), Admission::Refused(_)), "also as last resort");
        }
    }

    #[test]
    fn a_place_that_was_only_slow_is_still_a_last_resort() {
        let now = Instant::now();
        for (fault, asked) in [(Fault::Overtaken, true), (Fault::Silent, false)] {
            let mut breaker = Breaker::default();
            breaker.fail(now, fault, 0.5);
            assert!(refused(&mut breaker, now).is_some());
            assert_eq!(breaker.admit(now, true) == Admission::Pass, asked, "{fault:?}");
        }
    }

    proptest! {
        /// Whatever happens, a place is never out for longer than the limits say.
        #[test]
        fn every_open_breaker_lets_a_probe_through_in_time(steps in prop::collection::vec((0..6_u8, 0..40_u64, 0.0..1.0_f64), 1..80)) {
            let (mut breaker, mut now) = (Breaker::default(), Instant::now());
            for (step, pause, random) in steps {
                match step {
                    0 => breaker.succeed(now),
                    1 => breaker.fail(now, Fault::BadAnswer(pause), random),
                    2 => breaker.fail(now, Fault::Unreachable, random),
                    3 => breaker.fail(now, Fault::Silent, random),
                    4 => breaker.fail(now, Fault::Overtaken, random),
                    _ => if breaker.admit(now, false) == Admission::Probe { breaker.abandon() },
                }
                if let Some(open) = breaker.open() {
                    prop_assert!(open.until <= now + COOL_DOWN_MAX);
                    prop_assert!(open.since <= now);
                }
                now += Duration::from_secs(pause);
            }
            now += COOL_DOWN_MAX;
            prop_assert!(!matches!(breaker.admit(now, false), Admission::Refused(_)));
        }
    }
}
