//! Folders of remotes on our disk, whatever system they are of: found by address, locked against removal, kept within a limit;
//! a queue that lets one
//! fetch serve all who want it; and the repositories that are open.

pub(crate) mod folder;
mod lane;
pub(crate) mod lock;
mod opened;
pub(crate) mod size;
mod sweep;

use std::fmt::Write as _;
use std::io;

use tokio::task::spawn_blocking;

use crate::RepoError;

pub(crate) use folder::{Folder, InUse};
pub(crate) use lane::{Fetcher, Lane};
pub(crate) use opened::Opened;
pub(crate) use sweep::Sweeper;

/// Work with the disk, off the async workers.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, RepoError> {
    let done = spawn_blocking(work).await.map_err(io::Error::other).flatten();
    done.map_err(|error| disk(&error))
}

/// An error of the disk.
pub(crate) fn disk(error: &io::Error) -> RepoError {
    RepoError::unavailable(format!("the cache of repositories cannot be used: {error}"))
}

/// Bytes as hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
