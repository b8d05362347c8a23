//! A module at a version: a path and a version that go together (protocol.md A9, A11).

use std::cmp::Ordering;
use std::fmt;

use crate::path::{ModulePath, PathError, check_path, major_of_suffix, split_path_version};
use crate::semver;
use crate::version::{Version, VersionError, VersionFlaw};

/// The build tag that modules keep; all others are dropped (protocol.md A19).
const INCOMPATIBLE: &str = "+incompatible";

/// A path and a version that do not make a module version (protocol.md A6, A11).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ModuleError {
    /// The path is no module path.
    #[error(transparent)]
    Path(#[from] PathError),
    /// The version is none, or not one of this path.
    #[error("{path}@{error}")]
    Version {
        /// The module path.
        path: String,
        /// What is wrong with the version.
        error: VersionError,
    },
}

/// A module path with a canonical version whose major version belongs to the path (protocol.md A9, A11, A19).
///
/// Ordered by path, then version (protocol.md A26). Cheap to clone. Prints as `path@version`.
///
/// ```
/// use gomod::{ModulePath, ModuleVersion, Version};
/// let path = ModulePath::parse("example.com/m/v2")?;
/// assert_eq!(ModuleVersion::new(path.clone(), Version::parse("v2.1.0")?)?.to_string(), "example.com/m/v2@v2.1.0");
/// assert!(ModuleVersion::new(path, Version::parse("v1.0.0")?).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleVersion {
    path: ModulePath,
    version: Version,
}

impl ModuleVersion {
    /// Joins a path and a version that agree on the major version.
    pub fn new(path: ModulePath, version: Version) -> Result<Self, ModuleError> {
        let (_, suffix) = path.split_major();
        check_path_major(version.as_str(), suffix)
            .map_err(|error| ModuleError::Version { path: path.to_string(), error })?;
        Ok(Self { path, version })
    }

    /// Takes the two as text.
    pub fn parse(path: &str, version: &str) -> Result<Self, ModuleError> {
        let path = ModulePath::parse(path)?;
        let version = Version::parse(version)
            .map_err(|error| ModuleError::Version { path: path.to_string(), error })?;
        Self::new(path, version)
    }

    /// The module path.
    pub fn path(&self) -> &ModulePath {
        &self.path
    }

    /// The version.
    pub fn version(&self) -> &Version {
        &self.version
    }
}

impl fmt::Display for ModuleVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.path, self.version)
    }
}

/// Checks that a path is a module path, a version a version, and that they go together. The version need not be canonical
/// (protocol.md A11).
///
/// ```
/// use gomod::module::check;
/// assert!(check("example.com/m", "v1.2").is_ok());
/// assert_eq!(
///     check("example.com/m", "v2.0.0").unwrap_err().to_string(),
///     "example.com/m@v2.0.0: invalid version: should be v0 or v1, not v2",
/// );
/// ```
pub fn check(path: &str, version: &str) -> Result<(), ModuleError> {
    check_path(path)?;
    let wrap = |error| ModuleError::Version { path: path.to_owned(), error };
    if !semver::is_valid(version) {
        return Err(wrap(VersionError::new(version, VersionFlaw::NotSemver)));
    }
    let suffix = split_path_version(path).map_or("", |(_, suffix)| suffix);
    check_path_major(version, suffix).map_err(wrap)
}

/// Checks that a version may stand behind a path with this major version suffix (protocol.md A9).
///
/// Without a suffix that is `v0`, `v1`, or anything `+incompatible`. `gopkg.in/x.v1` also takes the `v0.0.0-`
/// pseudo-versions that early go commands wrote.
///
/// ```
/// use gomod::module::check_path_major;
/// assert!(check_path_major("v3.1.0", "/v3").is_ok());
/// assert!(check_path_major("v3.1.0+incompatible", "").is_ok());
/// assert!(check_path_major("v3.1.0", "").is_err());
/// assert!(check_path_major("v3.1.0", "/v2").is_err());
/// ```
pub fn check_path_major(version: &str, suffix: &str) -> Result<(), VersionError> {
    let wanted = major_of_suffix(suffix);
    let found = semver::major(version).unwrap_or_default();
    let early_gopkg_in = suffix.starts_with(".v") && wanted == "v1" && version.starts_with("v0.0.0-");
    let agree = if suffix.is_empty() {
        matches!(found, "v0" | "v1") || semver::build(version) == INCOMPATIBLE
    } else {
        early_gopkg_in || found == wanted
    };
    if agree {
        return Ok(());
    }
    let wanted = if suffix.is_empty() { "v0 or v1" } else { wanted };
    let found = if found.is_empty() { version } else { found };
    let flaw = VersionFlaw::WrongMajor { wanted: wanted.to_owned(), found: found.to_owned() };
    Err(VersionError::new(version, flaw))
}

/// The canonical form of a module version: three numbers, pre-release, and of the build tags only `+incompatible`
/// (protocol.md A19). `None` when it is no version.
///
/// ```
/// use gomod::module::canonical_version;
/// assert_eq!(canonical_version("v2+meta"), None);
/// assert_eq!(canonical_version("v2.0"), Some("v2.0.0".to_owned()));
/// assert_eq!(canonical_version("v2.0.0+meta"), Some("v2.0.0".to_owned()));
/// assert_eq!(canonical_version("v2.0.0+incompatible"), Some("v2.0.0+incompatible".to_owned()));
/// ```
pub fn canonical_version(version: &str) -> Option<String> {
    let mut canonical = semver::canonical(version)?;
    if semver::build(version) == INCOMPATIBLE {
        canonical.push_str(INCOMPATIBLE);
    }
    Some(canonical)
}

/// The order of go.sum and of module lists: by path, then by version, then by what follows a `/` in the version text, so
/// that `v1.0.0` comes before `v1.0.0/go.mod` (protocol.md A26).
///
/// ```
/// use gomod::module::compare_for_list;
/// let mut list = [("a.b", "v1.0.0/go.mod"), ("a.b", "v1.10.0"), ("a.b", "v1.9.0"), ("a.b", "v1.0.0"), ("a.a", "v3.0.0")];
/// list.sort_by(|a, b| compare_for_list(*a, *b));
/// assert_eq!(list.map(|(_, version)| version), ["v3.0.0", "v1.0.0", "v1.0.0/go.mod", "v1.9.0", "v1.10.0"]);
/// ```
pub fn compare_for_list(a: (&str, &str), b: (&str, &str)) -> Ordering {
    let split = |version: &'_ str| version.find('/').unwrap_or(version.len());
    let (a_version, a_file) = a.1.split_at(split(a.1));
    let (b_version, b_file) = b.1.split_at(split(b.1));
    a.0.cmp(b.0).then_with(|| semver::compare(a_version, b_version)).then_with(|| a_file.cmp(b_file))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// version, suffix, and whether they go together.
    const MAJORS: &[(&str, &str, bool)] = &[
        ("v0.0.0", "", true),
        ("v1.9.9", "", true),
        ("v2.0.0", "", false),
        ("v2.0.0+incompatible", "", true),
        ("v1.0.0+incompatible", "", true),
        ("v2.0.0+meta", "", false),
        ("v2.0.0", "/v2", true),
        ("v2.0.0+incompatible", "/v2", true),
        ("v3.0.0", "/v2", false),
        ("v20.0.0", "/v2", false),
        ("v1.0.0", ".v1", true),
        ("v1.0.0", ".v1-unstable", true),
        ("v0.0.0-20240102030405-abcdefabcdef", ".v1", true),
        ("v0.0.0-20240102030405-abcdefabcdef", ".v1-unstable", true),
        ("v0.0.0-20240102030405-abcdefabcdef", ".v2", false),
        ("v0.0.0", ".v1", false),
        ("v0.1.0", ".v0", true),
        ("junk", "", false),
        ("junk", "/v2", false),
    ];

    #[test]
    fn majors_follow_the_table() {
        for &(version, suffix, ok) in MAJORS {
            assert_eq!(check_path_major(version, suffix).is_ok(), ok, "{version} {suffix}");
        }
    }

    #[test]
    fn check_does_not_ask_for_a_canonical_version_but_the_type_does() {
        assert!(check("example.com/m", "v1+x").is_err());
        assert!(check("example.com/m", "v1.0.0+x").is_ok());
        assert!(ModuleVersion::parse("example.com/m", "v1.0.0+x").is_err());
    }

    #[test]
    fn messages_name_path_and_version() {
        let message = ModuleVersion::parse("example.com/m", "one").unwrap_err().to_string();
        assert!(message.starts_with("example.com/m@one: invalid version: "), "{message}");
        let message = check("m", "v1.0.0").unwrap_err().to_string();
        assert!(message.starts_with("malformed module path \"m\": "), "{message}");
    }
}
