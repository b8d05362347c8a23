//! How long a place may be silent before the next one is asked too.
//!
//! Long enough that a place in its usual form is hardly ever asked for nothing, short enough that a silent one costs less than
//! a second from the very first question on. The delay follows the place's own answers as a TCP retransmission timer follows
//! round trips: smoothed latency plus four times its smoothed deviation.

use std::time::Duration;

/// Before anything was observed.
const AT_FIRST: Duration = Duration::from_millis(300);

/// A faster hedge would double the load for the sake of ordinary jitter.
const SHORTEST: Duration = Duration::from_millis(150);

/// A slower hedge would be felt: this much is added to a question when the place is dead.
const LONGEST: Duration = Duration::from_millis(600);

/// The latencies of one place, in seconds.
#[derive(Debug, Default)]
pub struct HedgeDelay {
    observed: Option<Observed>,
}

#[derive(Debug)]
struct Observed {
    smoothed: f64,
    deviation: f64,
}

impl HedgeDelay {
    /// The head of an answer came after this time.
    pub fn observe(&mut self, latency: Duration) {
        let latency = latency.as_secs_f64();
        self.observed = Some(match &self.observed {
            None => Observed { smoothed: latency, deviation: latency / 2.0 },
            Some(Observed { smoothed, deviation }) => Observed {
                smoothed: smoothed * 0.875 + latency * 0.125,
                deviation: deviation * 0.75 + (latency - smoothed).abs() * 0.25,
            },
        });
    }

    /// For how long to wait.
    pub fn delay(&self) -> Duration {
        let Some(Observed { smoothed, deviation }) = &self.observed else { return AT_FIRST };
        let seconds = (smoothed + 4.0 * deviation).min(LONGEST.as_secs_f64());
        Duration::from_secs_f64(seconds).max(SHORTEST)
    }

    /// The smoothed time to the head of an answer, when any came.
    pub fn latency(&self) -> Option<Duration> {
        self.observed.as_ref().map(|observed| Duration::from_secs_f64(observed.smoothed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn after(latencies: impl IntoIterator<Item = u64>) -> Duration {
        let mut hedge = HedgeDelay::default();
        latencies.into_iter().for_each(|millis| hedge.observe(Duration::from_millis(millis)));
        hedge.delay()
    }

    #[test]
    fn it_follows_the_place() {
        assert_eq!(after([]), AT_FIRST);
        assert_eq!(after([5; 50]), SHORTEST);
        let steady = after([250; 50]);
        assert!(steady > Duration::from_millis(250) && steady < Duration::from_millis(300), "{steady:?}");
        assert_eq!(after([30_000; 3]), LONGEST);
    }

    proptest! {
        #[test]
        fn it_is_well_below_a_second_whatever_was_seen(latencies in prop::collection::vec(any::<u32>(), 0..50)) {
            let delay = after(latencies.into_iter().map(u64::from));
            prop_assert!((SHORTEST..=LONGEST).contains(&delay));
        }
    }
}
