//! What can be wrong with a bundle. No message holds anything secret, and all are one sentence without a final stop.

use std::io;

use gomod::note::NoteError;

use crate::manifest::Id;

/// Why a bundle cannot be used. Nothing of it has been used then.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The file cannot be read. Nothing is known about it.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// Neither its beginning nor its end is that of a bundle.
    #[error("it is no modkeep bundle")]
    NotABundle,
    /// It begins as a bundle and does not end as one.
    #[error("it is cut short, or something was added at its end: fetch it once more")]
    Cut,
    /// No trusted key has signed it, or it was changed since.
    #[error(transparent)]
    Signature(#[from] NoteError),
    /// A trusted key has signed a text that is no manifest, or one of a newer form.
    #[error("its manifest is none that this modkeep understands: {0}")]
    Manifest(String),
    /// Between the files are other bytes than the manifest says.
    #[error("it is not laid out as its manifest says, at {0}")]
    Layout(
        /// The path of the file.
        String,
    ),
    /// A file is not the one that was signed.
    #[error("{path} in it is not the file that was signed: {flaw}")]
    Content {
        /// The path in the bundle.
        path: String,
        /// What is wrong.
        flaw: String,
    },
    /// It builds on another bundle, which is not there.
    #[error("it builds on the bundle {0}, which is not there")]
    NeedsEarlier(Id),
    /// A bundle was given that no other one builds on.
    #[error("no bundle here builds on the bundle {0}")]
    Stray(Id),
}
