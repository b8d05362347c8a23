//! Making a pseudo-version (protocol.md A21, A24).

use super::decimal::increment;
use super::recognise::is_pseudo_version;
use super::stamp::PseudoTime;
use crate::semver;
use crate::version::{Version, VersionError, VersionFlaw};

/// The revision of modules that exist only through a `replace` directive (protocol.md A24).
const ZERO_REVISION: &str = "000000000000";

/// The version of a commit without a tag.
///
/// `major` is the one that the module path asks for, such as `v2`; empty means `v0`. `older` is the highest tag before the
/// commit, if there is one; then `major` does not count. `rev` is what the repository calls the commit, in ASCII letters
/// and digits: twelve hex digits for git.
///
/// Errors when `major` or `rev` do not make a pseudo-version.
///
/// ```
/// use gomod::{Version, pseudo::{PseudoTime, pseudo_version}};
/// let time = PseudoTime::parse("20240102030405")?;
/// let make = |major, older: Option<&Version>| pseudo_version(major, older, time, "abcdefabcdef");
/// assert_eq!(make("v2", None)?.as_str(), "v2.0.0-20240102030405-abcdefabcdef");
/// assert_eq!(make("", Some(&Version::parse("v1.2.9")?))?.as_str(), "v1.2.10-0.20240102030405-abcdefabcdef");
/// assert_eq!(make("", Some(&Version::parse("v1.2.3-rc")?))?.as_str(), "v1.2.3-rc.0.20240102030405-abcdefabcdef");
/// # Ok::<(), gomod::VersionError>(())
/// ```
pub fn pseudo_version(
    major: &str,
    older: Option<&Version>,
    time: PseudoTime,
    rev: &str,
) -> Result<Version, VersionError> {
    let text = match older {
        None => without_base(major, time, rev),
        Some(older) => with_base(older.as_str(), time, rev),
    };
    // The shape alone would also fit where a part brings a piece of another pseudo-version along.
    if is_pseudo_version(&text) && is_major(major) && is_revision(rev) {
        Version::parse(&text)
    } else {
        Err(VersionError::new(&text, VersionFlaw::NotPseudo))
    }
}

fn is_major(major: &str) -> bool {
    let number = major.strip_prefix('v').unwrap_or(major);
    major.is_empty() || number.len() < major.len() && number.bytes().all(|b| b.is_ascii_digit())
}

fn is_revision(rev: &str) -> bool {
    rev.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn without_base(major: &str, time: PseudoTime, rev: &str) -> String {
    let major = if major.is_empty() { "v0" } else { major };
    format!("{major}.0.0-{time}-{rev}")
}

fn with_base(older: &str, time: PseudoTime, rev: &str) -> String {
    let build = semver::build(older);
    let older = &older[..older.len() - build.len()];
    match older.rsplit_once('.') {
        Some((head, patch)) if semver::prerelease(older).is_empty() => {
            format!("{head}.{}-0.{time}-{rev}{build}", increment(patch))
        }
        _ => format!("{older}.0.{time}-{rev}{build}"),
    }
}

/// The version that go gives to a module that exists only through a `replace` directive (protocol.md A24).
///
/// ```
/// assert_eq!(gomod::pseudo::zero("")?.as_str(), "v0.0.0-00010101000000-000000000000");
/// # Ok::<(), gomod::VersionError>(())
/// ```
pub fn zero(major: &str) -> Result<Version, VersionError> {
    pseudo_version(major, None, PseudoTime::ZERO, ZERO_REVISION)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pseudo::{base, rev, time};
    use proptest::prelude::*;

    fn make(major: &str, older: &str) -> String {
        let older = Version::parse(older).ok();
        let time = PseudoTime::parse("20240102030405").unwrap();
        pseudo_version(major, older.as_ref(), time, "abcdefabcdef").unwrap().to_string()
    }

    #[test]
    fn a_part_cannot_bring_a_pseudo_version_along() {
        let time = PseudoTime::ZERO;
        assert!(pseudo_version("v2", None, time, "abc").is_ok());
        assert!(pseudo_version("v2", None, time, "v1.2.1-0.0.21199999999999-abc").is_err());
        assert!(pseudo_version("v1.2.3-0", None, time, "abc").is_err());
    }

    #[test]
    fn forms() {
        for (major, older, start, end) in [
            ("", "", "v0.0.0-", ""),
            ("v7", "", "v7.0.0-", ""),
            ("", "v1.2.3", "v1.2.4-0.", ""),
            ("v9", "v1.2.99", "v1.2.100-0.", ""),
            ("", "v1.2.3-pre", "v1.2.3-pre.0.", ""),
            ("", "v1.2.3-0", "v1.2.3-0.0.", ""),
            ("", "v3.0.0+incompatible", "v3.0.1-0.", "+incompatible"),
            ("", "v2.1.0-rc.1+incompatible", "v2.1.0-rc.1.0.", "+incompatible"),
            ("", "v0.0.99999999999999999999999", "v0.0.100000000000000000000000-0.", ""),
        ] {
            assert_eq!(make(major, older), format!("{start}20240102030405-abcdefabcdef{end}"));
        }
    }

    #[test]
    fn a_revision_that_is_no_word_is_refused() {
        for rev in ["", "a-b", "a.b", "é"] {
            assert!(pseudo_version("", None, PseudoTime::ZERO, rev).is_err(), "{rev}");
        }
        assert!(pseudo_version("2", None, PseudoTime::ZERO, "abc").is_err());
    }

    proptest! {
        #[test]
        fn what_was_built_can_be_taken_apart(
            older in proptest::option::of("v[0-9]\\.[0-9]{1,3}\\.[0-9]{1,3}(-[0a-z]{1,3}(\\.[0-9a-z]{1,2})?)?(\\+incompatible)?"),
            seconds in -62_135_596_800_i64..253_402_300_800,
            revision in "[0-9a-zA-Z]{1,14}",
        ) {
            let older = older.and_then(|text| Version::parse(&text).ok());
            let at = PseudoTime::from_unix(seconds).unwrap();
            let version = pseudo_version("v3", older.as_ref(), at, &revision).unwrap();
            prop_assert!(version.is_pseudo());
            prop_assert_eq!(time(version.as_str()).unwrap(), at);
            prop_assert_eq!(rev(version.as_str()).unwrap(), revision);
            prop_assert_eq!(base(version.as_str()).unwrap(), older.as_ref().map(Version::to_string));
            prop_assert!(older.is_none_or(|older| older < version));
        }
    }
}
