//! For tests: a log of made-up records, its tiles, and its roots computed as RFC 6962 says it, without any tile.

use std::collections::HashMap;

use super::hash::Hash;
use super::head::TreeHead;
use super::layout::in_tree;
use super::tile::{LEVELS, Tile, WIDTH};

/// A tile with its content.
pub(super) type Sample = (Tile, Vec<u8>);

/// A log with its roots.
pub(super) struct Log {
    leaves: Vec<Hash>,
    /// The hashes of complete subtrees, by first and end.
    known: HashMap<(usize, usize), Hash>,
}

impl Log {
    /// A log of records that all differ.
    pub(super) fn new(size: u64) -> Self {
        let leaves = (0..size).map(|id| Hash::record(format!("record {id}\n").as_bytes())).collect();
        Self { leaves, known: HashMap::new() }
    }

    pub(super) fn size(&self) -> u64 {
        self.leaves.len().try_into().unwrap()
    }

    pub(super) fn leaf(&self, id: u64) -> Hash {
        self.leaves[usize::try_from(id).unwrap()]
    }

    /// The head of the whole log.
    pub(super) fn head(&mut self) -> TreeHead {
        TreeHead { size: self.size(), root: self.root(self.size()) }
    }

    /// The hash of the first `size` records: MTH of RFC 6962, section 2.1.
    pub(super) fn root(&mut self, size: u64) -> Hash {
        if size == 0 { Hash::EMPTY_TREE } else { self.hash(0, size.try_into().unwrap()) }
    }

    fn hash(&mut self, first: usize, end: usize) -> Hash {
        let count = end - first;
        if count == 1 {
            return self.leaves[first];
        }
        if let Some(known) = self.known.get(&(first, end)) {
            return *known;
        }
        // The largest power of two below the count.
        let left = count.next_power_of_two() / 2;
        let hash = Hash::node(&self.hash(first, first + left), &self.hash(first + left, end));
        if count.is_power_of_two() {
            self.known.insert((first, end), hash);
        }
        hash
    }

    /// A tile as a server has it: each entry the hash of the complete subtree below.
    pub(super) fn tile(&mut self, tile: Tile) -> Sample {
        let below = 1_u64 << (8 * tile.level());
        let mut content = Vec::new();
        for place in 0..u64::from(tile.width()) {
            let first = usize::try_from((tile.index() * u64::from(WIDTH) + place) * below).unwrap();
            content.extend(self.hash(first, first + usize::try_from(below).unwrap()).as_bytes());
        }
        (tile, content)
    }

    pub(super) fn tiles(&mut self, tiles: impl IntoIterator<Item = Tile>) -> Vec<Sample> {
        tiles.into_iter().map(|tile| self.tile(tile)).collect()
    }

    /// All tiles of the log.
    pub(super) fn all_tiles(&mut self) -> Vec<Sample> {
        let size = self.size();
        let level = |level| (0..).map_while(move |index| in_tree(size, level, index));
        self.tiles((0..LEVELS).flat_map(level).collect::<Vec<_>>())
    }
}
