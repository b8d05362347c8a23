//! Which files are part of a vendored package and so of another module (protocol.md C8).
//!
//! The rule that was meant from the start is in force since go 1.24. Before, a mistake in it kept or dropped the wrong files,
//! and stays for modules that declare an older version: their hashes are known.

use crate::modfile::GoMod;

/// Where the old rule begins to look for a slash, whatever stands there: the length of `/vendor/`.
const OLD_START: usize = "/vendor/".len();

/// The minor release of Go 1 in which a module must be written for the new rule to hold.
const NEW_SINCE: &str = "24";

/// One of the two rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum VendorRule {
    /// For modules of go 1.23 and before, and those that say nothing that can be understood.
    Old,
    /// For modules of go 1.24 and later.
    New,
}

impl VendorRule {
    /// The rule for a module with this go.mod.
    pub(super) fn of(go_mod: Option<&[u8]>) -> Self {
        let declared = go_mod.and_then(|text| GoMod::parse_lax(text).ok()).and_then(|file| file.go);
        if declared.is_some_and(|version| version.is_at_least(NEW_SINCE)) { Self::New } else { Self::Old }
    }

    /// Whether the rule leaves out a file of this path.
    pub(super) fn omits(self, path: &str) -> bool {
        if path == "vendor/modules.txt" && self == Self::New {
            return true;
        }
        let Some(start) = self.package_start(path) else { return false };
        path.as_bytes().get(start..).is_some_and(|rest| rest.contains(&b'/'))
    }

    /// Where the path of the vendored package is taken to begin.
    fn package_start(self, path: &str) -> Option<usize> {
        if path.starts_with("vendor/") {
            return Some("vendor/".len());
        }
        let at = path.find("/vendor/")?;
        Some(if self == Self::New { at + "/vendor/".len() } else { OLD_START })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_below_vendor_are_left_out_and_files_in_it_are_not() {
        for (path, old, new) in [
            ("vendor/modules.txt", false, true),
            ("vendor/v.go", false, false),
            ("vendor/foo/foo.go", true, true),
            ("pkg/vendor/v.go", true, false),
            ("pkg/vendor/modules.txt", true, false),
            ("pkg/vendor/foo/foo.go", true, true),
            ("longpackagename/vendor/v.go", true, false),
            ("longpackagename/vendor/foo/foo.go", true, true),
            ("a/vendor/v.go", true, false),
            ("é/vendor/v.go", true, false),
            ("vendor/vendor/v.go", true, true),
            ("x/vendor/vendor/v.go", true, true),
            ("vendors/x/y", false, false),
            ("x/vendor", false, false),
            ("vendor", false, false),
            ("xvendor/y/z", false, false),
            ("a.go", false, false),
        ] {
            assert_eq!(VendorRule::Old.omits(path), old, "old {path}");
            assert_eq!(VendorRule::New.omits(path), new, "new {path}");
        }
    }

    #[test]
    fn the_go_line_chooses_the_rule() {
        let rule = |line: &str| VendorRule::of(Some(format!("module m\n{line}\n").as_bytes()));
        for line in
            ["go 1.24", "go 1.24.0", "go 1.24.3", "go 1.24rc1", "go 1.100", "go 2.0", "go 10.1", "go v1.24.x"]
        {
            assert_eq!(rule(line), VendorRule::New, "{line}");
        }
        for line in [
            "",
            "go 1.23",
            "go 1.23.9",
            "go 1.9",
            "go 1.24.3rc1",
            "go 1.24rc01",
            "go 1",
            "go x",
            "go 1.24 x",
            ")",
        ] {
            assert_eq!(rule(line), VendorRule::Old, "{line}");
        }
        assert_eq!(VendorRule::of(None), VendorRule::Old);
        assert_eq!(VendorRule::of(Some(b"\xff")), VendorRule::Old);
    }
}
