//! Just enough of Go's version order (protocol.md A17) to sort a list and to find the latest version.

use std::cmp::Ordering;

/// Whether the version ends like a pseudo-version: fourteen digits, `-`, a revision (protocol.md A20).
pub(crate) fn is_pseudo(version: &str) -> bool {
    let without_build = version.split('+').next().unwrap_or_default();
    let mut parts = without_build.rsplitn(3, '-');
    let (revision, stamp, base) = (parts.next(), parts.next(), parts.next());
    let stamp = stamp.map(|s| s.rsplit('.').next().unwrap_or_default());
    base.is_some_and(|b| b.starts_with('v'))
        && revision.is_some_and(|r| r.len() >= 12)
        && stamp.is_some_and(|s| s.len() == 14 && s.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether the version has a pre-release part.
pub(crate) fn is_pre_release(version: &str) -> bool {
    !split(version).1.is_empty()
}

/// Compares two valid versions; build metadata counts for nothing.
pub(crate) fn compare(a: &str, b: &str) -> Ordering {
    let ((core_a, pre_a), (core_b, pre_b)) = (split(a), split(b));
    compare_identifiers(core_a, core_b).then_with(|| compare_pre(pre_a, pre_b))
}

/// The numbers without the `v`, and the pre-release part without its `-` (empty if there is none).
fn split(version: &str) -> (&str, &str) {
    let without_build = version.trim_start_matches('v').split('+').next().unwrap_or_default();
    without_build.split_once('-').unwrap_or((without_build, ""))
}

fn compare_pre(a: &str, b: &str) -> Ordering {
    match (a.is_empty(), b.is_empty()) {
        (false, false) => compare_identifiers(a, b),
        (a_is_release, b_is_release) => a_is_release.cmp(&b_is_release),
    }
}

fn compare_identifiers(a: &str, b: &str) -> Ordering {
    let keys = |text: &str| text.split('.').map(key).collect::<Vec<_>>();
    keys(a).cmp(&keys(b))
}

/// Numbers before words; numbers by length, then digits.
fn key(identifier: &str) -> (bool, usize, String) {
    let is_number = identifier.bytes().all(|b| b.is_ascii_digit());
    (!is_number, if is_number { identifier.len() } else { 0 }, identifier.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_sort_as_go_sorts_them() {
        let sorted = [
            "v0.0.0-20240102030405-abcdef012345",
            "v0.9.0",
            "v1.0.0-1",
            "v1.0.0-alpha",
            "v1.0.0-alpha.2",
            "v1.0.0-alpha.10",
            "v1.0.0-alpha.beta",
            "v1.0.0",
            "v1.9.0",
            "v1.10.0",
            "v2.0.0+incompatible",
        ];
        for pair in sorted.windows(2) {
            assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(compare(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
        }
    }

    #[test]
    fn pseudo_versions_are_recognized() {
        for pseudo in [
            "v0.0.0-20240102030405-abcdef012345",
            "v1.2.4-0.20240102030405-abcdef012345",
            "v1.2.3-pre.0.20240102030405-abcdef012345",
            "v2.0.1-0.20240102030405-abcdef012345+incompatible",
        ] {
            assert!(is_pseudo(pseudo), "{pseudo}");
        }
        for plain in ["v1.0.0", "v1.0.0-rc.1", "v1.0.0-20240102030405", "v1.0.0-a-b"] {
            assert!(!is_pseudo(plain), "{plain}");
        }
    }
}
