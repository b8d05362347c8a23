//! Why a module cannot be zipped, in go's words where it has some.

use crate::path::PathError;
use crate::zip::Collision;

/// A name that makes a whole module impossible.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// Not the shortest way to write the path (protocol.md C6).
    #[error("{0}: file path is not clean")]
    NotClean(String),
    /// The path begins with a slash (protocol.md C6).
    #[error("{0}: file path is not relative")]
    NotRelative(String),
    /// Characters or elements that go does not allow in files (protocol.md A2 to A4).
    #[error("{path}: {0}", path = .0.path)]
    Path(#[from] PathError),
    /// `GO.MOD` and the like in the root (protocol.md C6).
    #[error("{0}: go.mod files must have lowercase names")]
    GoModCase(String),
    /// Two names that some file systems cannot tell apart (protocol.md C9).
    #[error(transparent)]
    Collision(#[from] Collision),
}
