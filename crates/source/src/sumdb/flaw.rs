//! What can be wrong with what a checksum database, or somebody in its name, has said.

use std::time::Duration;

use gomod::ModuleVersion;
use gomod::gosumdb::LookupError;
use gomod::note::NoteError;
use gomod::tlog::{TreeHead, TreeHeadError};

use crate::{Failure, FailureKind, Origin};

/// Why an answer proves nothing. Each is a reason not to believe the place that gave it.
#[derive(Debug, thiserror::Error)]
pub(super) enum Flaw {
    #[error("the tree head is not signed by the database's key: {0}")]
    Signature(NoteError),
    #[error("the kept tree head cannot be read: {0}")]
    Unreadable(std::io::Error),
    #[error("the signed note is no tree head: {0}")]
    Head(TreeHeadError),
    #[error("the answer is no record of a checksum database: {0}")]
    Lookup(#[from] LookupError),
    #[error("record {id} is said to be in a tree of {size} records")]
    BeyondTree { id: u64, size: u64 },
    #[error("the tree has another record at place {0} than the one that was sent")]
    NotInTree(u64),
    #[error("the record that was sent is not about {0}")]
    OtherModule(ModuleVersion),
    #[error("the records of {0} are not those of the tree")]
    OtherRecords(String),
    #[error(
        "SECURITY: the database has signed two trees that contradict each other, one of {} records with root {} and one \
         of {} with root {}; the evidence is kept, and nothing that rests on the second is believed",
        known.size, known.root, other.size, other.root
    )]
    Fork { known: TreeHead, other: TreeHead },
    #[error(
        "SECURITY: its latest tree has shrunk from {} records to {}, which no log may do; the evidence is kept, and the smaller \
         tree is not taken",
        before.size, now.size
    )]
    Shrunk { before: TreeHead, now: TreeHead },
}

impl Flaw {
    /// As a failure of the place: bytes that fail a checksum, which somebody has to look at. A tree that has shrunk proves nothing
    /// wrong of what is known, so that one is only of no use.
    pub(super) fn of(self, origin: &Origin, took: Duration) -> Failure {
        let kind = match self {
            Self::Shrunk { .. } => FailureKind::Unavailable,
            _ => FailureKind::Mismatch,
        };
        Failure::new(kind, origin, self.to_string(), took)
    }
}
