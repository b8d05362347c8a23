//! Where what a checksum database said is kept once it is proven.
//!
//! Nothing here has to be believed when it is read back: tiles are proven against the tree head each time, records against
//! tiles, and the head against the key. So a shelf needs no checksums of its own, and what it lost is fetched again.

use std::fmt::Debug;
use std::io;

use bytes::Bytes;

/// Keeps small files by their address below the root of the database: `latest`, `lookup/…`, `tile/…` (protocol.md G12).
///
/// Addresses come from [`SumDbPath::address`](crate::SumDbPath::address) alone, whose parts are checked types.
#[async_trait::async_trait]
pub trait Shelf: Debug + Send + Sync {
    /// What is kept at an address. An empty file counts as none (protocol.md G12).
    async fn read(&self, address: &str) -> io::Result<Option<Bytes>>;

    /// Keeps a file whole or not at all, in place of an older one. It survives a crash once this returns.
    async fn write(&self, address: &str, content: Bytes) -> io::Result<()>;

    /// Forgets the file or folder at an address. Nothing happens when there is none.
    async fn forget(&self, address: &str) -> io::Result<()>;

    /// Keeps what proves that a database has contradicted itself, for people to look at and never to be served. `name` is a
    /// plain file name.
    async fn keep_evidence(&self, name: &str, text: String) -> io::Result<()>;
}
