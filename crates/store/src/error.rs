//! What can go wrong with a store.

use std::io;
use std::path::PathBuf;

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
    /// The artifact was taken apart in the middle of being read for keeping.
    #[error("the artifact could not be read while it was being kept: {0}")]
    Artifact(#[from] source::Failure),
}
