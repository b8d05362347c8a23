//! Which of several ways to a repository is tried first.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio::time::Instant;

use super::Way;

/// More hosts than anybody has; beyond, what was learned is forgotten.
const HOSTS_MAX: usize = 1024;

/// Which way worked lately, for each set of hosts and schemes: so that a dead way costs its timeout once, not once for each
/// repository.
#[derive(Debug, Default)]
pub(crate) struct WayMemory(Mutex<HashMap<String, (usize, Instant)>>);

impl WayMemory {
    /// The ways in the order in which they are to be tried, by their positions.
    pub(crate) fn order(&self, ways: &[Way], now: Instant) -> Vec<usize> {
        let first = self.known(ways, now).unwrap_or(0);
        let others = (0..ways.len()).filter(|at| *at != first);
        std::iter::once(first).chain(others).take(ways.len()).collect()
    }

    /// The position of the way that is known to work.
    pub(crate) fn known(&self, ways: &[Way], now: Instant) -> Option<usize> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&key(ways)).filter(|(at, until)| *until > now && *at < ways.len()).map(|(at, _)| *at)
    }

    /// This way does not work any more.
    pub(crate) fn forget(&self, ways: &[Way], at: usize) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.get(&key(ways)).is_some_and(|(known, _)| *known == at) {
            known.remove(&key(ways));
        }
    }

    /// This way worked.
    pub(crate) fn learn(&self, ways: &[Way], at: usize, until: Instant) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= HOSTS_MAX {
            known.clear();
        }
        known.insert(key(ways), (at, until));
    }
}

fn key(ways: &[Way]) -> String {
    let places: Vec<_> = ways.iter().map(|way| format!("{}://{}", way.scheme(), way.host())).collect();
    places.join(" ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Route;

    #[test]
    fn what_worked_at_a_host_comes_first_for_a_while() {
        let ways = |path: &str| -> Vec<_> {
            let urls = [format!("ssh://git@example.com/{path}"), format!("https://example.com/{path}")];
            urls.iter().map(|url| Way::parse(&Route::vouched(url), ["https", "ssh"]).unwrap()).collect()
        };
        let (memory, now) = (WayMemory::default(), Instant::now());
        assert_eq!(memory.order(&ways("a"), now), [0, 1]);
        memory.learn(&ways("a"), 1, now + Duration::from_mins(1));
        assert_eq!(memory.order(&ways("b"), now), [1, 0]);
        assert_eq!(memory.order(&ways("b"), now + Duration::from_mins(2)), [0, 1]);
        assert_eq!(memory.order(&ways("b")[1..], now), [0]);
        memory.forget(&ways("b"), 0);
        assert_eq!(memory.known(&ways("b"), now), Some(1));
        memory.forget(&ways("b"), 1);
        assert_eq!(memory.known(&ways("b"), now), None);
    }
}
