//! Why a version was refused (protocol.md A6).

use std::fmt;

use crate::path::PathFlaw;

/// A version that Go would not accept here. Prints as `<version>: invalid version: <reason>`, so that
/// `<path>@` in front gives the message that go prints.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct VersionError {
    /// The text that was refused.
    pub version: String,
    /// The rule that it breaks.
    pub flaw: VersionFlaw,
}

impl VersionError {
    pub(crate) fn new(version: &str, flaw: VersionFlaw) -> Self {
        Self { version: version.to_owned(), flaw }
    }
}

impl fmt::Display for VersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.flaw.is_about_pseudo() { "pseudo-version" } else { "version" };
        write!(f, "{}: invalid {noun}: {}", self.version, self.flaw)
    }
}

/// One broken rule about versions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VersionFlaw {
    /// It does not follow the grammar of protocol.md A16.
    #[error("not a semantic version such as v1.2.3")]
    NotSemver,
    /// It is a version, but there is one preferred way to write it (protocol.md A19).
    #[error("not canonical; write {canonical}")]
    NotCanonical {
        /// The preferred way.
        canonical: String,
    },
    /// Its major version is not the one of the module path (protocol.md A9).
    #[error("should be {wanted}, not {found}")]
    WrongMajor {
        /// What the path asks for.
        wanted: String,
        /// What the version has.
        found: String,
    },
    /// It can be no file name, so no proxy can be asked for it (protocol.md A12, A13).
    #[error("disallowed version string: {0}")]
    Disallowed(PathFlaw),
    /// It is not the `!` form (protocol.md A14).
    #[error("not the escaped form, where `!` and a lower-case letter stand for an upper-case letter")]
    NotEscaped,
    /// It has not the shape of a pseudo-version (protocol.md A20).
    #[error("it has not the shape vX.Y.Z-…-yyyymmddhhmmss-revision")]
    NotPseudo,
    /// Its fourteen digits are no time (protocol.md A22).
    #[error("{0} is no calendar time")]
    PseudoTime(String),
    /// No version can come before it (protocol.md A23).
    #[error("no version comes before {0}")]
    PseudoBase(String),
    /// A build tag where no base could have given one (protocol.md A23).
    #[error("it has no base version, so the build tag {0} means nothing")]
    PseudoBuild(String),
}

impl VersionFlaw {
    fn is_about_pseudo(&self) -> bool {
        matches!(self, Self::NotPseudo | Self::PseudoTime(_) | Self::PseudoBase(_) | Self::PseudoBuild(_))
    }
}
