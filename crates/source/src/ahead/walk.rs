//! The order in which a client fetches zips: `go mod download` asks for the `.info` of each module, and then for the zips in the same
//! order. Others ask for `.info` files and no zips (`go list -m -u all`), or for zips in an order of their own (`go build`).
//!
//! So nothing is begun before the first zip was asked, and then like the readahead of a file: little at first, twice as much with each
//! step along the order, half with each jump.

use std::collections::HashMap;

use gomod::ModuleVersion;
use tokio::time::Instant;

use super::plan::RECENT;
use super::window::Window;

/// How many zips are begun behind the first.
const WIDTH_MIN: usize = 2;

/// How many are begun ahead of one that keeps to the order: more than are ever under way, so that there is always one to begin.
const WIDTH_MAX: usize = 64;

/// How far apart two zips that are asked after each other may stand in the order: go asks for as many at a time as it has threads.
const STEP_MAX: u64 = 32;

/// How many modules are remembered with their place.
const PLACES_MAX: usize = 1 << 14;

/// The modules whose `.info` was asked, in that order.
#[derive(Debug)]
pub(super) struct Walk {
    places: HashMap<ModuleVersion, u64>,
    order: Window<u64>,
    /// The place of the zip that was asked last.
    at: Option<u64>,
    width: usize,
}

impl Default for Walk {
    fn default() -> Self {
        Self { places: HashMap::new(), order: Window::new(RECENT), at: None, width: 0 }
    }
}

impl Walk {
    /// The `.info` of this version was asked.
    pub(super) fn note(&mut self, module: &ModuleVersion, now: Instant) {
        if self.places.len() >= PLACES_MAX {
            *self = Self::default();
        }
        let next = self.places.len() as u64;
        let place = *self.places.entry(module.clone()).or_insert(next);
        self.order.note(place, module, now);
    }

    /// The zip of this version was asked: whose zips to begin.
    pub(super) fn step(&mut self, module: &ModuleVersion, now: Instant) -> Vec<ModuleVersion> {
        let Some(place) = self.places.get(module).copied() else { return Vec::new() };
        let keeps_to_it = self.at.is_none_or(|at| at.abs_diff(place) <= STEP_MAX);
        self.width = if keeps_to_it { (self.width * 2).clamp(WIDTH_MIN, WIDTH_MAX) } else { self.width / 2 };
        self.at = Some(place);
        self.order.begin_after(&place, self.width, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(number: usize) -> ModuleVersion {
        ModuleVersion::parse(&format!("a.example/m{number:04}"), "v1.0.0").unwrap()
    }

    fn walk(modules: usize) -> Walk {
        let mut walk = Walk::default();
        (0..modules).for_each(|number| walk.note(&module(number), Instant::now()));
        walk
    }

    fn step(walk: &mut Walk, number: usize) -> usize {
        walk.step(&module(number), Instant::now()).len()
    }

    #[tokio::test]
    async fn who_keeps_to_the_order_has_more_and_more_begun() {
        let mut walk = walk(1000);
        let begun: Vec<usize> = (0..9).map(|number| step(&mut walk, number)).collect();
        assert_eq!(begun, [2, 3, 5, 9, 17, 33, 1, 1, 1]);
        assert_eq!((0..9).map(|number| step(&mut walk, 9 + number)).sum::<usize>(), 9);
    }

    #[tokio::test]
    async fn who_jumps_has_little_begun() {
        let mut walk = walk(1000);
        let begun: Vec<usize> = (0..9).map(|jump| step(&mut walk, jump * 100)).collect();
        assert_eq!(begun, [2, 1, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[tokio::test]
    async fn zips_without_an_info_begin_nothing() {
        assert_eq!(step(&mut walk(10), 10), 0);
    }
}
