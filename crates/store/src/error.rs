//! What can go wrong with a store.

use std::io;
use std::path::{Path, PathBuf};

/// A failure of the store itself. None of them says anything about the artifact, so none may fail a request.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file could not be read, written, made durable or removed.
    #[error("cannot {doing} {path}: {source}")]
    Io {
        /// What was attempted, as a verb: "read", "publish".
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process keeps things in the same folder.
    #[error("another process is using the data folder {path}; stop it, or give this one a folder of its own")]
    InUse {
        /// The data folder.
        path: PathBuf,
    },
    /// A list was put. Lists are made from what is kept and cannot be kept themselves.
    #[error("a list is not kept but made from the versions that are kept")]
    ListIsMade,
    /// A part of a checksum database was put. Those are kept by whoever proves them.
    #[error("what a checksum database says is kept with the database and not among modules")]
    NotKept,
    /// Nobody could be found to vouch for what is kept, so that it may not be served.
    #[error("what is kept may not be served: {0}")]
    Unvouched(String),
    /// The store did not answer in time: its disk hangs, or has far too much to do.
    #[error("the store does not answer; see whether its disk hangs or is overloaded")]
    Hangs,
}

impl StoreError {
    /// The conversion for `map_err`: what was attempted with which file.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }
}
