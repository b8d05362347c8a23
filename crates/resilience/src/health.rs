//! Which of several places to ask first.
//!
//! Only the order is decided here: a place with a bad record comes after one with a good one, and of two good ones the clearly
//! faster comes first. Ranks are coarse on purpose: places that are about equal keep the order that the user gave them, and
//! ordinary jitter does not make them change places. A bad record fades, so that a place that is no longer asked first is not
//! left behind for ever.

use std::time::{Duration, Instant};

/// A record fades to half in this time.
const HALF_LIFE: Duration = Duration::from_secs(20);

/// From this record on a place is troubled: three failures in a row, or about half of the questions.
const TROUBLED: f64 = 2.0;

/// Latencies below this one, in milliseconds, are all called fast.
const FAST_MS: u128 = 20;

/// The record of one place.
#[derive(Debug, Default)]
pub struct Health {
    demerits: f64,
    at: Option<Instant>,
}

/// A place's rank; the least is asked first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    troubled: bool,
    /// Doublings of latency above what is called fast.
    slowness: u32,
}

impl Health {
    /// The place has answered.
    pub fn succeed(&mut self, now: Instant) {
        self.demerits = self.faded(now) * 0.5;
        self.at = Some(now);
    }

    /// The place has failed.
    pub fn fail(&mut self, now: Instant) {
        self.demerits = self.faded(now) + 1.0;
        self.at = Some(now);
    }

    /// Its rank, given its usual latency; a place of which none is known is ranked as the slowest. `open`: its breaker is.
    pub fn rank(&self, now: Instant, latency: Option<Duration>, open: bool) -> Rank {
        let slowness = latency.map_or(u32::MAX, |latency| doublings(latency.as_millis()));
        Rank { troubled: open || self.faded(now) >= TROUBLED, slowness }
    }

    fn faded(&self, now: Instant) -> f64 {
        let age = self.at.map_or(Duration::ZERO, |at| now.saturating_duration_since(at));
        self.demerits * 0.5_f64.powf(age.as_secs_f64() / HALF_LIFE.as_secs_f64())
    }
}

/// How often [`FAST_MS`] must be doubled to reach this latency.
fn doublings(millis: u128) -> u32 {
    (millis / FAST_MS + 1).ilog2()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rank(health: &Health, now: Instant, millis: u64) -> Rank {
        health.rank(now, Some(Duration::from_millis(millis)), false)
    }

    #[test]
    fn a_bad_record_outweighs_speed_and_fades() {
        let now = Instant::now();
        let (mut bad, good) = (Health::default(), Health::default());
        for _ in 0..3 {
            bad.fail(now);
        }
        assert!(rank(&bad, now, 1) > rank(&good, now, 1000));
        let later = now + 4 * HALF_LIFE;
        assert!(rank(&bad, later, 1) < rank(&good, later, 1000));
        bad.fail(later);
        bad.succeed(later);
        assert!(
            rank(&bad, later, 1) < rank(&good, later, 1000),
            "one failure among answers is no bad record"
        );
    }

    #[test]
    fn only_a_clear_difference_in_speed_counts() {
        let (health, now) = (Health::default(), Instant::now());
        assert_eq!(rank(&health, now, 3), rank(&health, now, 15));
        assert_eq!(rank(&health, now, 70), rank(&health, now, 120));
        assert!(rank(&health, now, 15) < rank(&health, now, 70));
        assert!(
            health.rank(now, None, false) > rank(&health, now, 60_000),
            "what was never asked is not jumped to"
        );
    }

    #[test]
    fn a_place_with_an_open_breaker_comes_last() {
        let (health, now) = (Health::default(), Instant::now());
        assert!(health.rank(now, Some(Duration::ZERO), true) > health.rank(now, None, false));
    }
}
