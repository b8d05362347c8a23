//! Whose configuration counts.

use std::path::PathBuf;

/// Whose configuration of a repository program counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Profile {
    /// A server's: no configuration of the system or a user counts.
    Server {
        /// The one configuration that counts, if any: a file of git's or Mercurial's, a folder of Subversion's.
        config: Option<PathBuf>,
    },
    /// The user's own: their configuration of the program and of ssh counts for the network, as it does for go (protocol.md
    /// E12). It never counts for what is made of the files, so that the user's filters do not change hashes.
    User,
}
