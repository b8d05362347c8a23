//! Module zips: what go accepts as one, checked without unpacking it (protocol.md C1 to C5, C9), and making one: which files
//! belong into it ([`select()`], C6 to C9), and writing it ([`Writer`], C10).
//!
//! The bytes come through [`ReaderAt`], so files, slices and anything else that can be read at an offset will do, and no
//! file content is ever held whole.
//!
//! Beyond go's own rules a zip is refused whose directory lies or does what no writer of module zips does: entries that
//! overlap, that are encrypted or compressed in another way, that are more or fewer than the end record says; names that
//! are not UTF-8; directories with content; other bytes in front of the zip; a checksum of zero for content that has
//! another. What go refuses is refused here too, so a zip that passes is one that go can unpack.

mod check;
mod collision;
mod directory;
mod error;
mod fold;
mod layout;
mod pack;
mod plain;
mod read;
#[cfg(test)]
pub(crate) mod sample;
mod select;
mod write;

pub use check::{Summary, check};
pub use collision::Collision;
pub(crate) use directory::{Archive, Entry};
pub use error::ZipError;
pub use pack::{Packed, Packer};
pub use plain::is_plain;
pub use rawzip::ReaderAt;
pub(crate) use read::ContentReader;
pub use select::{Listed, ListedKind, SelectError, Selection, select};
pub use write::{WriteError, Writer};

/// The largest zip, in bytes, and the largest sum of its uncompressed files: 500 MiB. go refuses more (protocol.md C2).
pub const MAX_ZIP_BYTES: u64 = 500 << 20;
/// The largest go.mod in the root of a module, in bytes: 16 MiB (protocol.md C2).
pub const MAX_GO_MOD_BYTES: u64 = 16 << 20;
/// The largest LICENSE in the root of a module, in bytes: 16 MiB (protocol.md C2).
pub const MAX_LICENSE_BYTES: u64 = 16 << 20;
/// The largest central directory, in bytes: 64 MiB. go has no such limit. It bounds the memory of [`check()`], which is at
/// most four times the directory, however deep the names in it are: each entry is kept with its name, and with the same name
/// folded for comparison. At some 150 bytes each it is enough for 400,000 files, many times what the largest modules have.
pub const MAX_DIRECTORY_BYTES: u64 = 64 << 20;
