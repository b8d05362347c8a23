//! Which of the touched requests are hit.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::Strikes;

/// How many addresses are remembered, 8 bytes each: more than any build asks for. Those beyond are not hit.
const ADDRESSES_MAX: usize = 1_000_000;

/// Counts the requests that a fault touches.
#[derive(Debug)]
pub(super) struct Tally {
    strikes: Strikes,
    touched: AtomicU64,
    seen: Mutex<HashSet<u64>>,
}

impl Tally {
    pub(super) fn new(strikes: Strikes) -> Self {
        Self { strikes, touched: AtomicU64::new(0), seen: Mutex::default() }
    }

    /// Whether the next touched request, for this address, is hit.
    pub(super) fn hits(&self, address: &str) -> bool {
        let before = self.touched.fetch_add(1, Ordering::Relaxed);
        match self.strikes {
            Strikes::Always => true,
            Strikes::EveryOther => before.is_multiple_of(2),
            Strikes::First(count) => before < u64::from(count),
            Strikes::OncePerFile => self.is_new(address),
        }
    }

    fn is_new(&self, address: &str) -> bool {
        let mut hasher = DefaultHasher::new();
        address.hash(&mut hasher);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.len() < ADDRESSES_MAX && seen.insert(hasher.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(strikes: Strikes, addresses: &str) -> Vec<bool> {
        let tally = Tally::new(strikes);
        addresses.chars().map(|address| tally.hits(&address.to_string())).collect()
    }

    #[test]
    fn strikes_are_counted_as_they_say() {
        assert_eq!(hits(Strikes::Always, "aab"), [true, true, true]);
        assert_eq!(hits(Strikes::EveryOther, "aabc"), [true, false, true, false]);
        assert_eq!(hits(Strikes::First(2), "abab"), [true, true, false, false]);
        assert_eq!(hits(Strikes::OncePerFile, "abab"), [true, true, false, false]);
        assert_eq!(hits(Strikes::OncePerFile, "aab"), [true, false, true]);
    }
}
