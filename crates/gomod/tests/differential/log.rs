//! A made-up log of a checksum database, as its server has it, with a key to sign heads.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use gomod::note::SignerKey;
use gomod::tlog::{Hash, Tile, TreeHead};

/// Three levels of tiles. The first records of a log are a log as well, so this one holds all smaller sizes.
pub(crate) const SIZE: u64 = 70_001;

pub(crate) const VERSION: &str = "v1.0.0";

const HASH_BYTES: usize = 32;

/// The complete subtrees, by height: first the records.
static LEVELS: LazyLock<Vec<Vec<Hash>>> = LazyLock::new(|| {
    let mut levels: Vec<Vec<Hash>> = vec![(0..SIZE).map(|id| Hash::record(record(id).as_bytes())).collect()];
    while let Some([_, _, ..]) = levels.last().map(Vec::as_slice) {
        let below = levels.last().into_iter().flat_map(|level| level.as_chunks().0);
        let above = below.map(|[left, right]| Hash::node(left, right)).collect();
        levels.push(above);
    }
    levels
});

/// The module that a record is about.
pub(crate) fn module(id: u64) -> String {
    format!("example.test/M{id}")
}

/// The text of a record.
pub(crate) fn record(id: u64) -> String {
    let mut content = [0; HASH_BYTES];
    content[..8].copy_from_slice(&id.to_be_bytes());
    let (module, h1) = (module(id), STANDARD.encode(content));
    format!("{module} {VERSION} h1:{h1}\n{module} {VERSION}/go.mod h1:{}\n", h1.to_lowercase())
}

/// The head of the log when it had this size.
pub(crate) fn head(size: u64) -> TreeHead {
    let bits = (0..u64::BITS).filter(|bit| size >> bit & 1 == 1);
    let subtree =
        |bit: u32| LEVELS[usize::try_from(bit).unwrap()][usize::try_from((size >> bit) - 1).unwrap()];
    let join = |right: Option<Hash>, bit| {
        Some(right.map_or(subtree(bit), |right| Hash::node(&subtree(bit), &right)))
    };
    TreeHead { size, root: bits.fold(None, join).unwrap_or(Hash::EMPTY_TREE) }
}

/// The content of a tile.
pub(crate) fn tile(tile: &Tile) -> Vec<u8> {
    let level = &LEVELS[usize::from(tile.level()) * 8];
    let first = usize::try_from(tile.index() * 256).unwrap();
    level[first..first + usize::from(tile.width())].iter().flat_map(|hash| *hash.as_bytes()).collect()
}

/// The key that signs heads.
pub(crate) fn signer() -> SignerKey {
    SignerKey::from_seed("db.example.test", [3; HASH_BYTES]).unwrap()
}

/// A signed head.
pub(crate) fn note(head: &TreeHead) -> String {
    signer().sign(&head.to_text()).unwrap()
}
