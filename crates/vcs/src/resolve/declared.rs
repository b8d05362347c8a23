//! Whether the module path that a go.mod declares goes with the path that was asked for (protocol.md D4).
//!
//! Only the major version counts: a fork is asked for by another path than it declares, to be used in `replace`.

use gomod::path::{major_of_suffix, split_path_version};

/// Whether a module of this suffix may be what declares this path.
pub(super) fn fits(declared: &str, suffix: &str) -> bool {
    let Some((_, found)) = split_path_version(declared).filter(|_| !declared.is_empty()) else {
        return false;
    };
    if suffix.is_empty() {
        return matches!(major_of_suffix(found), "" | "v0" | "v1");
    }
    !found.is_empty() && found.get(1..) == suffix.get(1..)
}

/// Whether a module without suffix may all the same be what declares this path: go once let such stand in for gopkg.in.
pub(super) fn is_excused(declared: &str, suffix: &str) -> bool {
    suffix.is_empty() && declared.starts_with("gopkg.in/")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// declared path, suffix that was asked for, and whether they go together.
    const CASES: &[(&str, &str, bool)] = &[
        ("", "", false),
        ("", "/v2", false),
        ("a.example/m", "", true),
        ("other.example/renamed", "", true),
        ("a.example/m/v2", "", false),
        ("a.example/m/v1", "", false),
        ("gopkg.in/m.v0", "", true),
        ("gopkg.in/m.v1", "", true),
        ("gopkg.in/m.v1-unstable", "", true),
        ("gopkg.in/m.v2", "", false),
        ("gopkg.in/m", "", false),
        ("a.example/m/v2", "/v2", true),
        ("a.example/m/v2", "/v3", false),
        ("a.example/m", "/v2", false),
        ("gopkg.in/m.v2", "/v2", true),
        ("a.example/m/v2", ".v2", true),
        ("a.example/m", ".v1", false),
        ("gopkg.in/m.v2-unstable", "/v2", false),
        ("gopkg.in/m.v2-unstable", ".v2-unstable", true),
        ("gopkg.in/m.v2", ".v2-unstable", false),
        ("a.example/m/v02", "/v2", false),
    ];

    #[test]
    fn only_the_major_version_counts() {
        for &(declared, suffix, expected) in CASES {
            assert_eq!(fits(declared, suffix), expected, "{declared:?} {suffix:?}");
        }
    }

    #[test]
    fn gopkg_in_is_excused_where_no_major_version_was_asked_for() {
        assert!(is_excused("gopkg.in/m.v2", ""));
        assert!(!is_excused("gopkg.in/m.v2", "/v2") && !is_excused("a.example/m/v2", ""));
    }
}
