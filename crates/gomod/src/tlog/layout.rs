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
