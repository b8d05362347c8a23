//! Trouble that comes often and is told once in a while, with its count.

use std::time::Duration;

use tokio::time::Instant;

/// From one telling to the next.
const PERIOD: Duration = Duration::from_secs(10);

/// Counts occurrences between tellings.
#[derive(Debug, Default)]
pub(super) struct Seldom {
    told_at: Option<Instant>,
    untold: u64,
}

impl Seldom {
    /// Counts one occurrence. When it is time to tell: how many there were since the last telling.
    pub(super) fn count(&mut self, now: Instant) -> Option<u64> {
        self.untold += 1;
        if self.told_at.is_some_and(|told_at| now < told_at + PERIOD) {
            return None;
        }
        self.told_at = Some(now);
        Some(std::mem::take(&mut self.untold))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_is_told_and_then_one_line_for_all_of_a_period() {
        let (mut seldom, begun) = (Seldom::default(), Instant::now());
        assert_eq!(seldom.count(begun), Some(1));
        assert_eq!(seldom.count(begun), None);
        assert_eq!(seldom.count(begun + PERIOD - Duration::from_millis(1)), None);
        assert_eq!(seldom.count(begun + PERIOD), Some(3));
        assert_eq!(seldom.count(begun + PERIOD * 2), Some(1));
    }
}
