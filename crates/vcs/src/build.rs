//! What a module zip is made of.

use bytes::Bytes;

use crate::CommitId;

/// Where the files of a version lie (protocol.md C11).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleFiles {
    /// The commit.
    pub commit: CommitId,
    /// The folder of the module, from the root of the repository; empty for the root itself.
    pub dir: String,
    /// Its go.mod, raw. None where a module may lack one.
    pub go_mod: Option<Bytes>,
}
