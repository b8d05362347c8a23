//! The coordinates of a tile, and how they stand in a path (protocol.md G6, G18).

use std::fmt::Write as _;

/// The height of all tiles here.
pub(super) const HEIGHT: u32 = 8;
/// The hashes in a full tile of this height.
pub(super) const FULL: usize = 1 << HEIGHT;
/// How many tiles one group of digits counts.
const GROUP: usize = 1000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tile {
    pub(super) height: u32,
    /// `None`: the records themselves.
    pub(super) level: Option<u32>,
    pub(super) index: usize,
    pub(super) width: usize,
}

impl Tile {
    /// Reads `tile/H/L/N[.p/W]`; `None` unless it is spelled in the one right way.
    pub(super) fn parse(path: &str) -> Option<Self> {
        let (rest, width) = match path.rsplit_once(".p/") {
            Some((rest, width)) => (rest, Some(width.parse().ok()?)),
            None => (path, None),
        };
        let mut parts = rest.strip_prefix("tile/")?.split('/');
        let height: u32 = parts.next()?.parse().ok().filter(|height| (1..=30).contains(height))?;
        let level = parts.next()?;
        let level = if level == "data" { None } else { Some(level.parse().ok()?) };
        let index = parse_index(parts)?;
        let tile = Self { height, level, index, width: width.unwrap_or(1 << height) };
        ((1..=1 << height).contains(&tile.width) && tile.path() == path).then_some(tile)
    }

    pub(super) fn path(self) -> String {
        let level = self.level.map_or_else(|| "data".to_owned(), |level| level.to_string());
        let mut path = format!("tile/{}/{level}/{}", self.height, index_path(self.index));
        if self.width < 1 << self.height {
            let _ = write!(path, ".p/{}", self.width);
        }
        path
    }

    /// How many entries this tile has in a tree of `size` leaves; 0 if it is not there.
    pub(super) fn available(self, size: usize) -> usize {
        entries(self.level.unwrap_or(0), size).saturating_sub(self.index.saturating_mul(FULL)).min(FULL)
    }

    /// Whether the root of a tree of `size` leaves is made of hashes in it (protocol.md G18).
    pub(super) fn is_on_edge(self, size: usize) -> bool {
        self.index == entries(self.level.unwrap_or(0), size) / FULL
    }
}

/// c(L,N): how many hashes the tiles of a level have in a tree of `size` leaves.
fn entries(level: u32, size: usize) -> usize {
    level.checked_mul(HEIGHT).and_then(|shift| size.checked_shr(shift)).unwrap_or(0)
}

fn parse_index<'a>(groups: impl Iterator<Item = &'a str>) -> Option<usize> {
    groups.map(|group| group.trim_start_matches('x')).try_fold(0usize, |index, group| {
        let group: usize = group.parse().ok()?;
        index.checked_mul(GROUP)?.checked_add(group)
    })
}

/// Groups of three digits, all but the last behind an `x`.
fn index_path(index: usize) -> String {
    let mut path = format!("{:03}", index % GROUP);
    let mut rest = index / GROUP;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % GROUP);
        rest /= GROUP;
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_and_written() {
        for (path, level, index, width) in [
            ("tile/8/0/000", Some(0), 0, 256),
            ("tile/8/0/273.p/113", Some(0), 273, 113),
            ("tile/8/2/x001/x234/567", Some(2), 1_234_567, 256),
            ("tile/8/data/x001/000.p/1", None, 1000, 1),
        ] {
            let tile = Tile { height: 8, level, index, width };
            assert_eq!((Tile::parse(path), tile.path().as_str()), (Some(tile), path));
        }
    }

    #[test]
    fn other_spellings_are_refused() {
        for path in [
            "tile/8/0",
            "tile/8/0/0",
            "tile/8/0/0000",
            "tile/8/0/x000",
            "tile/8/0/x000/001",
            "tile/8/0/001/000",
            "tile/8/0/x001/x000",
            "tile/8/0/+01",
            "tile/08/0/000",
            "tile/8/00/000",
            "tile/8/-1/000",
            "tile/31/0/000",
            "tile/8/0/000.p/0",
            "tile/8/0/000.p/256",
            "tile/8/0/000.p/01",
            "tile/8/0/000.p/",
            "tile/8/0/000/",
            "tile/8/0/x999/x999/x999/x999/x999/x999/x999/999",
        ] {
            assert_eq!(Tile::parse(path), None, "{path}");
        }
    }

    /// The example of protocol.md G18.
    #[test]
    fn the_right_edge_is_known() {
        for (path, width) in [("tile/8/0/273", 113), ("tile/8/1/001", 17), ("tile/8/2/000", 1)] {
            let tile = Tile::parse(path).unwrap();
            assert!(tile.is_on_edge(70_001), "{path}");
            assert_eq!(tile.available(70_001), width, "{path}");
        }
        for (path, width) in [("tile/8/0/272", 256), ("tile/8/1/000", 256)] {
            let tile = Tile::parse(path).unwrap();
            assert!(!tile.is_on_edge(70_001), "{path}");
            assert_eq!(tile.available(70_001), width, "{path}");
        }
        for path in ["tile/8/0/274", "tile/8/1/002", "tile/8/2/001", "tile/8/3/001", "tile/8/99/001"] {
            assert_eq!(Tile::parse(path).unwrap().available(70_001), 0, "{path}");
        }
    }
}
