//! A canonical version: the only kind that can name a file of a module (protocol.md A19).

use std::cmp::Ordering;
use std::sync::Arc;

use super::error::{VersionError, VersionFlaw};
use crate::escape::{escape, unescape};
use crate::module::canonical_version;
use crate::pseudo::is_pseudo_version;
use crate::semver;
use crate::text_type::text_traits;

/// A canonical version: three numbers, and no build tag but `+incompatible` (protocol.md A19). Cheap to clone.
///
/// Ordered as versions, then by bytes, so that the order is total (protocol.md A17, A18).
///
/// ```
/// use gomod::Version;
/// let version = Version::parse("v1.0.0-RC1")?;
/// assert_eq!(version.escaped(), "v1.0.0-!r!c1");
/// assert!(version < Version::parse("v1.0.0")?);
/// for bad in ["v1", "v1.2", "1.2.3", "v1.2.3+meta", "latest", ""] {
///     assert!(Version::parse(bad).is_err(), "{bad}");
/// }
/// # Ok::<(), gomod::VersionError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Version(Arc<str>);

impl Version {
    /// Takes a version that is written canonically.
    pub fn parse(version: &str) -> Result<Self, VersionError> {
        match canonical_version(version) {
            None => Err(VersionError::new(version, VersionFlaw::NotSemver)),
            Some(canonical) if canonical != version => {
                Err(VersionError::new(version, VersionFlaw::NotCanonical { canonical }))
            }
            Some(_) => Ok(Self(version.into())),
        }
    }

    /// Takes the `!` form of a canonical version (protocol.md A14).
    ///
    /// ```
    /// use gomod::Version;
    /// assert_eq!(Version::unescape("v1.0.0-!r!c1")?.as_str(), "v1.0.0-RC1");
    /// assert!(Version::unescape("v1.0.0-RC1").is_err());
    /// # Ok::<(), gomod::VersionError>(())
    /// ```
    pub fn unescape(escaped: &str) -> Result<Self, VersionError> {
        let version = unescape(escaped).ok_or_else(|| VersionError::new(escaped, VersionFlaw::NotEscaped))?;
        Self::parse(&version)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text for file names and URLs (protocol.md A12).
    pub fn escaped(&self) -> String {
        escape(&self.0)
    }

    /// Whether it was made from a commit rather than a tag (protocol.md A20).
    pub fn is_pseudo(&self) -> bool {
        is_pseudo_version(&self.0)
    }

    /// Whether it has a pre-release part; every pseudo-version does.
    pub fn is_prerelease(&self) -> bool {
        !semver::prerelease(&self.0).is_empty()
    }

    /// Whether it ends with `+incompatible`: a major version above 1 without the suffix in the path (protocol.md A9).
    pub fn is_incompatible(&self) -> bool {
        self.0.ends_with("+incompatible")
    }

    /// The major version with its `v`, such as `v2`.
    pub fn major(&self) -> &str {
        // Only a valid version was accepted.
        semver::major(&self.0).unwrap_or_default()
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        semver::compare_total(&self.0, &other.0)
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

text_traits!(Version, VersionError);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn messages_say_what_to_write() {
        let message = Version::parse("v1.2").unwrap_err().to_string();
        assert_eq!(message, "v1.2: invalid version: not canonical; write v1.2.0");
    }

    #[test]
    fn incompatible_is_the_only_build_tag() {
        assert!(Version::parse("v2.0.0+incompatible").unwrap().is_incompatible());
        assert!(Version::parse("v2.0.0+incompatible.1").is_err());
    }

    #[test]
    fn parts() {
        let version = Version::parse("v10.0.0-beta").unwrap();
        assert_eq!((version.major(), version.is_prerelease(), version.is_pseudo()), ("v10", true, false));
        assert!(Version::parse("v0.0.0-20240102030405-abcdefabcdef").unwrap().is_pseudo());
    }

    proptest! {
        #[test]
        fn escaping_and_back_is_the_identity(text in "v[0-9]\\.[0-9]\\.[0-9](-[A-Za-c0.]{1,6})?(\\+incompatible)?") {
            if let Ok(version) = Version::parse(&text) {
                prop_assert_eq!(Version::unescape(&version.escaped()).unwrap(), version);
            }
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in any::<String>()) {
            prop_assert_eq!(Version::parse(&text).is_ok_and(|v| v.as_str() != text), false);
        }
    }
}
