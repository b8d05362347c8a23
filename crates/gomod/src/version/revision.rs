//! A revision: whatever text a user may put after `@` that a proxy can be asked for (protocol.md A12, A13).

use std::sync::Arc;

use super::canonical::Version;
use super::error::{VersionError, VersionFlaw};
use crate::escape::{escape, unescape};
use crate::path::{PathFlaw, PathKind, check_element};
use crate::text_type::text_traits;

/// A version, branch, tag or commit hash that can be escaped (protocol.md A12). Cheap to clone.
///
/// A branch such as `release/x` holds a slash and is none: go refuses it before it asks any proxy (protocol.md A13).
/// A revision may begin with `-`: whoever hands it to a program must not let it be read as an option.
///
/// ```
/// use gomod::Revision;
/// assert!(Revision::parse("main")?.as_version().is_none());
/// assert!(Revision::parse("v1.2.3")?.as_version().is_some());
/// for bad in ["release/x", "", "..", "a!b", "größer", "a:b", "con", "a."] {
///     assert!(Revision::parse(bad).is_err(), "{bad}");
/// }
/// # Ok::<(), gomod::VersionError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(Arc<str>);

impl Revision {
    /// Takes any text that can be one file name, is ASCII and has no `!`.
    pub fn parse(revision: &str) -> Result<Self, VersionError> {
        let disallowed = |flaw| VersionError::new(revision, VersionFlaw::Disallowed(flaw));
        check_element(PathKind::File, revision).map_err(disallowed)?;
        match revision.chars().find(|&c| c == '!' || !c.is_ascii()) {
            Some(bad) => Err(disallowed(PathFlaw::Character(bad))),
            None => Ok(Self(revision.into())),
        }
    }

    /// Takes the `!` form (protocol.md A14).
    ///
    /// ```
    /// use gomod::Revision;
    /// assert_eq!(Revision::unescape("!feature-1")?.as_str(), "Feature-1");
    /// assert!(Revision::unescape("Feature-1").is_err());
    /// # Ok::<(), gomod::VersionError>(())
    /// ```
    pub fn unescape(escaped: &str) -> Result<Self, VersionError> {
        let revision =
            unescape(escaped).ok_or_else(|| VersionError::new(escaped, VersionFlaw::NotEscaped))?;
        Self::parse(&revision)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text for file names and URLs (protocol.md A12).
    pub fn escaped(&self) -> String {
        escape(&self.0)
    }

    /// The version that it names, if it is written canonically; what else it may mean only a repository knows.
    pub fn as_version(&self) -> Option<Version> {
        Version::parse(&self.0).ok()
    }
}

impl From<Version> for Revision {
    fn from(version: Version) -> Self {
        Self(version.as_str().into())
    }
}

text_traits!(Revision, VersionError);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_slash_is_a_disallowed_version_string() {
        let message = Revision::parse("release/x").unwrap_err().to_string();
        assert!(message.contains("disallowed version string"), "{message}");
    }

    #[test]
    fn an_escaped_bang_stays_out() {
        assert!(Revision::unescape("a!!b").is_err());
        assert!(Revision::unescape("a!").is_err());
    }

    proptest! {
        #[test]
        fn every_version_is_a_revision(text in "v[0-9]\\.[0-9]\\.[0-9](-[A-Za-c0.]{1,6})?") {
            if let Ok(version) = Version::parse(&text) {
                let revision = Revision::parse(&text).unwrap();
                prop_assert_eq!(revision.as_version(), Some(version.clone()));
                prop_assert_eq!(Revision::from(version), revision);
            }
        }

        #[test]
        fn escaping_and_back_is_the_identity(text in "\\PC{1,12}") {
            if let Ok(revision) = Revision::parse(&text) {
                prop_assert_eq!(Revision::unescape(&revision.escaped()).unwrap(), revision);
            }
        }
    }
}
