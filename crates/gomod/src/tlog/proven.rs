//! Tiles that are proven to belong to a signed tree (protocol.md G17).
//!
//! The tiles at the tree's right edge must together hash to its root. Every other tile must hash to its entry in a proven
//! tile above it; there is no way into a [`ProvenTree`] but these two.

use std::collections::BTreeMap;

use super::hash::Hash;
use super::head::TreeHead;
use super::layout::{edge, in_tree};
use super::tile::{HASH_BYTES, HEIGHT, Tile, WIDTH, place_in_tile};

/// Tiles of one tree, each of them proven against its head.
///
/// ```
/// use gomod::tlog::{Hash, ProvenTree, Tile, TreeHead};
/// let [a, b] = [Hash::record(b"a\n"), Hash::record(b"b\n")];
/// let head = TreeHead { size: 2, root: Hash::node(&a, &b) };
/// let tile = Tile::new(0, 0, 2).unwrap();
/// let content = [*a.as_bytes(), *b.as_bytes()].concat();
/// let (tree, unproven) = ProvenTree::prove(head, [(tile, content)]);
/// assert!(unproven.is_empty());
/// assert_eq!(tree.record_hash(1), Some(b));
/// assert_eq!(tree.root_of(1), Some(a));
/// ```
#[derive(Debug, Clone)]
pub struct ProvenTree<B> {
    head: TreeHead,
    /// Tiles with the widths that they have in this tree.
    tiles: BTreeMap<Tile, B>,
}

/// A tile with its content, which may be anything yet.
type Claim<B> = (Tile, B);

impl<B: AsRef<[u8]>> ProvenTree<B> {
    /// Proves what can be proven, and gives back the rest: tiles that are wrong, of another length or width than in this
    /// tree, or with nothing above them that proves them. When a tile of the [`edge`] is missing or wrong, nothing can be
    /// proven. Of several contents for one tile only the first is looked at.
    pub fn prove(
        head: TreeHead,
        tiles: impl IntoIterator<Item = (Tile, B)>,
    ) -> (ProvenTree<B>, Vec<(Tile, B)>) {
        let (mut claims, mut unproven) = sort(tiles);
        let mut tree = Self { head, tiles: take_edge(head.size, &mut claims) };
        if tree.root_of(head.size) != Some(head.root) {
            unproven.extend(std::mem::take(&mut tree.tiles));
        }
        // From the top down, so that what is above a tile was judged before it.
        while let Some((tile, content)) = claims.pop_last() {
            if tree.proves(&tile, content.as_ref()) {
                tree.tiles.insert(tile, content);
            } else {
                unproven.push((tile, content));
            }
        }
        (tree, unproven)
    }

    /// The head against which everything here is proven.
    pub fn head(&self) -> TreeHead {
        self.head
    }

    /// The content of a tile. A tile that is wider in this tree is cut: its beginning is what it was when the tree was
    /// smaller.
    pub fn tile(&self, tile: &Tile) -> Option<&[u8]> {
        let known = in_tree(self.head.size, tile.level(), tile.index())?;
        self.tiles.get(&known)?.as_ref().get(..tile.size_bytes())
    }

    /// All tiles with their contents, as wide as they are in this tree, sorted.
    pub fn tiles(&self) -> impl Iterator<Item = (Tile, &B)> {
        self.tiles.iter().map(|(tile, content)| (*tile, content))
    }

    /// The hash of a record; `None` when its tile is missing.
    pub fn record_hash(&self, id: u64) -> Option<Hash> {
        let index = id / u64::from(WIDTH);
        self.entry(0, index, place_in_tile(id))
    }

    /// The root of the tree over the first `size` records. `None` when tiles are missing, or the tree is smaller.
    pub fn root_of(&self, size: u64) -> Option<Hash> {
        if size == 0 {
            return Some(Hash::EMPTY_TREE);
        }
        edge(size).iter().try_fold(None, |right, tile| Some(fold(self.tile(tile)?, right)))?
    }

    /// One hash of a tile.
    fn entry(&self, level: u8, index: u64, place: u16) -> Option<Hash> {
        let tile = in_tree(self.head.size, level, index)?;
        let entries = self.tiles.get(&tile)?.as_ref().as_chunks().0;
        entries.get(usize::from(place)).copied().map(Hash::from_bytes)
    }

    /// Whether a tile is full and hashes to its entry above it. The beginning of one could be made up: the entry itself, as
    /// the only hash of a tile of width 1, hashes to the entry as well.
    fn proves(&self, tile: &Tile, content: &[u8]) -> bool {
        let (level, index, place) = tile.parent();
        tile.is_full() && self.entry(level, index, place) == Some(subtree(content))
    }
}

/// Separates tiles of the right length, each once, from all others.
fn sort<B: AsRef<[u8]>>(tiles: impl IntoIterator<Item = Claim<B>>) -> (BTreeMap<Tile, B>, Vec<Claim<B>>) {
    let (mut claims, mut others) = (BTreeMap::new(), Vec::new());
    for (tile, content) in tiles {
        let is_new = !claims.contains_key(&tile);
        if is_new && content.as_ref().len() == tile.size_bytes() {
            claims.insert(tile, content);
        } else {
            others.push((tile, content));
        }
    }
    (claims, others)
}

fn take_edge<B>(size: u64, claims: &mut BTreeMap<Tile, B>) -> BTreeMap<Tile, B> {
    edge(size).into_iter().filter_map(|tile| claims.remove_entry(&tile)).collect()
}

/// The hash of the entries of an edge tile and of all that is to the right of them: one complete subtree for each bit of
/// the width, the larger to the left.
fn fold(entries: &[u8], mut right: Option<Hash>) -> Option<Hash> {
    let mut end = entries.len();
    for bit in 0..HEIGHT {
        let length = HASH_BYTES << bit;
        if entries.len() & length == 0 {
            continue;
        }
        let left = subtree(&entries[end - length..end]);
        right = Some(right.map_or(left, |right| Hash::node(&left, &right)));
        end -= length;
    }
    right
}

/// The hash of a complete subtree with these entries, whose number is a power of two.
fn subtree(entries: &[u8]) -> Hash {
    match entries.as_chunks().0 {
        [] => Hash::EMPTY_TREE,
        [entry] => Hash::from_bytes(*entry),
        pairs => {
            let (left, right) = entries.split_at(pairs.len() / 2 * HASH_BYTES);
            Hash::node(&subtree(left), &subtree(right))
        }
    }
}

#[cfg(test)]
mod tests;
