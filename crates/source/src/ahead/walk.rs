//! The order in which a client fetches zips: `go mod download` asks for the `.info` of each module, and then for the zips in the same
//! order. Others ask for `.info` files and no zips (`go list -m -u all`), or for zips in an order of their own (`go build`).
//!
//! So nothing is begun before the first zip was asked, and then like the readahead of a file: little at first, twice as much with each
//! step along the order, half with each jump. Several clients may be on their way at a time, each at a place of its own.

use std::collections::{HashMap, VecDeque};

use gomod::ModuleVersion;
use tokio::time::Instant;

use super::plan::{GIVE_UP, RECENT};
use super::window::Window;

/// How many zips are begun behind the first, and behind one that was the second step along the order. Less is none.
const WIDTH_MIN: usize = 2;

/// How many are begun ahead of one that keeps to the order: more than are ever under way, so that there is always one to begin.
const WIDTH_MAX: usize = 64;

/// How far apart two zips that one client asks after each other may stand in the order: go asks for as many at a time as it has threads.
const STEP_MAX: u64 = 24;

/// How many clients are told apart. More would make steps of the jumps of one that keeps to no order: as it is, a hundred zips in no order
/// of 480 modules have some fifteen begun.
const CURSORS_MAX: usize = 4;

/// How many modules are remembered with their place.
const PLACES_MAX: usize = 1 << 14;

/// The modules whose `.info` was asked, in that order.
#[derive(Debug)]
pub(super) struct Walk {
    places: HashMap<ModuleVersion, Place>,
    /// The number of the next place.
    next: u64,
    order: Window<u64>,
    /// Where clients are, the one that was heard of last at the end.
    cursors: VecDeque<Cursor>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    number: u64,
    said: Instant,
}

/// Where a client is, and how much is begun ahead of it.
#[derive(Debug, Clone, Copy)]
struct Cursor {
    at: u64,
    width: usize,
    seen: Instant,
}

impl Default for Walk {
    fn default() -> Self {
        Self { places: HashMap::new(), next: 0, order: Window::new(RECENT), cursors: VecDeque::new() }
    }
}

impl Walk {
    /// The `.info` of this version was asked. Where that was long ago too, its place now is a new one.
    pub(super) fn note(&mut self, module: &ModuleVersion, now: Instant) {
        if self.places.len() >= PLACES_MAX {
            *self = Self::default();
        }
        let new = Place { number: self.next, said: now };
        let place = self.places.entry(module.clone()).or_insert(new);
        let number = if now - place.said < RECENT { place.number } else { new.number };
        *place = Place { number, said: now };
        self.next = self.next.max(number + 1);
        self.order.note(number, module, now);
    }

    /// The zip of this version was asked: whose zips to begin.
    pub(super) fn step(&mut self, module: &ModuleVersion, now: Instant) -> Vec<ModuleVersion> {
        let Some(Place { number, .. }) = self.places.get(module).copied() else { return Vec::new() };
        let width = self.moved_to(number, now);
        if width < WIDTH_MIN { Vec::new() } else { self.order.begin_after(&number, width, now) }
    }

    /// A client is at this place now; how much is begun ahead of it.
    fn moved_to(&mut self, place: u64, now: Instant) -> usize {
        self.cursors.retain(|cursor| now - cursor.seen < GIVE_UP);
        let is_first = self.cursors.is_empty();
        let width = match self.take_nearest(place) {
            Some(cursor) => (cursor.width * 2).clamp(1, WIDTH_MAX),
            None if is_first => WIDTH_MIN,
            None => {
                self.cursors.iter_mut().for_each(|cursor| cursor.width /= 2);
                0
            }
        };
        if self.cursors.len() >= CURSORS_MAX {
            self.cursors.pop_front();
        }
        self.cursors.push_back(Cursor { at: place, width, seen: now });
        width
    }

    /// The client that is one step away, if there is one.
    fn take_nearest(&mut self, place: u64) -> Option<Cursor> {
        let distance = |cursor: &Cursor| cursor.at.abs_diff(place);
        let near = self.cursors.iter().enumerate().filter(|(_, cursor)| distance(cursor) <= STEP_MAX);
        let (at, _) = near.min_by_key(|(_, cursor)| distance(cursor))?;
        self.cursors.remove(at)
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
        assert_eq!(begun, [2, 0, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[tokio::test]
    async fn two_that_keep_to_the_order_do_not_hinder_each_other() {
        let mut walk = walk(1000);
        let begun: Vec<usize> =
            (0..8).flat_map(|number| [step(&mut walk, number), step(&mut walk, 500 + number)]).collect();
        assert_eq!(begun, [2, 0, 1, 0, 3, 2, 5, 3, 9, 5, 17, 9, 33, 17, 1, 33]);
    }

    #[tokio::test]
    async fn who_keeps_to_no_order_has_next_to_nothing_begun() {
        let mut walk = walk(480);
        let begun: usize = (0..100).map(|number| step(&mut walk, number * number * 7 % 480)).sum();
        assert!(begun < 30, "{begun}");
    }

    #[tokio::test]
    async fn a_later_build_has_an_order_of_its_own() {
        let mut walk = walk(3);
        let later = Instant::now() + RECENT;
        for number in [2, 0] {
            walk.note(&module(number), later);
        }
        assert_eq!(walk.step(&module(2), later), [module(0)]);
    }

    #[tokio::test]
    async fn zips_without_an_info_begin_nothing() {
        assert_eq!(step(&mut walk(10), 10), 0);
    }
}
