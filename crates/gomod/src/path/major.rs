//! The major version at the end of a module path: `/v2` in general, `.v2` on gopkg.in (protocol.md A7 to A10).

/// Splits a module path into what comes before its major version suffix and the suffix with its separator.
///
/// Without a suffix the second part is empty. `None` when the suffix is malformed (`/v1`, `/v02`, `/v2.0`, or none on
/// gopkg.in). The two parts always make up the path again.
///
/// ```
/// use gomod::path::split_path_version;
/// assert_eq!(split_path_version("example.com/a/v3"), Some(("example.com/a", "/v3")));
/// assert_eq!(split_path_version("example.com/a"), Some(("example.com/a", "")));
/// assert_eq!(split_path_version("gopkg.in/yaml.v2"), Some(("gopkg.in/yaml", ".v2")));
/// assert_eq!(split_path_version("example.com/a/v1"), None);
/// assert_eq!(split_path_version("gopkg.in/yaml"), None);
/// ```
pub fn split_path_version(path: &str) -> Option<(&str, &str)> {
    if path.starts_with("gopkg.in/") { split_gopkg_in(path) } else { split_ordinary(path) }
}

fn split_ordinary(path: &str) -> Option<(&str, &str)> {
    let stem = path.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    let number = &path[stem.len()..];
    let Some(prefix) = stem.strip_suffix("/v").filter(|_| !number.is_empty()) else {
        return Some((path, ""));
    };
    let malformed = number.contains('.') || number.starts_with('0') || number == "1";
    (!malformed).then(|| path.split_at(prefix.len()))
}

fn split_gopkg_in(path: &str) -> Option<(&str, &str)> {
    let stable = path.strip_suffix("-unstable").unwrap_or(path);
    let stem = stable.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = &stable[stem.len()..];
    let prefix = stem.strip_suffix(".v")?;
    let plain_zero = number == "0" && stable.len() == path.len();
    let malformed = number.is_empty() || (number.starts_with('0') && !plain_zero);
    (!malformed).then(|| path.split_at(prefix.len()))
}

/// The major version that a suffix asks of its tags: `/v3` and `.v3` give `v3`, `.v1-unstable` gives `v1`, no suffix gives
/// the empty string (protocol.md A10).
///
/// ```
/// use gomod::path::major_of_suffix;
/// assert_eq!(major_of_suffix(".v1-unstable"), "v1");
/// assert_eq!(major_of_suffix(""), "");
/// ```
pub fn major_of_suffix(suffix: &str) -> &str {
    let stable =
        if suffix.starts_with(".v") { suffix.strip_suffix("-unstable") } else { None }.unwrap_or(suffix);
    stable.strip_prefix(['/', '.']).unwrap_or(stable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_paths_split_at_a_slash() {
        let cases = [
            ("x.y/z", Some("")),
            ("x.y/z/v2", Some("/v2")),
            ("x.y/z/v10", Some("/v10")),
            ("x.y/z/v2beta", Some("")),
            ("x.y/zv2", Some("")),
            ("x.y/z1.2", Some("")),
            ("x.y/v", Some("")),
            ("x.y/z/v0", None),
            ("x.y/z/v1", None),
            ("x.y/z/v01", None),
            ("x.y/z/v1.2", None),
            ("x.y/z/v2.0", None),
            ("x.y/z/v.", None),
        ];
        check(&cases);
    }

    #[test]
    fn gopkg_in_splits_at_a_dot_and_must() {
        let cases = [
            ("gopkg.in/yaml.v0", Some(".v0")),
            ("gopkg.in/yaml.v1", Some(".v1")),
            ("gopkg.in/u/yaml.v12", Some(".v12")),
            ("gopkg.in/yaml.v2-unstable", Some(".v2-unstable")),
            ("gopkg.in/yaml.v0-unstable", None),
            ("gopkg.in/yaml.v00", None),
            ("gopkg.in/yaml.v02", None),
            ("gopkg.in/yaml.v", None),
            ("gopkg.in/yaml", None),
            ("gopkg.in/yaml/v2", None),
            ("gopkg.in/yaml.v2/x", None),
        ];
        check(&cases);
    }

    fn check(cases: &[(&str, Option<&str>)]) {
        for &(path, suffix) in cases {
            let split = split_path_version(path);
            assert_eq!(split.map(|(_, suffix)| suffix), suffix, "{path}");
            assert!(split.is_none_or(|(prefix, suffix)| format!("{prefix}{suffix}") == path), "{path}");
        }
    }
}
