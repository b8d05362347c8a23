//! What comes next in an order, as far as it is known, and what of it was begun.

use std::collections::BTreeMap;
use std::ops::Bound::{Excluded, Unbounded};
use std::time::Duration;

use gomod::{ModuleVersion, semver};
use tokio::time::Instant;

/// How many places of an order are known at most. One takes some 150 bytes.
const PLACES_MAX: usize = 1 << 14;

/// How long an order is left as it is after it was swept: going through all of a full one takes a millisecond.
const SWEEP_EVERY: Duration = Duration::from_secs(10);

/// Module versions in the order of `K`, one at each place.
#[derive(Debug)]
pub(super) struct Window<K> {
    places: BTreeMap<K, Place>,
    /// What was said longer ago is not true any more.
    lasts: Duration,
    swept: Option<Instant>,
}

#[derive(Debug)]
struct Place {
    module: ModuleVersion,
    begun: bool,
    said: Instant,
}

impl<K: Ord + Clone> Window<K> {
    pub(super) fn new(lasts: Duration) -> Self {
        Self { places: BTreeMap::new(), lasts, swept: None }
    }

    /// Somebody has named `module` for this place. The highest version stays, as in minimal version selection, until it was said too
    /// long ago: another build may be content with a lower one.
    pub(super) fn note(&mut self, key: K, module: &ModuleVersion, now: Instant) {
        self.make_room(now);
        let is_full = self.places.len() >= PLACES_MAX;
        match self.places.get_mut(&key) {
            Some(place) if place.module == *module && now - place.said < self.lasts => place.said = now,
            Some(place) if is_higher(&place.module, module) && now - place.said < self.lasts => {}
            None if is_full => {}
            _ => drop(self.places.insert(key, Place { module: module.clone(), begun: false, said: now })),
        }
    }

    /// Those of the next `width` places behind `key` that were not begun yet. Now they are.
    pub(super) fn begin_after(&mut self, key: &K, width: usize, now: Instant) -> Vec<ModuleVersion> {
        let lasts = self.lasts;
        let next = self.places.range_mut((Excluded(key), Unbounded)).map(|(_, place)| place);
        let next = next.filter(|place| now - place.said < lasts).take(width).filter(|place| !place.begun);
        next.map(|place| {
            place.begun = true;
            place.module.clone()
        })
        .collect()
    }

    fn make_room(&mut self, now: Instant) {
        let may_sweep = self.swept.is_none_or(|swept| now - swept >= SWEEP_EVERY);
        if may_sweep {
            self.swept = Some(now);
            self.places.retain(|_, place| now - place.said < self.lasts);
        }
    }
}

fn is_higher(module: &ModuleVersion, than: &ModuleVersion) -> bool {
    semver::compare(module.version().as_str(), than.version().as_str()).is_gt()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LASTS: Duration = Duration::from_mins(1);

    fn window(versions: &[(&'static str, &str)], now: Instant) -> Window<&'static str> {
        let mut window = Window::new(LASTS);
        for (key, version) in versions {
            window.note(*key, &module(version), now);
        }
        window
    }

    fn module(version: &str) -> ModuleVersion {
        ModuleVersion::parse("a.example/m", version).unwrap()
    }

    fn begun(
        window: &mut Window<&'static str>,
        key: &'static str,
        width: usize,
        now: Instant,
    ) -> Vec<String> {
        window.begin_after(&key, width, now).iter().map(|module| module.version().to_string()).collect()
    }

    #[tokio::test]
    async fn each_place_is_begun_once_and_the_window_moves_on() {
        let now = Instant::now();
        let mut window = window(&[("a", "v1.1.0"), ("b", "v1.2.0"), ("c", "v1.3.0"), ("d", "v1.4.0")], now);
        assert_eq!(begun(&mut window, "a", 2, now), ["v1.2.0", "v1.3.0"]);
        assert_eq!(begun(&mut window, "a", 2, now), [""; 0]);
        assert_eq!(begun(&mut window, "b", 2, now), ["v1.4.0"]);
        assert_eq!(begun(&mut window, "d", 2, now), [""; 0], "nothing behind the last");
    }

    #[tokio::test]
    async fn the_highest_version_stays_and_is_begun_anew() {
        let now = Instant::now();
        let mut window = window(&[("b", "v1.10.0"), ("b", "v1.9.0")], now);
        assert_eq!(begun(&mut window, "a", 9, now), ["v1.10.0"]);
        window.note("b", &module("v1.11.0"), now);
        assert_eq!(begun(&mut window, "a", 9, now), ["v1.11.0"]);
    }

    #[tokio::test]
    async fn what_was_said_long_ago_counts_no_more() {
        let now = Instant::now();
        let mut window = window(&[("b", "v1.0.0")], now);
        assert_eq!(begun(&mut window, "a", 9, now), ["v1.0.0"]);
        assert_eq!(begun(&mut window, "a", 9, now + LASTS), [""; 0]);
        window.note("b", &module("v1.0.0"), now + LASTS);
        assert_eq!(begun(&mut window, "a", 9, now + LASTS), ["v1.0.0"], "a later build has it fetched too");
    }

    #[tokio::test]
    async fn a_lower_version_counts_once_the_higher_one_was_said_long_ago() {
        let now = Instant::now();
        let mut window = window(&[("b", "v1.2.0"), ("b", "v1.1.0")], now);
        window.note("b", &module("v1.1.0"), now + LASTS / 2);
        assert_eq!(begun(&mut window, "a", 9, now + LASTS / 2), ["v1.2.0"]);
        window.note("b", &module("v1.1.0"), now + LASTS);
        assert_eq!(begun(&mut window, "a", 9, now + LASTS), ["v1.1.0"]);
    }

    #[tokio::test]
    async fn there_is_an_end_to_what_is_remembered() {
        let now = Instant::now();
        let mut window = Window::new(LASTS);
        for key in 0..PLACES_MAX + 10 {
            window.note(key, &module("v1.0.0"), now);
        }
        assert_eq!(window.places.len(), PLACES_MAX);
        window.note(PLACES_MAX, &module("v1.0.0"), now + LASTS);
        assert_eq!(window.places.len(), 1);
    }
}
