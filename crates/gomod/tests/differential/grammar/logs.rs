//! Trees and tiles: their heads, paths, sizes, and tiles of a made-up log, forged in every second case.

use gomod::tlog::{self, Tile};

use super::sometimes_damaged;
use crate::dice::Dice;
use crate::log;

/// Sizes that lie at the borders of tiles.
const BORDERS: [u64; 14] =
    [0, 1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 16_777_216, 66_000_000];

/// How large a tree may be so that x/mod can number its hashes.
const SIZE_BITS_MAX: usize = 61;

fn number(dice: &mut Dice) -> u64 {
    let bytes = [(); 8].map(|()| dice.byte());
    u64::from_be_bytes(bytes)
}

/// A size of any magnitude.
pub(crate) fn size(dice: &mut Dice) -> u64 {
    match dice.below(4) {
        0 => dice.pick(&BORDERS),
        1 => dice.pick(&BORDERS) + number(dice) % 600,
        _ => number(dice) >> (64 - dice.between(1, SIZE_BITS_MAX)),
    }
}

/// A size that the made-up log had once.
pub(crate) fn log_size(dice: &mut Dice) -> u64 {
    let border = dice.pick(&BORDERS);
    if dice.chance(40) && border <= log::SIZE { border } else { number(dice) % (log::SIZE + 1) }
}

/// The text of a tree head.
pub(crate) fn tree_head(dice: &mut Dice) -> String {
    let (size, root) = (size(dice), log::head(log_size(dice)).root.to_string());
    let size = match dice.below(12) {
        0 => format!("0{size}"),
        1 => dice.pick(&["-1", "+1", "-0", "9223372036854775807", "9223372036854775808"]).to_owned(),
        _ => size.to_string(),
    };
    let root = if dice.chance(10) { root.replace("A=", "B=").replace("E=", "F=") } else { root };
    let extra =
        if dice.chance(2) { "x".repeat(1_000_000 - dice.below(100)) } else { dice.text("ab\n", 0, 9) };
    let text = format!("go.sum database tree\n{size}\n{root}\n{extra}");
    sometimes_damaged(dice, 30, text)
}

/// The path of a tile.
pub(crate) fn tile_path(dice: &mut Dice) -> String {
    let height =
        if dice.chance(85) { "8" } else { dice.pick(&["1", "30", "31", "0", "08", "16", "+8", "-1"]) };
    let level = if dice.chance(90) {
        dice.pick(&["0", "1", "2", "7", "data"])
    } else {
        dice.pick(&["8", "63", "300", "00", "-1", ""])
    };
    let mut index = number(dice) >> (64 - dice.between(1, 62));
    let mut place = format!("{:03}", index % 1000);
    while index >= 1000 {
        index /= 1000;
        place = format!("x{:03}/{place}", index % 1000);
    }
    let width = dice.pick(&["", "", ".p/1", ".p/255", ".p/256", ".p/0", ".p/77", ".p/01", ".p", ".p/"]);
    let path = format!("tile/{height}/{level}/{place}{width}");
    sometimes_damaged(dice, 25, path)
}

/// Size, smaller size, record, and level and place of an entry of a tile.
pub(crate) fn arithmetic(dice: &mut Dice) -> Vec<Vec<u8>> {
    let size = size(dice);
    let below = |dice: &mut Dice, end: u64| {
        let any = number(dice) >> dice.below(64);
        if dice.chance(85) { any % end.max(1) } else { end.saturating_add(any >> 40) }
    };
    let (old, id, level) = (below(dice, size.saturating_add(1)), below(dice, size), dice.below(4));
    let place = below(dice, size >> (8 * level));
    [size, old, id, u64::try_from(level).unwrap(), place].map(|number| number.to_string().into_bytes()).into()
}

/// Size, root, a smaller size, a record, and the tiles that prove both, or should.
pub(crate) fn proof(dice: &mut Dice) -> Vec<Vec<u8>> {
    let size = log_size(dice);
    let old = if dice.chance(95) { number(dice) % (size + 1) } else { size + 1 };
    let id = if dice.chance(95) { number(dice) % size.max(1) } else { size };
    let root = log::head(if dice.chance(97) { size } else { log_size(dice) }).root;
    let mut needed = tlog::edge(size);
    needed.extend(tlog::record_tiles(size, id));
    needed.extend(tlog::consistency_tiles(old, size));
    let mut tiles = contents(needed);
    forge(dice, &mut tiles);
    let numbers = [size.to_string(), root.to_string(), old.to_string(), id.to_string()];
    numbers.into_iter().map(String::into_bytes).chain(as_args(tiles)).collect()
}

/// Tiles with what the server has of them, each once.
pub(crate) fn contents(mut tiles: Vec<Tile>) -> Vec<(Tile, Vec<u8>)> {
    tiles.sort_unstable();
    tiles.dedup();
    tiles.iter().map(|tile| (*tile, log::tile(tile))).collect()
}

/// Tiles as pairs of path and content.
pub(crate) fn as_args(tiles: Vec<(Tile, Vec<u8>)>) -> impl Iterator<Item = Vec<u8>> {
    tiles.into_iter().flat_map(|(tile, content)| [tile.path().into_bytes(), content])
}

/// Makes one tile of half of the lists wrong.
pub(crate) fn forge(dice: &mut Dice, tiles: &mut Vec<(Tile, Vec<u8>)>) {
    if tiles.is_empty() || dice.chance(50) {
        return;
    }
    let (at, other) = (dice.below(tiles.len()), dice.below(tiles.len()));
    let content = &mut tiles[at].1;
    match dice.below(6) {
        0 | 1 => {
            let byte = dice.below(content.len());
            content[byte] ^= 1 << dice.below(8);
        }
        2 => content.truncate(dice.below(content.len())),
        3 => content.push(0),
        4 => {
            let moved = std::mem::take(content);
            tiles[at].1 = std::mem::replace(&mut tiles[other].1, moved);
        }
        _ => drop(tiles.remove(at)),
    }
}
