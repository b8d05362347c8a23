//! Telling a pseudo-version from a tag (protocol.md A20).
//!
//! The shape leaves room for revisions of other systems than git, so a revision is any run of ASCII letters and digits.

use super::stamp::TIME_DIGITS;
use crate::semver;

/// Whether the version has the shape of a pseudo-version. Its fourteen digits may still be no time.
///
/// ```
/// use gomod::pseudo::is_pseudo_version;
/// assert!(is_pseudo_version("v0.0.0-20240102030405-abcdefabcdef"));
/// assert!(is_pseudo_version("v1.2.4-0.20240102030405-abcdefabcdef+incompatible"));
/// assert!(is_pseudo_version("v1.2.3-pre.0.20240102030405-abcdefabcdef"));
/// assert!(!is_pseudo_version("v1.2.3-20240102030405-abcdefabcdef"));
/// assert!(!is_pseudo_version("v0.0.0-2024-abcdefabcdef"));
/// ```
pub fn is_pseudo_version(version: &str) -> bool {
    semver::is_valid(version) && has_shape(version)
}

fn has_shape(version: &str) -> bool {
    let without_build = version.split('+').next().unwrap_or(version);
    let Some((before_revision, revision)) = without_build.rsplit_once('-') else { return false };
    let Some(at_time) = before_revision.len().checked_sub(TIME_DIGITS) else { return false };
    let Some((base, time)) = before_revision.split_at_checked(at_time) else { return false };
    !revision.is_empty()
        && revision.bytes().all(|b| b.is_ascii_alphanumeric())
        && time.bytes().all(|b| b.is_ascii_digit())
        && good_base(base)
}

/// What stands before the time: `vX.0.0-`, or `vX.Y.Z-0.`, or `vX.Y.Z-pre.0.`.
fn good_base(base: &str) -> bool {
    let Some((numbers, prerelease)) = base.split_once('-') else { return false };
    if prerelease.is_empty() {
        return numbers.ends_with(".0.0");
    }
    prerelease.strip_suffix("0.").is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: &str = "20240102030405";

    #[test]
    fn shapes_that_are() {
        for (base, revision) in [
            ("v0.0.0-", "abcdefabcdef"),
            ("v7.0.0-", "000000000123"),
            ("v1.2.4-0.", "a"),
            ("v1.2.3-pre.0.", "abcdefabcdef"),
            ("v1.2.3-rc-1.x.0.", "ABC"),
            ("v1.0.0-0.", "abcdef+incompatible"),
        ] {
            assert!(is_pseudo_version(&format!("{base}{T}-{revision}")), "{base}");
        }
    }

    #[test]
    fn shapes_that_are_not() {
        for text in [
            String::new(),
            "v1.2.3".into(),
            "v1.2.3-pre".into(),
            format!("v0.0.0-{T}"),
            format!("v0.1.0-{T}-abc"),
            format!("v1.2.3-0{T}-abc"),
            format!("v1.2.3-pre0.{T}-abc"),
            format!("v1.2.3-1.{T}-abc"),
            format!("v0.0-{T}-abc"),
            format!("v0.0.0-{T}-"),
            format!("v0.0.0-{T}-a.b"),
            format!("v0.0.0-x{T}-abc"),
            "v0.0.0-2024010203040-abc".into(),
        ] {
            assert!(!is_pseudo_version(&text), "{text}");
        }
    }
}
