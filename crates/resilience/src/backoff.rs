//! How long to wait before a retry.
//!
//! The first retry comes soon, because most faults are gone at once; the later ones ever later. The whole wait is random
//! between a half and all of its length, so that clients that failed together do not come back together.

use std::time::Duration;

/// The wait before the first retry.
const FIRST: Duration = Duration::from_millis(60);

/// The longest wait.
const LONGEST: Duration = Duration::from_millis(500);

/// By how much each wait is longer than the one before.
const GROWTH: f64 = 1.7;

/// The waits between the attempts of one question.
#[derive(Debug, Clone)]
pub struct Backoff {
    retries_left: u32,
    next: Duration,
}

impl Backoff {
    /// At most so many retries.
    pub fn new(retries_max: u32) -> Self {
        Self { retries_left: retries_max, next: FIRST }
    }

    /// The wait before the next retry; `None` when there have been enough. `random` in `0.0..1.0`.
    pub fn next(&mut self, random: f64) -> Option<Duration> {
        self.retries_left = self.retries_left.checked_sub(1)?;
        let wait = self.next.mul_f64(0.5 + 0.5 * random.clamp(0.0, 1.0));
        self.next = self.next.mul_f64(GROWTH).min(LONGEST);
        Some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn waits_grow_and_end() {
        let mut backoff = Backoff::new(8);
        let waits: Vec<u128> =
            std::iter::from_fn(|| backoff.next(1.0)).map(|wait| wait.as_millis()).collect();
        assert_eq!(waits.len(), 8);
        assert!(waits.is_sorted() && waits[0] == 60 && waits[7] == 500, "{waits:?}");
    }

    proptest! {
        #[test]
        fn jitter_takes_at_most_a_half(randoms in prop::collection::vec(0.0..1.0_f64, 1..20)) {
            let (mut jittered, mut full) = (Backoff::new(20), Backoff::new(20));
            for random in randoms {
                let (wait, longest) = (jittered.next(random).unwrap(), full.next(1.0).unwrap());
                prop_assert!(wait <= longest && wait >= longest.mul_f64(0.49));
            }
        }
    }
}
