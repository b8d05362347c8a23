//! Whether one more retry can be afforded.
//!
//! Retries help against a place that fails now and then and harm one that is overloaded: a dead place must not get a multiple
//! of its usual load. So a retry is paid from an account that answers fill: in the long run there are no more than
//! [`PER_ANSWER`] retries for each answer, and what has never answered gets the [`RESERVE`] and then a trickle.

use std::time::{Duration, Instant};

/// How many retries an answer pays for: two, so that a place that fails every second time is got through for ever.
const PER_ANSWER: f64 = 2.0;

/// What the account holds at most, and at the start: enough for a place that fails the first few dozen questions.
const RESERVE: f64 = 60.0;

/// What time alone pays for, so that an account at zero does not stay there while nothing is asked.
const PER_SECOND: f64 = 1.0;

/// The account of one place.
#[derive(Debug)]
pub struct RetryBudget {
    retries: f64,
    at: Option<Instant>,
}

impl Default for RetryBudget {
    fn default() -> Self {
        Self { retries: RESERVE, at: None }
    }
}

impl RetryBudget {
    /// The place has answered.
    pub fn deposit(&mut self) {
        self.retries = (self.retries + PER_ANSWER).min(RESERVE);
    }

    /// Takes one retry, if there is one.
    pub fn withdraw(&mut self, now: Instant) -> bool {
        let idle = self.at.map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        self.at = Some(now);
        self.retries = (self.retries + idle.as_secs_f64() * PER_SECOND).min(RESERVE);
        let affordable = self.retries >= 1.0;
        if affordable {
            self.retries -= 1.0;
        }
        affordable
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_dead_place_gets_the_reserve_and_then_a_trickle() {
        let (mut budget, start) = (RetryBudget::default(), Instant::now());
        let at = |millis| start + Duration::from_millis(millis);
        let paid = (0..10_000).filter(|millis| budget.withdraw(at(*millis))).count();
        assert!((60..=70).contains(&paid), "{paid} retries in ten seconds of 1,000 questions each");
    }

    #[test]
    fn what_fails_every_second_time_is_got_through_for_ever() {
        let (mut budget, now) = (RetryBudget::default(), Instant::now());
        for _ in 0..10_000 {
            assert!(budget.withdraw(now));
            budget.deposit();
        }
    }

    proptest! {
        #[test]
        fn retries_are_bounded_by_answers_and_time(answers in prop::collection::vec(any::<bool>(), 0..500)) {
            let (mut budget, now) = (RetryBudget::default(), Instant::now());
            let (mut paid, mut deposits) = (0_u32, 0_u32);
            for answered in answers {
                if answered { budget.deposit(); deposits += 1; } else { paid += u32::from(budget.withdraw(now)); }
            }
            prop_assert!(f64::from(paid) <= RESERVE + PER_ANSWER * f64::from(deposits));
        }
    }
}
