//! A tree that is being put together from tiles, none of which has to be believed.

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use gomod::tlog::{self, ProvenTree, Tile, TreeHead};

/// The tiles that are wanted of a tree, and those that are held.
#[derive(Debug)]
pub(super) struct Puzzle {
    head: TreeHead,
    wanted: BTreeSet<Tile>,
    /// Each proven, or not looked at yet.
    held: BTreeMap<Tile, Bytes>,
    /// Those that were fetched.
    fresh: BTreeSet<Tile>,
}

/// A tree of which some tiles are known to be true.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) proven: ProvenTree<Bytes>,
    /// The tiles that are not on the shelf yet.
    pub(super) fresh: BTreeSet<Tile>,
}

impl Puzzle {
    /// Of the tree with this head, these tiles, and those on its right edge, without which nothing is proven.
    pub(super) fn new(head: TreeHead, wanted: impl IntoIterator<Item = Tile>) -> Self {
        let wanted = wanted.into_iter().chain(tlog::edge(head.size)).collect();
        Self { head, wanted, held: BTreeMap::new(), fresh: BTreeSet::new() }
    }

    /// The tiles that are not held.
    pub(super) fn missing(&self) -> Vec<Tile> {
        self.wanted.iter().filter(|tile| !self.held.contains_key(tile)).copied().collect()
    }

    /// A tile from the shelf.
    pub(super) fn add_kept(&mut self, tile: Tile, bytes: Bytes) {
        self.held.insert(tile, bytes);
    }

    /// A tile from somebody else.
    pub(super) fn add_fetched(&mut self, tile: Tile, bytes: Bytes) {
        self.held.insert(tile, bytes);
        self.fresh.insert(tile);
    }

    /// The tree, when all of it is held and proven. Else what is held and not proven is let go.
    pub(super) fn solve(&mut self) -> Option<Tree> {
        if !self.missing().is_empty() {
            return None;
        }
        let (proven, unproven) = ProvenTree::prove(self.head, self.held.clone());
        for (tile, _) in &unproven {
            self.held.remove(tile);
        }
        unproven.is_empty().then(|| Tree { proven, fresh: self.fresh.clone() })
    }
}
