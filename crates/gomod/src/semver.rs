//! Semantic versions as Go defines them, on plain text (protocol.md A16 to A19).
//!
//! They differ from the standard in three ways: the `v` in front is required, `v1` and `v1.2` are valid short forms, and
//! numbers are unbounded. Use [`Version`](crate::Version) where only a canonical version will do.

mod order;
mod parse;

pub use order::{compare, compare_total};
use parse::parse;

/// Whether the text is a version (protocol.md A16).
///
/// ```
/// use gomod::semver::is_valid;
/// assert!(is_valid("v1") && is_valid("v1.2.3-pre.1+build.007"));
/// for bad in ["", "1.2.3", "v01", "v1.2.3-01", "v1.2.3-", "v1.2-pre", "v1+build", "v1.2.3.4", "v1.2.3-é"] {
///     assert!(!is_valid(bad), "{bad}");
/// }
/// ```
pub fn is_valid(version: &str) -> bool {
    parse(version).is_some()
}

/// The full form without build metadata: `v1.2` gives `v1.2.0`. `None` when it is no version.
///
/// For modules `+incompatible` counts; see [`module::canonical_version`](crate::module::canonical_version).
pub fn canonical(version: &str) -> Option<String> {
    let p = parse(version)?;
    Some(format!("v{}.{}.{}{}", p.major, p.minor, p.patch, p.prerelease))
}

/// The major version with its `v`: `v2.1.0` gives `v2`. `None` when it is no version.
pub fn major(version: &str) -> Option<&str> {
    parse(version).map(|p| &version[..=p.major.len()])
}

/// The first two numbers: `v2.1.0` gives `v2.1`, `v2` gives `v2.0`. `None` when it is no version.
pub fn major_minor(version: &str) -> Option<String> {
    parse(version).map(|p| format!("v{}.{}", p.major, p.minor))
}

/// The pre-release with its `-`: `v2.1.0-pre+meta` gives `-pre`. Empty when there is none, or when it is no version.
pub fn prerelease(version: &str) -> &str {
    parse(version).map_or("", |p| p.prerelease)
}

/// The build metadata with its `+`: `v2.1.0+meta` gives `+meta`. Empty when there is none, or when it is no version.
pub fn build(version: &str) -> &str {
    parse(version).map_or("", |p| p.build)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// text, and its canonical form.
    const CASES: &[(&str, Option<&str>)] = &[
        ("bad", None),
        ("v", None),
        ("v1-pre", None),
        ("v1+meta", None),
        ("v1.2-pre", None),
        ("v1.2+meta", None),
        ("v1.2.3-01", None),
        ("v1.2.3-a..b", None),
        ("v1.2.3+", None),
        ("v1.2.3+a_b", None),
        ("v1.02.3", None),
        ("v1.2.", None),
        ("v00", None),
        ("v1", Some("v1.0.0")),
        ("v1.2", Some("v1.2.0")),
        ("v1.2.3", Some("v1.2.3")),
        ("v1.2.3-0", Some("v1.2.3-0")),
        ("v1.2.3-0a", Some("v1.2.3-0a")),
        ("v1.2.3--.-", Some("v1.2.3--.-")),
        ("v1.2.3+007.x", Some("v1.2.3")),
        ("v1.2.3-pre+meta-1", Some("v1.2.3-pre")),
        ("v123456789012345678901234567890.0.0", Some("v123456789012345678901234567890.0.0")),
    ];

    #[test]
    fn canonical_forms() {
        for &(text, expected) in CASES {
            assert_eq!(canonical(text).as_deref(), expected, "{text}");
            assert_eq!(is_valid(text), expected.is_some(), "{text}");
        }
    }

    #[test]
    fn parts() {
        let v = "v12.3.4-rc.1+build.5";
        assert_eq!((major(v), prerelease(v), build(v)), (Some("v12"), "-rc.1", "+build.5"));
        assert_eq!(major_minor(v).as_deref(), Some("v12.3"));
        assert_eq!(major_minor("v2").as_deref(), Some("v2.0"));
        assert_eq!((major("2.0.0"), prerelease("x-pre"), build("x+b")), (None, "", ""));
    }
}
