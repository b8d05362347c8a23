//! The paths of tiles, `tile/8/LEVEL/x001/234.p/5` (protocol.md G6): each tile has one spelling, and no other is taken.

use std::fmt;
use std::str::FromStr;

use super::head::is_decimal;
use super::tile::{DataTile, HEIGHT, Tile, WIDTH};

/// The level of the tiles that hold records.
pub(super) const DATA: &str = "data";

/// What stands between place and width of a tile that is not full.
const PARTIAL: &str = ".p/";

/// How many digits of a place are one part of the path, so that no folder gets more than a few thousand entries.
const GROUP: usize = 3;
const GROUP_BASE: u64 = 1000;

/// What a tile path names.
///
/// ```
/// use gomod::tlog::TilePath;
/// let TilePath::Hashes(tile) = TilePath::parse("tile/8/1/x001/234.p/5")? else { panic!("hashes") };
/// assert_eq!((tile.level(), tile.index(), tile.width()), (1, 1234, 5));
/// for bad in ["tile/8/1/1234", "tile/8/1/x001/234.p/256", "tile/10/1/000", "x/tile/8/1/000"] {
///     assert!(TilePath::parse(bad).is_err(), "{bad}");
/// }
/// # Ok::<(), gomod::tlog::TilePathError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TilePath {
    /// Hashes of the tree.
    Hashes(Tile),
    /// Records.
    Data(DataTile),
}

/// Why a text names no tile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TilePathError {
    /// It is not what a tile path looks like, or another spelling of one.
    #[error(
        "malformed tile path {0:?}; it has the form tile/{HEIGHT}/LEVEL/x001/234 with an optional .p/WIDTH"
    )]
    Malformed(String),
    /// Tiles of another height, which no known database has.
    #[error("tile path {0:?} asks for another tile height than {HEIGHT}")]
    Height(String),
    /// No tree has such a tile.
    #[error("tile path {0:?} is out of range: no tree is so large")]
    OutOfRange(String),
}

impl TilePath {
    /// Reads a path, with `tile/` at its beginning.
    pub fn parse(path: &str) -> Result<Self, TilePathError> {
        let malformed = || TilePathError::Malformed(path.to_owned());
        let (height, rest) =
            path.strip_prefix("tile/").and_then(|rest| rest.split_once('/')).ok_or_else(malformed)?;
        if is_decimal(height) && height != HEIGHT.to_string() {
            return Err(TilePathError::Height(path.to_owned()));
        }
        let parts = Parts::of(rest).filter(|_| is_decimal(height)).ok_or_else(malformed)?;
        parts.tile().ok_or_else(|| TilePathError::OutOfRange(path.to_owned()))
    }

    /// The path again, with `tile/` at its beginning.
    pub fn path(&self) -> String {
        match self {
            Self::Hashes(tile) => tile.path(),
            Self::Data(tile) => tile.path(),
        }
    }
}

/// What stands behind the height, in the right form, whatever its numbers.
struct Parts<'a> {
    level: &'a str,
    groups: &'a str,
    width: u16,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str) -> Option<Self> {
        let (level, rest) = text.split_once('/')?;
        let (groups, width) = split_width(rest)?;
        let is_good = (level == DATA || is_decimal(level)) && are_groups(groups);
        is_good.then_some(Self { level, groups, width })
    }

    fn tile(&self) -> Option<TilePath> {
        let index = read_groups(self.groups)?;
        if self.level == DATA {
            return DataTile::new(index, self.width).map(TilePath::Data);
        }
        Tile::new(self.level.parse().ok()?, index, self.width).map(TilePath::Hashes)
    }
}

/// The place as text, and the width, which stands there only when the tile is not full.
fn split_width(text: &str) -> Option<(&str, u16)> {
    match text.split_once(PARTIAL) {
        None => Some((text, WIDTH)),
        Some((groups, width)) => {
            let width = width.parse().ok().filter(|_| is_decimal(width))?;
            (1..WIDTH).contains(&width).then_some((groups, width))
        }
    }
}

/// Whether a place is spelled as it prints: three digits in each part, an `x` before all but the last, no zeros in front.
fn are_groups(text: &str) -> bool {
    let is_group = |group: &str| group.len() == GROUP && group.bytes().all(|b| b.is_ascii_digit());
    let (before, last) = text.rsplit_once('/').map_or((None, text), |(before, last)| (Some(before), last));
    let mut before = before.into_iter().flat_map(|before| before.split('/'));
    let all = before.all(|group| group.strip_prefix('x').is_some_and(is_group));
    all && is_group(last) && !text.starts_with("x000")
}

/// The place, if 64 bits hold it.
fn read_groups(text: &str) -> Option<u64> {
    let groups = text.split('/').map(|group| group.trim_start_matches('x'));
    let mut numbers = groups.map(|group| group.parse::<u64>().ok());
    numbers.try_fold(0, |index: u64, number| index.checked_mul(GROUP_BASE)?.checked_add(number?))
}

/// The one spelling of a path.
pub(super) fn print(level: fmt::Arguments<'_>, index: u64, width: u16) -> String {
    let mut groups = format!("{:03}", index % GROUP_BASE);
    let mut rest = index / GROUP_BASE;
    while rest > 0 {
        groups = format!("x{:03}/{groups}", rest % GROUP_BASE);
        rest /= GROUP_BASE;
    }
    let partial = if width == WIDTH { String::new() } else { format!("{PARTIAL}{width}") };
    format!("tile/{HEIGHT}/{level}/{groups}{partial}")
}

impl FromStr for TilePath {
    type Err = TilePathError;
    fn from_str(s: &str) -> Result<Self, TilePathError> {
        Self::parse(s)
    }
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn other_spellings_are_no_paths() {
        let bad = [
            "",
            "tile",
            "tile/8/0",
            "tile/8/0/",
            "x/tile/8/0/000",
            "tile/8/0/000/",
            "tile//0/000",
            "Tile/8/0/000",
            "tile/8/0/0",
            "tile/8/0/00",
            "tile/8/0/0000",
            "tile/8/0/x000",
            "tile/8/0/x000/001",
            "tile/8/0/001/002",
            "tile/8/0/x001/x002",
            "tile/8/0/X001/002",
            "tile/8/0/xx01/002",
            "tile/8/0/x001//002",
            "tile/8/0/+01",
            "tile/8/0/x-01/002",
            "tile/8/0/000.p",
            "tile/8/0/000.p/",
            "tile/8/0/000.p/0",
            "tile/8/0/000.p/256",
            "tile/8/0/000.p/01",
            "tile/8/0/000.p/+1",
            "tile/8/0/000.p/5/",
            "tile/8/0/000.p/5.p/5",
            "tile/8/00/000",
            "tile/8/-1/000",
            "tile/8/+1/000",
            "tile/8/DATA/000",
            "tile/08/0/000",
            "tile/+8/0/000",
            "tile/x/0/000",
            "tile/8/0/x001/234?",
            "tile/8/0/\u{661}00",
            "tile/8/0/000\n",
            "tile/8/0/..",
            "tile/8/0/x000/000",
        ];
        for path in bad {
            assert_eq!(TilePath::parse(path), Err(TilePathError::Malformed(path.to_owned())), "{path:?}");
        }
    }

    #[test]
    fn only_height_8_is_known() {
        for path in
            ["tile/7/0/000", "tile/10/data/x001/002.p/600", "tile/0/0/000", "tile/99999999999999999999/0/000"]
        {
            assert_eq!(TilePath::parse(path), Err(TilePathError::Height(path.to_owned())));
        }
    }

    #[test]
    fn tiles_that_no_tree_has_are_out_of_range() {
        let last = "tile/8/0/x072/x057/x594/x037/x927/935";
        assert!(TilePath::parse(last).is_ok());
        let endless = format!("tile/8/data/x001/{}000", "x000/".repeat(5000));
        for path in [&last.replace("935", "936"), "tile/8/7/001", "tile/8/8/000", "tile/8/256/000", &endless]
        {
            assert_eq!(TilePath::parse(path), Err(TilePathError::OutOfRange(path.to_owned())));
        }
    }

    proptest! {
        #[test]
        fn each_tile_has_one_path(level in 0..9_u8, index in any::<u64>(), shift in 0..64_u32, width in 0..300_u16) {
            if let Some(tile) = Tile::new(level, index >> shift, width) {
                prop_assert_eq!(TilePath::parse(&tile.path()), Ok(TilePath::Hashes(tile)));
            }
            if let Some(tile) = DataTile::new(index >> shift, width) {
                prop_assert_eq!(TilePath::parse(&tile.path()), Ok(TilePath::Data(tile)));
            }
        }

        #[test]
        fn what_is_taken_prints_as_it_was(path in "tile/8/(data|[0-9]{1,2})/(x[0-9]{3}/){0,4}[0-9]{3}(\\.p/[0-9]{1,3})?") {
            if let Ok(tile) = TilePath::parse(&path) {
                prop_assert_eq!(tile.path(), path);
            }
        }

        #[test]
        fn no_text_makes_the_parser_panic(path in "(tile/8/)?\\PC{0,60}") {
            let _ = TilePath::parse(&path).is_ok();
        }
    }
}
