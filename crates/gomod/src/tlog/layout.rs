//! Which tiles a tree has, and which of them prove what (protocol.md G18 to G20). Arithmetic alone, for any size.

use std::collections::BTreeSet;

use super::tile::{HEIGHT, LEVELS, Tile, WIDTH};

/// The tile at this place, as wide as it is in a tree of `size` records. `None` when such a tree does not reach so far.
///
/// ```
/// use gomod::tlog::in_tree;
/// assert_eq!(in_tree(70_001, 0, 273).unwrap().path(), "tile/8/0/273.p/113");
/// assert_eq!(in_tree(70_001, 0, 272).unwrap().path(), "tile/8/0/272");
/// assert_eq!(in_tree(70_001, 0, 274), None);
/// ```
pub fn in_tree(size: u64, level: u8, index: u64) -> Option<Tile> {
    let first = index.checked_mul(WIDTH.into())?;
    let left = nodes(size, level).checked_sub(first)?;
    Tile::new(level, index, left.min(WIDTH.into()).try_into().ok()?)
}

/// How many entries the tiles of a level have together. Each stands for a full tile below it.
fn nodes(size: u64, level: u8) -> u64 {
    size.checked_shr(HEIGHT * u32::from(level)).unwrap_or(0)
}

/// The tiles at the right edge of a tree, from the lowest level up: those that are not full (protocol.md G18). Together
/// they hash to its root. At most one for each level; none for a tree without records.
///
/// ```
/// use gomod::tlog::edge;
/// let paths: Vec<String> = edge(70_001).iter().map(|tile| tile.path()).collect();
/// assert_eq!(paths, ["tile/8/0/273.p/113", "tile/8/1/001.p/17", "tile/8/2/000.p/1"]);
/// ```
pub fn edge(size: u64) -> Vec<Tile> {
    let last = |level| in_tree(size, level, nodes(size, level) / u64::from(WIDTH));
    (0..LEVELS).filter_map(last).collect()
}

/// The tile with a record's hash and those above it, up to the first that is not full, which is on the [`edge`]
/// (protocol.md G19). With the whole edge they prove the record. Empty when the tree does not hold the record.
///
/// ```
/// use gomod::tlog::record_tiles;
/// let paths: Vec<String> = record_tiles(70_001, 5).iter().map(|tile| tile.path()).collect();
/// assert_eq!(paths, ["tile/8/0/000", "tile/8/1/000", "tile/8/2/000.p/1"]);
/// assert!(record_tiles(70_001, 70_001).is_empty());
/// ```
pub fn record_tiles(size: u64, id: u64) -> Vec<Tile> {
    if id < size { upward(size, 0, id / u64::from(WIDTH)).collect() } else { Vec::new() }
}

/// The tiles from which a tree of `new` records tells the root of its first `old` records, sorted (protocol.md G20). With
/// the whole edge of the new tree they prove it. Empty when the new tree is the smaller one.
///
/// ```
/// use gomod::tlog::consistency_tiles;
/// let paths: Vec<String> = consistency_tiles(300, 70_001).iter().map(|tile| tile.path()).collect();
/// assert_eq!(paths, ["tile/8/0/001", "tile/8/1/000", "tile/8/2/000.p/1"]);
/// ```
pub fn consistency_tiles(old: u64, new: u64) -> Vec<Tile> {
    if old > new {
        return Vec::new();
    }
    let needed = edge(old).into_iter().flat_map(|tile| upward(new, tile.level(), tile.index()));
    needed.collect::<BTreeSet<Tile>>().into_iter().collect()
}

/// A tile, as wide as it is in the tree, and those above it up to the first that is not full, which is on the [`edge`].
/// With the whole edge they prove it. Empty when the tree does not reach so far, or the tile is narrower there.
pub fn tile_tiles(size: u64, tile: Tile) -> Vec<Tile> {
    match in_tree(size, tile.level(), tile.index()) {
        Some(known) if known.width() >= tile.width() => upward(size, tile.level(), tile.index()).collect(),
        _ => Vec::new(),
    }
}

/// The tile at a place and those above it, up to the first that is not full. A full tile always has one above it.
fn upward(size: u64, level: u8, index: u64) -> impl Iterator<Item = Tile> {
    let above = move |tile: &Tile| {
        let (level, index, _) = tile.parent();
        if tile.is_full() { in_tree(size, level, index) } else { None }
    };
    std::iter::successors(in_tree(size, level, index), above)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn paths(tiles: &[Tile]) -> Vec<String> {
        tiles.iter().map(|tile| tile.path().replace("tile/8/", "")).collect()
    }

    /// A size of any magnitude, often beside a power of 256 or of 2.
    pub(in crate::tlog) fn sizes() -> impl Strategy<Value = u64> {
        let near = |base: u64, steps: u32| {
            (0..steps, -2..=2_i64).prop_map(move |(power, by)| base.pow(power).saturating_add_signed(by))
        };
        prop_oneof![any::<u64>(), near(256, 8), near(2, 64), 0..70_000_u64, Just(u64::MAX)]
    }

    #[test]
    fn edges_follow_the_examples() {
        let examples: [(u64, &[&str]); 9] = [
            (0, &[]),
            (1, &["0/000.p/1"]),
            (255, &["0/000.p/255"]),
            (256, &["1/000.p/1"]),
            (257, &["0/001.p/1", "1/000.p/1"]),
            (65_535, &["0/255.p/255", "1/000.p/255"]),
            (65_536, &["2/000.p/1"]),
            (66_000_000, &["0/x257/812.p/128", "1/x001/007.p/20", "2/003.p/239", "3/000.p/3"]),
            (1 << 56, &["7/000.p/1"]),
        ];
        for (size, wanted) in examples {
            assert_eq!(paths(&edge(size)), wanted, "{size}");
        }
        assert_eq!(edge(u64::MAX).len(), 8);
        assert!(edge(u64::MAX).iter().all(|tile| tile.width() == 255));
    }

    #[test]
    fn the_last_record_of_the_largest_tree_is_on_its_edge() {
        assert_eq!(record_tiles(u64::MAX, u64::MAX - 1), [edge(u64::MAX)[0]]);
        assert_eq!(record_tiles(u64::MAX, u64::MAX), []);
        assert_eq!(record_tiles(u64::MAX, 0).len(), 8);
        assert_eq!(record_tiles(0, 0), []);
    }

    #[test]
    fn a_smaller_tree_proves_nothing_of_a_larger_one() {
        assert_eq!(consistency_tiles(2, 1), []);
        assert_eq!(consistency_tiles(0, 5), []);
        assert_eq!(consistency_tiles(5, 5), edge(5));
        assert_eq!(paths(&consistency_tiles(256, 512)), ["1/000.p/2"]);
    }

    #[test]
    fn a_tile_that_is_wider_than_in_the_tree_is_not_there() {
        let tile = |width| Tile::new(0, 1, width).unwrap();
        assert_eq!(paths(&tile_tiles(300, tile(44))), ["0/001.p/44"]);
        assert_eq!(paths(&tile_tiles(300, tile(3))), ["0/001.p/44"]);
        assert_eq!(tile_tiles(300, tile(45)), []);
        assert_eq!(paths(&tile_tiles(512, tile(45))), ["0/001", "1/000.p/2"]);
        assert_eq!(tile_tiles(512, Tile::new(0, 2, 1).unwrap()), []);
    }

    proptest! {
        #[test]
        fn the_edge_accounts_for_every_record(size in sizes()) {
            let edge = edge(size);
            let covered = edge.iter().map(|tile| u64::from(tile.width()) << (8 * tile.level())).sum::<u64>();
            prop_assert_eq!(covered, size);
            for tile in edge {
                prop_assert!(!tile.is_full());
                prop_assert_eq!(in_tree(size, tile.level(), tile.index()), Some(tile));
                prop_assert_eq!(in_tree(size, tile.level(), tile.index() + 1), None);
            }
        }

        #[test]
        fn every_way_up_ends_on_the_edge(size in sizes(), id in any::<u64>(), shift in 0..64_u32) {
            let id = id >> shift;
            let tiles = record_tiles(size, id);
            prop_assert_eq!(tiles.is_empty(), id >= size);
            if let Some((last, below)) = tiles.split_last() {
                prop_assert!(edge(size).contains(last));
                prop_assert!(below.iter().all(Tile::is_full));
                prop_assert_eq!(tile_tiles(size, tiles[0]), tiles);
            }
        }

        #[test]
        fn consistency_needs_the_old_edge_and_the_way_up(one in sizes(), other in sizes()) {
            let (old, new) = (one.min(other), one.max(other));
            let tiles = consistency_tiles(old, new);
            for tile in edge(old) {
                let now = in_tree(new, tile.level(), tile.index()).unwrap();
                prop_assert!(now.width() >= tile.width());
                prop_assert!(tile_tiles(new, tile).iter().all(|above| tiles.contains(above)));
            }
            prop_assert!(tiles.len() <= 64);
        }

        #[test]
        fn no_place_makes_the_arithmetic_panic(size in sizes(), level in any::<u8>(), index in sizes()) {
            let tile = in_tree(size, level, index);
            prop_assert!(tile.is_none_or(|tile| (tile.level(), tile.index()) == (level, index)));
        }
    }
}
