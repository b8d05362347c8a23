//! The words behind `go` and `toolchain`.

use std::fmt;

/// The version on a `go` line: `1.21`, `1.23.0`, `1.24rc1`. It has no leading `v` or `go`.
///
/// ```
/// use gomod::modfile::GoVersion;
/// assert_eq!(GoVersion::parse("1.24rc1").map(|v| v.to_string()), Some("1.24rc1".to_owned()));
/// for bad in ["1", "v1.21", "go1.21", "01.2", "1.021", "1.21.0.1", "1.21-rc1", "1.21rc", ""] {
///     assert!(GoVersion::parse(bad).is_none(), "{bad}");
/// }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GoVersion(String);

impl GoVersion {
    /// Takes `MAJOR.MINOR`, optionally `.PATCH`, optionally letters and digits such as `rc1`. Numbers have no leading
    /// zero, and MAJOR is not zero. `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = major_minor(text)?;
        let rest = rest.strip_prefix('.').map_or(Some(rest), number)?;
        is_prerelease(rest).then(|| Self(text.to_owned()))
    }

    /// What lenient reading makes of other texts: `[v]MAJOR.MINOR` with anything behind it that does not begin with a
    /// digit is cut to `MAJOR.MINOR` (protocol.md F10).
    pub(super) fn parse_lax(text: &str) -> Option<Self> {
        Self::parse(text).or_else(|| {
            let text = text.strip_prefix('v').unwrap_or(text);
            let rest = major_minor(text)?;
            let follows = rest.chars().next()?;
            (!follows.is_ascii_digit()).then(|| Self(text[..text.len() - rest.len()].to_owned()))
        })
    }

    /// Whether this is release 1.`minor` or a later one, as the go command orders them. Some texts that may stand in a go.mod
    /// file mean nothing to it, such as a prerelease of a patch: those are before every release.
    pub fn is_at_least(&self, minor: &str) -> bool {
        let Some((major, rest)) = self.0.split_once('.') else { return false };
        let own = &rest[..digits(rest)];
        let behind = &rest[own.len()..];
        let (release, wanted) = ((decimal(major), decimal(own)), (decimal("1"), decimal(minor)));
        // Since 1.21, "1.N" names a language, which is before the prereleases of 1.N.0; before, it was the release.
        let is_before = release == wanted
            && decimal(minor) < decimal("21")
            && !matches!(behind.get(..1), None | Some("."));
        is_understood(behind) && release >= wanted && !is_before
    }

    /// The text as in the file.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for GoVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// What follows the minor version: nothing, `.PATCH`, or a word and a number without leading zero.
fn is_understood(rest: &str) -> bool {
    if let Some(patch) = rest.strip_prefix('.') {
        return digits(patch) == patch.len();
    }
    let number = rest.trim_start_matches(|c: char| c.is_ascii_lowercase());
    number.len() < 2 || !number.starts_with('0')
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

/// Orders numbers without leading zeros, of any length.
fn decimal(number: &str) -> (usize, &str) {
    (number.len(), number)
}

/// Reads `MAJOR.MINOR`; gives what follows.
fn major_minor(text: &str) -> Option<&str> {
    if text.starts_with('0') {
        return None;
    }
    number(number(text)?.strip_prefix('.')?)
}

/// Reads a number without leading zero; gives what follows, which may be more digits after a zero.
fn number(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    match text.strip_prefix('0') {
        Some(after_zero) => Some(after_zero),
        None => (rest.len() < text.len()).then_some(rest),
    }
}

/// Nothing, or lower-case letters followed by digits.
fn is_prerelease(text: &str) -> bool {
    let digits = text.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let has_both = digits.len() < text.len() && !digits.is_empty();
    text.is_empty() || has_both && digits.bytes().all(|b| b.is_ascii_digit())
}

/// Whether a word may stand behind `toolchain`: `default`, `go1`, or anything that begins with `go1.`. Loose on
/// purpose: a toolchain of the future must be recognisable as one.
pub(super) fn is_toolchain(name: &str) -> bool {
    matches!(name, "default" | "go1") || name.starts_with("go1.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_go() {
        for good in ["1.0", "1.21", "1.21.0", "1.21.13", "1.21rc1", "1.21.0beta12", "12.0"] {
            assert_eq!(GoVersion::parse(good).unwrap().as_str(), good);
        }
        for bad in ["0.1", "1.", "1.00", "1.0.", "1.0.01", "1.2RC1", "1.2rc1x", "1.2.rc1", "\u{661}.2"] {
            assert_eq!(GoVersion::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn releases_are_ordered_as_go_orders_them() {
        let at_least = |text: &str, minor| GoVersion(text.to_owned()).is_at_least(minor);
        for (text, minor) in
            [("1.14", "14"), ("1.14.3", "14"), ("1.15rc1", "14"), ("1.24rc1", "24"), ("2.0", "24")]
        {
            assert!(at_least(text, minor), "{text}");
        }
        for (text, minor) in
            [("1.13.9", "14"), ("1.14rc1", "14"), ("1.14beta1", "14"), ("1.23", "24"), ("1.24.1rc1", "24")]
        {
            assert!(!at_least(text, minor), "{text}");
        }
    }

    #[test]
    fn lenient_reading_cuts() {
        let lax = |text| GoVersion::parse_lax(text).map(|v| v.0);
        assert_eq!(lax("v1.21.3").as_deref(), Some("1.21"));
        assert_eq!(lax("1.21.x").as_deref(), Some("1.21"));
        assert_eq!(lax("1.21.3").as_deref(), Some("1.21.3"));
        for bad in ["v1.21", "1.01x", "0.1x", "1x", "vv1.2x"] {
            assert_eq!(lax(bad), None, "{bad}");
        }
    }

    #[test]
    fn toolchains_are_recognised_loosely() {
        assert!(["default", "go1", "go1.21", "go1.x-whatever"].into_iter().all(is_toolchain));
        assert!(!["go", "go2", "go11", "defaults", "1.21"].into_iter().any(is_toolchain));
    }
}
