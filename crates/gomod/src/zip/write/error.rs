//! Why a zip was not written, in go's words where it has some.

use std::io;

use super::limited::is_over_limit;
use crate::dirhash::HashError;
use crate::zip::{MAX_DIRECTORY_BYTES, MAX_GO_MOD_BYTES, MAX_LICENSE_BYTES, MAX_ZIP_BYTES};

/// A zip that could not be written, or that go would not take.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// What the zip is written to failed. Nothing is known about the module; trying again may help.
    #[error("the zip could not be written: {0}")]
    Out(#[source] io::Error),
    /// A file could not be read.
    #[error("{path}: {error}")]
    Content {
        /// The file.
        path: String,
        /// Why not.
        #[source]
        error: io::Error,
    },
    /// The files have more than [`MAX_ZIP_BYTES`] in all (protocol.md C2).
    #[error("module source tree too large (max size is {MAX_ZIP_BYTES} bytes)")]
    TreeTooLarge,
    /// go.mod is over [`MAX_GO_MOD_BYTES`] (protocol.md C2).
    #[error("go.mod: go.mod file too large (max size is {MAX_GO_MOD_BYTES} bytes)")]
    GoModTooLarge,
    /// LICENSE is over [`MAX_LICENSE_BYTES`] (protocol.md C2).
    #[error("LICENSE: LICENSE file too large (max size is {MAX_LICENSE_BYTES} bytes)")]
    LicenseTooLarge,
    /// The zip is over [`MAX_ZIP_BYTES`] (protocol.md C2).
    #[error("module zip file is too large (limit is {MAX_ZIP_BYTES} bytes)")]
    ZipTooLarge,
    /// The directory of the zip is over [`MAX_DIRECTORY_BYTES`], so that it would not be read again.
    #[error("the names of the files take {0} bytes in the zip; the limit is {MAX_DIRECTORY_BYTES}")]
    DirectoryTooLarge(u64),
    /// A name with this many bytes, the folder of the module included.
    #[error("a file name has {0} bytes; a zip has room for 65535")]
    NameTooLong(usize),
    /// The same file twice.
    #[error("multiple entries for file {0:?}")]
    Duplicate(String),
    /// The zip has no h1 hash.
    #[error(transparent)]
    Hash(#[from] HashError),
}

impl WriteError {
    /// Whether it says nothing about the module: the place to write to failed, or a file could not be read.
    pub fn is_io(&self) -> bool {
        matches!(self, Self::Out(_) | Self::Content { .. })
    }

    /// An error of the zip writer, which has only those of what it writes to.
    pub(super) fn zip(error: rawzip::Error) -> Self {
        match error.into_kind() {
            rawzip::ErrorKind::IO(error) => Self::out(error),
            kind => Self::Out(io::Error::other(rawzip::Error::from(kind))),
        }
    }

    pub(super) fn out(error: io::Error) -> Self {
        if is_over_limit(&error) { Self::ZipTooLarge } else { Self::Out(error) }
    }
}
