//! Why a zip is no module zip: a variant for each rule.

use std::io;

use super::collision::Collision;
use crate::dirhash::HashError;
use crate::path::PathError;

/// A zip that is not a module zip that go would unpack, or that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ZipError {
    /// The storage failed. Nothing is known about the zip; trying again may help.
    #[error("the zip could not be read: {0}")]
    Io(#[source] io::Error),
    /// The structure of a zip is not there: cut off, or something else.
    #[error("this is not a whole zip: {0}")]
    Malformed(#[source] rawzip::Error),
    /// The file is over [`MAX_ZIP_BYTES`](super::MAX_ZIP_BYTES) (protocol.md C2).
    #[error("the zip has {0} bytes; go takes at most {max}", max = super::MAX_ZIP_BYTES)]
    ZipTooLarge(u64),
    /// The central directory is over [`MAX_DIRECTORY_BYTES`](super::MAX_DIRECTORY_BYTES).
    #[error("the directory of the zip has {0} bytes; the limit is {max}", max = super::MAX_DIRECTORY_BYTES)]
    DirectoryTooLarge(u64),
    /// The directory says one number of entries and has another.
    #[error("the zip says that it has {declared} entries, and has {found}")]
    EntryCount {
        /// What the end record says.
        declared: u64,
        /// How many there are.
        found: u64,
    },
    /// The end record gives another place or length of the directory than the one where it is. go would look elsewhere, or
    /// read entries from the wrong place.
    #[error("the zip says that the {what} of its directory is {declared}; it is {found}")]
    Directory {
        /// `length` or `offset`, both in bytes.
        what: &'static str,
        /// What the end record says.
        declared: u64,
        /// What is there.
        found: u64,
    },
    /// Two entries share bytes, as in zip bombs, or an entry runs into the directory.
    #[error("the data of {name:?} overlaps {other}")]
    Overlap {
        /// The entry whose data comes first.
        name: String,
        /// What it overlaps.
        other: String,
    },
    /// An entry that needs a password.
    #[error("the entry {0:?} is encrypted")]
    Encrypted(String),
    /// A compression method other than none and deflate.
    #[error("the entry {name:?} uses compression method {method}; only 0 (none) and 8 (deflate) are known")]
    Method {
        /// The entry.
        name: String,
        /// Its method, by the number that the zip format gives it.
        method: u16,
    },
    /// A name that is no text (protocol.md A2).
    #[error("the entry name {0:?} is not UTF-8")]
    NotUtf8(String),
    /// A name outside the folder that every module zip has (protocol.md C1).
    #[error("the entry {name:?} does not begin with {prefix:?}")]
    Prefix {
        /// The entry.
        name: String,
        /// `path@version/`.
        prefix: String,
    },
    /// A name that is not the shortest way to write its path (protocol.md C3).
    #[error("the path {0:?} is not clean: it has an empty element, `.` or `..`")]
    NotClean(String),
    /// A name with characters or elements that go does not allow in files (protocol.md C3).
    #[error(transparent)]
    Path(#[from] PathError),
    /// Two names that some file systems cannot tell apart (protocol.md C9).
    #[error(transparent)]
    Collision(#[from] Collision),
    /// A go.mod below the root: those files belong to another module (protocol.md C3).
    #[error(
        "{0:?} is not in the root of the module, so it begins another module, which has no place in this zip"
    )]
    NestedGoMod(String),
    /// `GO.MOD` and the like (protocol.md C3).
    #[error("{0:?} must be written go.mod, in lower case")]
    GoModCase(String),
    /// A directory entry with content; go would fail to read it.
    #[error("the directory {0:?} has content")]
    DirectoryContent(String),
    /// The files are over [`MAX_ZIP_BYTES`](super::MAX_ZIP_BYTES) in all (protocol.md C2).
    #[error("the files of the zip have more than {max} bytes in all, the most that go takes", max = super::MAX_ZIP_BYTES)]
    ContentTooLarge,
    /// go.mod is over [`MAX_GO_MOD_BYTES`](super::MAX_GO_MOD_BYTES) (protocol.md C2).
    #[error("go.mod has {0} bytes; go takes at most {max}", max = super::MAX_GO_MOD_BYTES)]
    GoModTooLarge(u64),
    /// LICENSE is over [`MAX_LICENSE_BYTES`](super::MAX_LICENSE_BYTES) (protocol.md C2).
    #[error("LICENSE has {0} bytes; go takes at most {max}", max = super::MAX_LICENSE_BYTES)]
    LicenseTooLarge(u64),
    /// The compressed data is damaged, or gives another size or checksum than the directory says (protocol.md C4).
    #[error("the content of {name:?} is damaged: {error}")]
    Content {
        /// The entry.
        name: String,
        /// What was found.
        #[source]
        error: io::Error,
    },
    /// The zip has no h1 hash.
    #[error(transparent)]
    Hash(#[from] HashError),
}

impl ZipError {
    /// Whether the storage failed rather than the zip: a cache should report its disk, not drop the entry.
    pub fn is_io(&self) -> bool {
        matches!(self, Self::Io(_))
    }

    /// An error of the zip structure. A read past the end is the fault of the zip; other read errors are the storage's.
    pub(super) fn structure(error: rawzip::Error) -> Self {
        match error.kind() {
            rawzip::ErrorKind::IO(io) if io.kind() != io::ErrorKind::UnexpectedEof => match error.into_kind()
            {
                rawzip::ErrorKind::IO(io) => Self::Io(io),
                kind => Self::Malformed(kind.into()),
            },
            _ => Self::Malformed(error),
        }
    }

    /// An error while content was read: of the data, unless its kind says otherwise.
    pub(super) fn content(name: &str, error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
                Self::Content { name: name.to_owned(), error }
            }
            _ => Self::Io(error),
        }
    }
}
