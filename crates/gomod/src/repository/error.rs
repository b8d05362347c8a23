//! Why a path leads to no repository before anybody is asked.

/// A path that go refuses by its looks. The words are go's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RepositoryError {
    /// The host is known, but its repositories have other paths. go asks nobody then (protocol.md E1).
    #[error("invalid {prefix} import path {path:?}")]
    Pattern {
        /// The beginning that is known.
        prefix: &'static str,
        /// The whole path.
        path: String,
    },
    /// A host whose repositories are named without `.git` (protocol.md E2).
    #[error("invalid version control suffix in {prefix}/ path")]
    Suffix {
        /// The beginning that is known.
        prefix: &'static str,
    },
    /// One of two places where go knows that there is no module (protocol.md E1).
    #[error("no modules at {0}")]
    Reserved(&'static str),
}
