//! Taking a pseudo-version apart (protocol.md A22, A23).

use super::decimal::decrement;
use super::recognise::is_pseudo_version;
use super::stamp::PseudoTime;
use crate::semver;
use crate::version::{VersionError, VersionFlaw};

struct Parts<'a> {
    /// `vX.0.0`, `vX.Y.Z-0` or `vX.Y.Z-pre.0`.
    base: &'a str,
    time: &'a str,
    rev: &'a str,
    /// With its `+`, or empty.
    build: &'a str,
}

fn parts(version: &str) -> Result<Parts<'_>, VersionError> {
    split(version).ok_or_else(|| VersionError::new(version, VersionFlaw::NotPseudo))
}

fn split(version: &str) -> Option<Parts<'_>> {
    if !is_pseudo_version(version) {
        return None;
    }
    let build = semver::build(version);
    let (rest, rev) = version[..version.len() - build.len()].rsplit_once('-')?;
    // The time is led in by a dot, or by a dash where there is no base.
    let (base, time) = rest.rsplit_once(['.', '-'])?;
    Some(Parts { base, time, rev, build })
}

/// The time of the commit. Errors when it is no calendar time (protocol.md A22).
///
/// ```
/// use gomod::pseudo::time;
/// assert_eq!(time("v0.0.0-20240102030405-abcdefabcdef")?.to_string(), "20240102030405");
/// assert!(time("v0.0.0-20249902030405-abcdefabcdef").is_err());
/// # Ok::<(), gomod::VersionError>(())
/// ```
pub fn time(version: &str) -> Result<PseudoTime, VersionError> {
    let parts = parts(version)?;
    PseudoTime::parse(parts.time).map_err(|error| VersionError::new(version, error.flaw))
}

/// What the repository calls the commit: its first twelve hex digits for git (protocol.md A22).
///
/// ```
/// assert_eq!(gomod::pseudo::rev("v1.2.4-0.20240102030405-abcdefabcdef+incompatible")?, "abcdefabcdef");
/// # Ok::<(), gomod::VersionError>(())
/// ```
pub fn rev(version: &str) -> Result<&str, VersionError> {
    parts(version).map(|parts| parts.rev)
}

/// The tag before the commit, or `None` when there was none (protocol.md A23). Keeps any build tag, as go does, so the
/// result is canonical when the pseudo-version is.
///
/// ```
/// use gomod::pseudo::base;
/// assert_eq!(base("v1.2.4-0.20240102030405-abcdefabcdef")?, Some("v1.2.3".to_owned()));
/// assert_eq!(base("v0.0.0-20240102030405-abcdefabcdef")?, None);
/// assert!(base("v1.2.0-0.20240102030405-abcdefabcdef").is_err(), "nothing comes before v1.2.0");
/// # Ok::<(), gomod::VersionError>(())
/// ```
pub fn base(version: &str) -> Result<Option<String>, VersionError> {
    let parts = parts(version)?;
    let error = |flaw| VersionError::new(version, flaw);
    let text = match semver::prerelease(parts.base) {
        "" if parts.build.is_empty() => return Ok(None),
        "" => return Err(error(VersionFlaw::PseudoBuild(parts.build.to_owned()))),
        "-0" => {
            patch_before(parts.base).ok_or_else(|| error(VersionFlaw::PseudoBase(parts.base.to_owned())))?
        }
        _ => parts.base.strip_suffix(".0").unwrap_or(parts.base).to_owned(),
    };
    Ok(Some(text + parts.build))
}

/// `v1.2.4-0` gives `v1.2.3`.
fn patch_before(base: &str) -> Option<String> {
    let (head, patch) = base.strip_suffix("-0")?.rsplit_once('.')?;
    Some(format!("{head}.{}", decrement(patch)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TAIL: &str = "20240102030405-abcdefabcdef";

    fn base_of(start: &str, end: &str) -> Result<Option<String>, VersionFlaw> {
        base(&format!("{start}{TAIL}{end}")).map_err(|e| e.flaw)
    }

    #[test]
    fn bases() {
        for (start, end, expected) in [
            ("v0.0.0-", "", None),
            ("v4.0.0-", "", None),
            ("v1.2.4-0.", "", Some("v1.2.3")),
            ("v1.2.100-0.", "", Some("v1.2.99")),
            ("v1.2.3-pre.0.", "", Some("v1.2.3-pre")),
            ("v1.2.3-pre-1.x.0.", "", Some("v1.2.3-pre-1.x")),
            ("v1.2.3-0.0.", "", Some("v1.2.3-0")),
            ("v3.0.1-0.", "+incompatible", Some("v3.0.0+incompatible")),
        ] {
            assert_eq!(base_of(start, end), Ok(expected.map(str::to_owned)), "{start}");
        }
    }

    #[test]
    fn bases_that_cannot_be() {
        assert!(matches!(base_of("v1.2.0-0.", ""), Err(VersionFlaw::PseudoBase(_))));
        assert!(matches!(base_of("v2.0.0-", "+incompatible"), Err(VersionFlaw::PseudoBuild(_))));
        assert!(matches!(base("v1.2.3"), Err(VersionError { flaw: VersionFlaw::NotPseudo, .. })));
    }

    #[test]
    fn messages_call_it_a_pseudo_version() {
        let message = time("v0.0.0-20241301000000-abcdefabcdef").unwrap_err().to_string();
        assert!(message.contains("invalid pseudo-version: 20241301000000 is no calendar time"), "{message}");
    }
}
