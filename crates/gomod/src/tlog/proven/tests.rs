//! Proving logs of made-up records: with all tiles, and with no tiles but those that are needed.

use super::*;
use crate::tlog::layout::{consistency_tiles, record_tiles, tile_tiles};
use crate::tlog::sample::{Log, Sample};
use proptest::prelude::*;

/// Proves the edge of a log and these tiles, all of which must pass.
fn proven(log: &mut Log, tiles: Vec<Tile>) -> ProvenTree<Vec<u8>> {
    let mut wanted = edge(log.size());
    wanted.extend(tiles);
    wanted.sort_unstable();
    wanted.dedup();
    let tiles = log.tiles(wanted);
    let count = tiles.len();
    let (tree, unproven) = ProvenTree::prove(log.head(), tiles);
    assert_eq!((unproven, tree.tiles().count()), (vec![], count));
    tree
}

/// All records of a log and some of its smaller trees, proven with all tiles.
fn check_log(log: &mut Log, smaller: impl IntoIterator<Item = u64>) {
    let size = log.size();
    let (tree, unproven) = ProvenTree::prove(log.head(), log.all_tiles());
    assert_eq!(unproven, []);
    for id in 0..size {
        assert_eq!(tree.record_hash(id), Some(log.leaf(id)), "{id} of {size}");
    }
    for old in smaller {
        assert_eq!(tree.root_of(old), Some(log.root(old)), "{old} of {size}");
    }
    assert_eq!((tree.record_hash(size), tree.root_of(size + 1)), (None, None));
}

/// A record and a smaller tree, proven with no tiles but those that they need.
fn check_needs(log: &mut Log, number: u64) {
    let (id, old) = (number % log.size(), number % (log.size() + 1));
    assert_eq!(proven(log, record_tiles(log.size(), id)).record_hash(id), Some(log.leaf(id)));
    assert_eq!(proven(log, consistency_tiles(old, log.size())).root_of(old), Some(log.root(old)));
}

#[test]
fn logs_around_the_sizes_of_tiles_prove_all_that_is_in_them() {
    for size in [1, 2, 3, 255, 256, 257, 511, 512, 513, 10_000] {
        check_log(&mut Log::new(size), 0..=size);
    }
}

#[test]
fn logs_of_three_levels_prove_all_that_is_in_them() {
    let near = |number: u64| number - 2..number + 3;
    for size in [65_535, 65_536, 65_537, 70_001] {
        let mut log = Log::new(size);
        let smaller = [2, 256, 512, 32_768, 65_280, size - 2].into_iter().flat_map(near);
        let smaller: Vec<u64> = smaller.filter(|&old| old <= size).collect();
        for &old in &smaller {
            check_needs(&mut log, old);
        }
        check_log(&mut log, smaller);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn logs_prove_all_that_is_in_them(size in 1..=10_000_u64, some in prop::collection::vec(any::<u64>(), 9)) {
        let mut log = Log::new(size);
        for &number in &some {
            check_needs(&mut log, number);
        }
        check_log(&mut log, some.into_iter().map(|number| number % (size + 1)));
    }

    #[test]
    fn a_smaller_tree_needs_each_of_its_tiles(size in 1..3000_u64, old in any::<u64>(), at in any::<usize>()) {
        let old = old % size + 1;
        let mut log = Log::new(size);
        let needed = consistency_tiles(old, size);
        let left_out = needed[at % needed.len()];
        let tiles = log.all_tiles().into_iter().filter(|(tile, _)| *tile != left_out);
        prop_assert_eq!(ProvenTree::prove(log.head(), tiles).0.root_of(old), None);
    }
}

#[test]
fn a_tree_without_records_has_no_tiles_and_one_root() {
    let head = TreeHead { size: 0, root: Hash::EMPTY_TREE };
    let tile = (Tile::new(0, 0, 1).unwrap(), [0; 32]);
    let (tree, unproven) = ProvenTree::prove(head, [tile]);
    assert_eq!((tree.tiles().count(), unproven), (0, vec![tile]));
    assert_eq!((tree.root_of(0), tree.root_of(1)), (Some(Hash::EMPTY_TREE), None));
    assert_eq!((tree.record_hash(0), tree.head()), (None, head));
}

#[test]
fn the_largest_tree_of_all_is_no_overflow() {
    let head = TreeHead { size: u64::MAX, root: Hash::EMPTY_TREE };
    let tiles = edge(u64::MAX).into_iter().map(|tile| (tile, vec![7; tile.size_bytes()]));
    let (tree, unproven) = ProvenTree::prove(head, tiles);
    assert_eq!(unproven.len(), 8);
    assert_eq!((tree.root_of(u64::MAX), tree.record_hash(u64::MAX)), (None, None));
    let all = edge(u64::MAX).into_iter().map(|tile| (tile, vec![7; tile.size_bytes()]));
    let root = all.clone().fold(None, |right, (_, content)| fold(&content, right)).unwrap();
    let (tree, unproven) = ProvenTree::prove(TreeHead { root, ..head }, all);
    assert_eq!((unproven, tree.root_of(u64::MAX)), (vec![], Some(root)));
    assert_eq!(tree.record_hash(u64::MAX - 1), Some(Hash::from_bytes([7; 32])));
}

#[test]
fn a_tile_can_be_had_as_it_was_in_a_smaller_tree() {
    let mut log = Log::new(600);
    let (tree, _) = ProvenTree::prove(log.head(), log.all_tiles());
    for (level, index, width) in [(0, 0, 256), (0, 1, 7), (0, 2, 88), (1, 0, 1), (1, 0, 2)] {
        let tile = Tile::new(level, index, width).unwrap();
        assert_eq!(tree.tile(&tile), Some(log.tile(tile).1.as_slice()), "{tile}");
    }
    for (level, index, width) in [(0, 2, 89), (0, 2, 256), (0, 3, 1), (1, 0, 3), (2, 0, 1)] {
        assert_eq!(tree.tile(&Tile::new(level, index, width).unwrap()), None);
    }
}

#[test]
fn missing_tiles_are_no_answers() {
    let mut log = Log::new(1000);
    let tiles = log.tiles(edge(1000));
    let (tree, _) = ProvenTree::prove(log.head(), tiles);
    assert_eq!((tree.record_hash(5), tree.root_of(5)), (None, None));
    assert_eq!(tree.record_hash(999), Some(log.leaf(999)));
    assert_eq!(tree.root_of(512), Some(log.root(512)));
}

#[test]
fn order_does_not_matter_and_a_tile_needs_what_is_above_it() {
    let mut log = Log::new(70_001);
    let below = Tile::new(0, 5, 256).unwrap();
    let mut tiles = log.tiles(edge(70_001).into_iter().chain([below]));
    let (_, unproven) = ProvenTree::prove(log.head(), tiles.clone());
    assert_eq!(unproven, [log.tile(below)]);
    tiles.insert(0, log.tile(tile_tiles(70_001, below)[1]));
    tiles.reverse();
    assert_eq!(ProvenTree::prove(log.head(), tiles.clone()).1, [] as [Sample; 0]);
    tiles.reverse();
    assert_eq!(ProvenTree::prove(log.head(), tiles).1, []);
}

#[test]
fn of_two_contents_the_first_is_looked_at() {
    let mut log = Log::new(300);
    let good = log.tile(Tile::new(0, 0, 256).unwrap());
    let bad = (good.0, vec![1; good.1.len()]);
    for (first, second, proves) in [(&good, &bad, true), (&bad, &good, false)] {
        let tiles = log.tiles(edge(300)).into_iter().chain([first.clone(), second.clone()]);
        let (tree, unproven) = ProvenTree::prove(log.head(), tiles);
        assert_eq!((tree.record_hash(0).is_some(), unproven.contains(second)), (proves, true));
    }
}
