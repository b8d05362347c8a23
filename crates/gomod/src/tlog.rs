//! The transparency log behind a checksum database: a Merkle tree over all records, cut into tiles (protocol.md G3, G4, G6,
//! G16 to G20).
//!
//! What a server says about the log counts only when it is proven against a signed [`TreeHead`]: [`edge`], [`record_tiles`]
//! and [`consistency_tiles`] say which tiles that takes, and [`ProvenTree`] does it. Sizes are any `u64`; go stops at 2⁶³.

#[cfg(test)]
mod forgery;
mod hash;
mod head;
mod layout;
mod path;
mod proven;
#[cfg(test)]
mod sample;
mod tile;

pub use hash::{Hash, HashError};
pub(crate) use head::is_decimal;
pub use head::{TreeHead, TreeHeadError};
pub use layout::{consistency_tiles, edge, in_tree, record_tiles, tile_tiles};
pub use path::{TilePath, TilePathError};
pub use proven::ProvenTree;
pub use tile::{DataTile, Tile};
