//! A checksum database as a source: asked through every way there is, believed only what is proven, kept for bad days.
//!
//! * [`database`], [`databases`]: the source: lookups, tiles, heads; and the one that sends each question to its database.
//! * [`records`], [`data_tile`]: records, kept or fetched, singly and by the tile.
//! * [`engine`], [`inclusion`], [`kept`]: the rules of believing (protocol.md G13, G15), and what is kept of it.
//! * [`audited`]: one way, held to these rules.
//! * [`tiles`], [`puzzle`], [`search`]: getting hold of proven tiles (protocol.md G16 to G20).
//! * [`way`]: whom to ask.
//! * [`shelf`], [`prompt`]: where proven things are kept; [`holdings`]: proving all of them anew, offline.
//! * [`head`], [`flaw`]: the newest tree head; what can be wrong.

mod audited;
mod data_tile;
mod database;
mod databases;
mod engine;
mod flaw;
mod head;
mod holdings;
mod inclusion;
mod kept;
mod prompt;
mod puzzle;
mod records;
mod search;
mod shelf;
mod tiles;
mod way;

pub use database::{Database, DatabaseOptions};
pub use databases::Databases;
pub use holdings::{Doubt, Holdings, ProvenRecord};
pub use shelf::Shelf;
pub use way::{Mirroring, Way};
