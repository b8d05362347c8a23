//! The `h1:` hash, which is what go.sum and checksum databases vouch for (protocol.md F1 to F3).
//!
//! It covers names and contents, not the bytes of a zip: those differ between Go releases (protocol.md C22, C23).

mod files;
mod h1;
mod zip;

pub(crate) use files::hash_digests;
pub use files::{HashError, hash_go_mod, hash1};
pub use h1::{H1, H1Error};
pub use zip::hash_zip;
