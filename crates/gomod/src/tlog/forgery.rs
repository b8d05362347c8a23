//! What a lying server may try with tiles: each attempt must fail (protocol.md G17, CVE-2026-56865).

use proptest::prelude::*;

use super::hash::Hash;
use super::layout::{edge, record_tiles};
use super::proven::ProvenTree;
use super::sample::{Log, Sample};
use super::tile::Tile;

/// Two levels: one full tile below the edge.
const SMALL: u64 = 300;

/// Three levels, whose root is made of three tiles; the next tile is the first that the root does not prove.
const LARGE: u64 = 70_001;

fn position(tiles: &[Sample], tile: Tile) -> usize {
    tiles.iter().position(|(at, _)| *at == tile).unwrap()
}

/// Checks that one wrong tile is not proven, and nothing that hangs on it.
fn assert_refused(log: &mut Log, tiles: Vec<Sample>, wrong: Tile) {
    let (tree, unproven) = ProvenTree::prove(log.head(), tiles);
    assert_eq!(tree.tile(&wrong), None);
    assert!(unproven.iter().any(|(tile, _)| *tile == wrong), "{wrong} is given back");
    if !wrong.is_full() {
        assert_eq!(tree.tiles().count(), 0, "{wrong} is on the edge, so nothing is proven");
    }
    assert!(tree.tiles().all(|(tile, content)| *content == log.tile(tile).1), "what is proven is right");
}

#[test]
fn no_byte_of_a_tile_can_be_changed() {
    let mut log = Log::new(SMALL);
    let good = log.all_tiles();
    for at in 0..good.len() {
        for byte in 0..good[at].1.len() {
            let mut tiles = good.clone();
            tiles[at].1[byte] ^= 1 << (byte % 8);
            assert_refused(&mut log, tiles, good[at].0);
        }
    }
}

/// The root is made of the tiles of the edge, so the loop over all others must begin right behind them. Where it began
/// behind as many tiles as the root has hashes, the first ones went unproven.
#[test]
fn the_first_tiles_that_are_not_of_the_root_are_proven_too() {
    let mut log = Log::new(LARGE);
    for id in [0, 255, 256, 65_535, 65_536, 69_631] {
        let path = record_tiles(LARGE, id);
        let good = log.tiles(edge(LARGE).into_iter().chain(path.iter().copied().filter(Tile::is_full)));
        for &tile in path.iter().filter(|tile| tile.is_full()) {
            let mut tiles = good.clone();
            let at = position(&tiles, tile);
            let forged = Hash::record(b"forged");
            for entry in tiles[at].1.as_chunks_mut::<32>().0 {
                *entry = *forged.as_bytes();
            }
            let (tree, unproven) = ProvenTree::prove(log.head(), tiles);
            assert_eq!(tree.record_hash(id), None, "{tile} was forged");
            assert!(unproven.iter().any(|(at, _)| *at == tile));
        }
    }
}

/// A server that forges a whole branch, from a record up to the last tile below the edge.
#[test]
fn a_branch_that_is_right_in_itself_is_refused() {
    let mut log = Log::new(LARGE);
    let mut forged = log.tile(Tile::new(0, 0, 256).unwrap());
    forged.1[..32].copy_from_slice(Hash::record(b"forged").as_bytes());
    let mut above = log.tile(Tile::new(1, 0, 256).unwrap());
    above.1[..32].copy_from_slice(root_of_full(&forged.1).as_bytes());
    let tiles = log.tiles(edge(LARGE)).into_iter().chain([forged.clone(), above.clone()]);
    let (tree, unproven) = ProvenTree::prove(log.head(), tiles);
    assert_eq!((tree.record_hash(0), unproven), (None, vec![above, forged]));
}

fn root_of_full(content: &[u8]) -> Hash {
    let mut hashes: Vec<Hash> = content.as_chunks().0.iter().map(|entry| Hash::from_bytes(*entry)).collect();
    while let [_, _, ..] = hashes.as_slice() {
        hashes = hashes.as_chunks().0.iter().map(|[left, right]| Hash::node(left, right)).collect();
    }
    hashes[0]
}

/// A node within a tile has the same hash as a tile of its two children alone, and as a tile of nothing but itself.
#[test]
fn a_narrow_tile_of_inner_nodes_is_refused() {
    let mut log = Log::new(SMALL);
    let full = log.tile(Tile::new(0, 0, 256).unwrap()).1;
    let (left, right) = full.split_at(full.len() / 2);
    let children = [*root_of_full(left).as_bytes(), *root_of_full(right).as_bytes()].concat();
    for content in [children, root_of_full(&full).as_bytes().to_vec()] {
        let width = u16::try_from(content.len() / 32).unwrap();
        let forged = (Tile::new(0, 0, width).unwrap(), content);
        let tiles = log.tiles(edge(SMALL)).into_iter().chain([forged.clone()]);
        let (tree, unproven) = ProvenTree::prove(log.head(), tiles);
        assert_eq!((tree.tiles().count(), unproven), (2, vec![forged]));
    }
}

/// Tiles that are wider than in this tree say nothing about it, even if the log has grown so.
#[test]
fn a_tile_that_is_wider_than_in_the_tree_is_refused() {
    let (mut log, mut later) = (Log::new(SMALL), Log::new(600));
    for tile in [Tile::new(0, 1, 256).unwrap(), Tile::new(0, 1, 45).unwrap(), Tile::new(1, 0, 2).unwrap()] {
        let tiles = log.all_tiles().into_iter().chain([later.tile(tile)]);
        assert_eq!(ProvenTree::prove(log.head(), tiles).1, [later.tile(tile)]);
    }
}

/// An older tree of the same log is right, and is another tree all the same.
#[test]
fn tiles_of_another_size_are_refused() {
    let mut log = Log::new(SMALL);
    let mut older = Log::new(SMALL - 1);
    let (tree, unproven) = ProvenTree::prove(log.head(), older.all_tiles());
    assert_eq!((tree.tiles().count(), unproven.len()), (0, 3));
    let mut head = log.head();
    head.size -= 1;
    assert_eq!(ProvenTree::prove(head, older.all_tiles()).0.tiles().count(), 0, "right tiles, wrong root");
}

#[test]
fn a_hole_in_the_edge_proves_nothing() {
    let mut log = Log::new(LARGE);
    for hole in edge(LARGE) {
        let tiles = log.all_tiles().into_iter().filter(|(tile, _)| *tile != hole);
        assert_eq!(ProvenTree::prove(log.head(), tiles).0.tiles().count(), 0, "without {hole}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_tile_with_one_other_bit_is_refused(size in 1..3000_u64, at in any::<usize>(), byte in any::<usize>(), bit in 0..8_u32) {
        let mut log = Log::new(size);
        let mut tiles = log.all_tiles();
        let at = at % tiles.len();
        let (wrong, content) = &mut tiles[at];
        let byte = byte % content.len();
        content[byte] ^= 1_u8 << bit;
        let wrong = *wrong;
        assert_refused(&mut log, tiles, wrong);
    }

    #[test]
    fn a_tile_of_another_length_is_refused(size in 1..3000_u64, at in any::<usize>(), length in 0..9000_usize) {
        let mut log = Log::new(size);
        let mut tiles = log.all_tiles();
        let at = at % tiles.len();
        let (wrong, content) = &mut tiles[at];
        prop_assume!(length != content.len());
        content.resize(length, 0);
        let wrong = *wrong;
        assert_refused(&mut log, tiles, wrong);
    }

    #[test]
    fn tiles_that_change_places_are_refused(size in 257..3000_u64, one in any::<usize>(), other in any::<usize>()) {
        let mut log = Log::new(size);
        let mut tiles = log.all_tiles();
        let (one, other) = (one % tiles.len(), other % tiles.len());
        prop_assume!(tiles[one].1 != tiles[other].1);
        let wrong = tiles[one].0;
        let content = std::mem::take(&mut tiles[one].1);
        tiles[one].1 = std::mem::replace(&mut tiles[other].1, content);
        assert_refused(&mut log, tiles, wrong);
    }

    #[test]
    fn no_tiles_make_the_proof_panic(
        size in prop_oneof![any::<u64>(), 0..70_000_u64],
        tiles in prop::collection::vec((0..9_u8, 0..400_u64, 0..300_u16, 0..9000_usize), 0..9),
    ) {
        let head = super::head::TreeHead { size, root: Hash::EMPTY_TREE };
        let tiles = tiles.into_iter().filter_map(|(level, index, width, length)| Some((Tile::new(level, index, width)?, vec![0; length])));
        let given: Vec<Sample> = tiles.collect();
        let (tree, unproven) = ProvenTree::prove(head, given.clone());
        prop_assert_eq!((tree.tiles().count(), unproven.len()), (0, given.len()));
    }
}
