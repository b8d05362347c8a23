//! Whether a body still moves.
//!
//! A limit on the wait for the next piece does not catch a place that sends a byte a second: each piece arrives in time, and
//! the whole never. So the bytes of each window are counted; a window with too few is the end. A large body that moves
//! modestly may take as long as it likes.

use std::time::Duration;

/// What a wait for the next piece has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// It moves, or it is too early to tell.
    Moving,
    /// Within a whole window so few bytes came.
    TooSlow {
        /// The bytes that came.
        bytes: u64,
    },
}

/// The bytes of one window. Only time spent waiting for the place counts; a reader that is slow to take what came is not
/// its fault.
#[derive(Debug)]
pub struct MinimumRate {
    window: Duration,
    bytes_min: u64,
    waited: Duration,
    bytes: u64,
}

impl MinimumRate {
    /// At least `per_second` bytes a second, measured over windows of this length.
    pub fn new(per_second: u32, window: Duration) -> Self {
        // Fractions of a byte do not matter, and no window is so long that this could overflow a u64.
        let bytes_min = u64::try_from(window.as_millis().saturating_mul(u128::from(per_second)) / 1000);
        Self { window, bytes_min: bytes_min.unwrap_or(u64::MAX), waited: Duration::ZERO, bytes: 0 }
    }

    /// The time that is left of this window: after so long a wait, look again.
    pub fn left(&self) -> Duration {
        self.window.saturating_sub(self.waited)
    }

    /// The place was waited for so long, and then gave so many bytes (0 when the wait ended without).
    pub fn note(&mut self, waited: Duration, bytes: u64) -> Pace {
        self.waited += waited;
        self.bytes += bytes;
        if self.waited < self.window {
            return Pace::Moving;
        }
        let bytes = std::mem::take(&mut self.bytes);
        self.waited = Duration::ZERO;
        if bytes < self.bytes_min { Pace::TooSlow { bytes } } else { Pace::Moving }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const WINDOW: Duration = Duration::from_secs(10);

    /// The seconds after which a body that sends so many bytes each second is given up, if it is.
    fn given_up(bytes: u64) -> Option<u64> {
        let mut rate = MinimumRate::new(1000, WINDOW);
        (1..1000).find(|_| rate.note(Duration::from_secs(1), bytes) != Pace::Moving)
    }

    #[test]
    fn a_drip_is_dead_and_a_modest_body_is_not() {
        assert_eq!(given_up(1), Some(10));
        assert_eq!(given_up(999), Some(10));
        assert_eq!(given_up(1000), None);
    }

    #[test]
    fn a_body_that_stops_is_dead_however_much_came_before() {
        let mut rate = MinimumRate::new(1000, WINDOW);
        assert_eq!(rate.note(Duration::from_secs(1), 1 << 30), Pace::Moving);
        assert_eq!(rate.note(rate.left(), 0), Pace::Moving);
        assert_eq!(rate.note(rate.left(), 0), Pace::TooSlow { bytes: 0 });
    }

    proptest! {
        #[test]
        fn what_keeps_the_rate_is_never_given_up(seconds in 1..120_u64, pieces in 1..20_u64) {
            let mut rate = MinimumRate::new(1000, WINDOW);
            for _ in 0..seconds * pieces {
                let wait = Duration::from_secs(1) / u32::try_from(pieces).unwrap();
                prop_assert_eq!(rate.note(wait, 1000_u64.div_ceil(pieces) + 1), Pace::Moving);
            }
        }
    }
}
