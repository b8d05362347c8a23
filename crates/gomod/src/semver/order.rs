//! Comparing versions (protocol.md A17). Build metadata does not count, so two different texts can be equal here.

use std::cmp::Ordering;

use super::parse::{Parsed, is_number, parse};

/// Compares two versions. A text that is no version is less than every version and equal to its like.
///
/// ```
/// use gomod::semver::compare;
/// use std::cmp::Ordering::{Equal, Less};
/// assert_eq!(compare("v1.2.0-rc.9", "v1.2.0-rc.10"), Less);
/// assert_eq!(compare("v1.2.0-rc.10", "v1.2.0"), Less);
/// assert_eq!(compare("v1", "v1.0.0+build"), Equal);
/// assert_eq!(compare("1.0.0", "v0.0.0"), Less);
/// ```
pub fn compare(a: &str, b: &str) -> Ordering {
    match (parse(a), parse(b)) {
        (Some(a), Some(b)) => compare_parsed(&a, &b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

/// The order of lists: [`compare`], then plain bytes, so that the order is total (protocol.md A18).
pub fn compare_total(a: &str, b: &str) -> Ordering {
    compare(a, b).then_with(|| a.cmp(b))
}

fn compare_parsed(a: &Parsed<'_>, b: &Parsed<'_>) -> Ordering {
    compare_number(a.major, b.major)
        .then_with(|| compare_number(a.minor, b.minor))
        .then_with(|| compare_number(a.patch, b.patch))
        .then_with(|| compare_prerelease(a.prerelease, b.prerelease))
}

/// Without leading zeros the longer number is the larger one.
fn compare_number(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

fn compare_prerelease(a: &str, b: &str) -> Ordering {
    match (a.is_empty(), b.is_empty()) {
        (false, false) => compare_identifiers(a, b),
        (a_is_release, b_is_release) => a_is_release.cmp(&b_is_release),
    }
}

fn compare_identifiers(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a[1..].split('.'), b[1..].split('.'));
    loop {
        match (a.next(), b.next()) {
            (Some(x), Some(y)) if x == y => {}
            (Some(x), Some(y)) => return compare_identifier(x, y),
            (x, y) => return x.is_some().cmp(&y.is_some()),
        }
    }
}

fn compare_identifier(a: &str, b: &str) -> Ordering {
    match (is_number(a), is_number(b)) {
        (true, true) => compare_number(a, b),
        (false, false) => a.cmp(b),
        (a_is_number, b_is_number) => b_is_number.cmp(&a_is_number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Each is less than the next.
    const ASCENDING: &[&str] = &[
        "junk",
        "v0.0.0-0",
        "v0.0.0",
        "v0.9.0",
        "v1.0.0-1",
        "v1.0.0-9",
        "v1.0.0-10",
        "v1.0.0-99999999999999999999999999",
        "v1.0.0-100000000000000000000000000",
        "v1.0.0--",
        "v1.0.0-RC",
        "v1.0.0-alpha",
        "v1.0.0-alpha.1",
        "v1.0.0-alpha.a",
        "v1.0.0-alpha.a.0",
        "v1.0.0",
        "v1.0.1",
        "v1.2.0",
        "v1.10.0",
        "v1.99999999999999999999999999.0",
        "v1.100000000000000000000000000.0",
        "v2",
    ];

    #[test]
    fn the_ladder_ascends() {
        for (i, a) in ASCENDING.iter().enumerate() {
            for (j, b) in ASCENDING.iter().enumerate() {
                assert_eq!(compare(a, b), i.cmp(&j), "{a} {b}");
            }
        }
    }

    fn version() -> impl Strategy<Value = String> {
        "v[0-2](\\.[0-2](\\.(0|[1-9][0-9]?)(-[0-9a-b]{1,2}(\\.[0-9a]{1,2})?)?(\\+[a0]{1,2})?)?)?"
    }

    proptest! {
        #[test]
        fn the_order_is_total(a in version(), b in version(), c in version()) {
            prop_assert_eq!(compare(&a, &b), compare(&b, &a).reverse());
            prop_assert_eq!(compare_total(&a, &b) == Ordering::Equal, a == b);
            if compare_total(&a, &b).is_le() && compare_total(&b, &c).is_le() {
                prop_assert!(compare_total(&a, &c).is_le());
            }
            if compare(&a, &b).is_ne() {
                prop_assert_eq!(compare(&a, &b), compare_total(&a, &b));
            }
        }
    }
}
