//! Where a tile lies in the log, and how wide it is (protocol.md G6). What is in it is bytes of the caller.

use std::fmt;

use super::path;

/// How many levels of the tree a tile holds, as a power of two: every checksum database uses this height.
pub(super) const HEIGHT: u32 = 8;

/// How many hashes a full tile has.
pub(super) const WIDTH: u16 = 1 << HEIGHT;

/// The levels that a tree of 64 bits of records has. The topmost is never full.
pub(super) const LEVELS: u8 = 8;

/// The bytes of a hash.
pub(super) const HASH_BYTES: usize = 32;

/// A tile of hashes: `width` nodes of the tree, at height 8 times `level`, the first of them number 256 times `index`.
///
/// Ordered by level, then index, then width. A tile that grows keeps its first hashes, so a narrower one is its beginning.
///
/// ```
/// use gomod::tlog::Tile;
/// let tile = Tile::new(0, 1234, 5).unwrap();
/// assert_eq!(tile.path(), "tile/8/0/x001/234.p/5");
/// assert_eq!(tile.full().path(), "tile/8/0/x001/234");
/// assert_eq!(tile.size_bytes(), 5 * 32);
/// assert!(Tile::new(0, 1234, 257).is_none());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    level: u8,
    index: u64,
    width: u16,
}

/// A tile of records: `width` of them, the first with the number 256 times `index`. go never asks for one.
///
/// ```
/// use gomod::tlog::DataTile;
/// assert_eq!(DataTile::new(1234, 256).unwrap().path(), "tile/8/data/x001/234");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DataTile {
    index: u64,
    width: u16,
}

impl Tile {
    /// A tile that a tree of less than 2⁶⁴ records could have at this place: level 0 to 7, and 1 to 256 hashes.
    pub fn new(level: u8, index: u64, width: u16) -> Option<Self> {
        let is_place = level < LEVELS && index >> (HEIGHT * u32::from(LEVELS - 1 - level)) == 0;
        (is_place && (1..=WIDTH).contains(&width)).then_some(Self { level, index, width })
    }

    /// The level: 0 holds the hashes of records, each other one the hashes of the tiles below it.
    pub fn level(&self) -> u8 {
        self.level
    }

    /// The place in its level, counted from 0.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// How many hashes it holds, 1 to 256.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// Whether it cannot grow any more.
    pub fn is_full(&self) -> bool {
        self.width == WIDTH
    }

    /// The tile at this place once it has grown to its end.
    #[must_use]
    pub fn full(&self) -> Self {
        Self { width: WIDTH, ..*self }
    }

    /// The tile at this place with another width, which is 1 to 256.
    #[must_use]
    pub fn with_width(&self, width: u16) -> Option<Self> {
        Self::new(self.level, self.index, width)
    }

    /// How long its content is.
    pub fn size_bytes(&self) -> usize {
        usize::from(self.width) * HASH_BYTES
    }

    /// How many records a tree has at least in which it is so wide; `None` for 2⁶⁴ and more.
    ///
    /// ```
    /// use gomod::tlog::Tile;
    /// assert_eq!(Tile::new(0, 3, 5).unwrap().records_min(), Some(3 * 256 + 5));
    /// assert_eq!(Tile::new(1, 0, 2).unwrap().records_min(), Some(512));
    /// assert_eq!(Tile::new(7, 0, 256).unwrap().records_min(), None);
    /// ```
    pub fn records_min(&self) -> Option<u64> {
        let hashes = self.index.checked_mul(u64::from(WIDTH))?.checked_add(u64::from(self.width))?;
        hashes.checked_mul(1_u64.checked_shl(HEIGHT * u32::from(self.level))?)
    }

    /// The path in a checksum database, with `tile/` at its beginning.
    pub fn path(&self) -> String {
        path::print(format_args!("{}", self.level), self.index, self.width)
    }

    /// Where the hash of this tile stands once it is full: level and index of a tile, and which entry of it.
    ///
    /// ```
    /// use gomod::tlog::Tile;
    /// assert_eq!(Tile::new(0, 1000, 256).unwrap().parent(), (1, 3, 232));
    /// ```
    pub fn parent(&self) -> (u8, u64, u16) {
        (self.level + 1, self.index / u64::from(WIDTH), place_in_tile(self.index))
    }
}

/// Which entry of its tile a node is.
pub(super) fn place_in_tile(index: u64) -> u16 {
    index.to_le_bytes()[0].into()
}

impl DataTile {
    /// A tile of records that a tree of less than 2⁶⁴ records could have: 1 to 256 records.
    pub fn new(index: u64, width: u16) -> Option<Self> {
        Tile::new(0, index, width).map(|_| Self { index, width })
    }

    /// The place in the log, counted from 0.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// How many records it holds, 1 to 256.
    pub fn width(&self) -> u16 {
        self.width
    }

    /// The tile with the hashes of these records.
    pub fn hashes(&self) -> Tile {
        Tile { level: 0, index: self.index, width: self.width }
    }

    /// The path in a checksum database, with `tile/` at its beginning.
    pub fn path(&self) -> String {
        path::print(format_args!("{}", path::DATA), self.index, self.width)
    }
}

impl fmt::Display for Tile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.path())
    }
}

impl fmt::Display for DataTile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_has_places_for_64_bits_of_records() {
        for level in 0..LEVELS {
            let last = (1_u64 << (56 - 8 * level)) - 1;
            assert!(Tile::new(level, last, WIDTH).is_some(), "{level}");
            assert_eq!(Tile::new(level, last + 1, 1), None, "{level}");
        }
        assert_eq!(Tile::new(LEVELS, 0, 1), None);
        assert_eq!(Tile::new(u8::MAX, 0, 1), None);
    }

    #[test]
    fn widths_are_1_to_256() {
        let tile = Tile::new(1, 2, 3).unwrap();
        for (width, good) in
            [(0, false), (1, true), (255, true), (256, true), (257, false), (u16::MAX, false)]
        {
            assert_eq!(tile.with_width(width).map(|tile| tile.width()), good.then_some(width));
            assert_eq!(DataTile::new(7, width).map(|tile| tile.width()), good.then_some(width));
        }
        assert!(!tile.is_full() && tile.full().is_full());
        assert_eq!((tile.full().level(), tile.full().index()), (1, 2));
    }

    #[test]
    fn the_parent_of_the_last_tile_is_no_overflow() {
        assert_eq!(Tile::new(7, 0, 255).unwrap().parent(), (8, 0, 0));
        assert_eq!(Tile::new(0, (1 << 56) - 1, 256).unwrap().parent(), (1, (1 << 48) - 1, 255));
    }

    #[test]
    fn a_data_tile_lies_beside_its_hashes() {
        let data = DataTile::new(70_000_123, 9).unwrap();
        assert_eq!(data.hashes(), Tile::new(0, 70_000_123, 9).unwrap());
        assert_eq!(data.to_string(), "tile/8/data/x070/x000/123.p/9");
        assert_eq!(data.hashes().to_string(), "tile/8/0/x070/x000/123.p/9");
    }
}
