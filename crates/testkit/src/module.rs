//! A module version described in a test, and the bytes that a proxy serves for it.
//!
//! The bytes are made here and not by the code under test, so that a fault there cannot hide itself here.

pub mod escape;
pub mod hash;
mod noise;
pub(crate) mod order;
mod text;
mod toolchain;
pub mod zip;

pub use noise::noise;

use std::sync::OnceLock;

use bytes::Bytes;

/// The commit time of a module that names none.
pub const DEFAULT_TIME: &str = "2024-01-01T00:00:00Z";

/// One version of one module: what its repository would hold, and what a proxy says about it.
///
/// Made from text ([`Module::parse`], [`Module::parse_all`]) or piece by piece. Nothing is checked: a wrong module is as
/// easy to describe as a right one.
///
/// ```
/// use testkit::Module;
///
/// let m = Module::parse("module example.com/a\nversion v1.0.0\n-- go.mod --\nmodule example.com/a\n");
/// assert_eq!(m.info(), r#"{"Version":"v1.0.0","Time":"2024-01-01T00:00:00Z"}"#);
/// assert_eq!(m.mod_file(), "module example.com/a\n");
/// ```
#[derive(Clone, Debug)]
pub struct Module {
    path: String,
    version: String,
    time: String,
    files: Vec<(String, Bytes)>,
    revisions: Vec<String>,
    listed: bool,
    latest: bool,
    raw: Raw,
    zip: OnceLock<Bytes>,
}

/// Bytes that stand in for those that would be made, right or wrong.
#[derive(Clone, Debug, Default)]
struct Raw {
    info: Option<Bytes>,
    go_mod: Option<Bytes>,
    zip: Option<Bytes>,
}

impl Module {
    /// A module version without files; pseudo-versions are not listed, all others are (protocol.md B13).
    pub fn new(path: impl Into<String>, version: impl Into<String>) -> Self {
        let version = version.into();
        Self {
            path: path.into(),
            time: DEFAULT_TIME.to_owned(),
            files: Vec::new(),
            revisions: Vec::new(),
            listed: !order::is_pseudo(&version),
            latest: false,
            raw: Raw::default(),
            zip: OnceLock::new(),
            version,
        }
    }

    /// The one module that `text` describes (format: README). Stops the test when the text is wrong or holds several.
    pub fn parse(text: &str) -> Self {
        let mut all = Self::parse_all(text);
        assert_eq!(all.len(), 1, "Module::parse takes one module; use Module::parse_all for several");
        all.remove(0)
    }

    /// All modules that `text` describes (format: README). Stops the test, naming the line, when the text is wrong.
    pub fn parse_all(text: &str) -> Vec<Self> {
        text::parse(text)
    }

    /// Adds a file, or a directory entry if `name` ends with `/`; `go.mod` is the module's go.mod.
    #[must_use]
    pub fn file(mut self, name: impl Into<String>, content: impl Into<Bytes>) -> Self {
        self.files.push((name.into(), content.into()));
        self.zip = OnceLock::new();
        self
    }

    /// Sets the commit time, in RFC 3339.
    #[must_use]
    pub fn time(mut self, rfc3339: impl Into<String>) -> Self {
        self.time = rfc3339.into();
        self
    }

    /// Lets a branch, tag or hash name this version: `@v/NAME.info` answers with it.
    #[must_use]
    pub fn revision(mut self, name: impl Into<String>) -> Self {
        self.revisions.push(name.into());
        self
    }

    /// Leaves the version out of `@v/list`; it can still be fetched.
    #[must_use]
    pub fn unlisted(mut self) -> Self {
        self.listed = false;
        self
    }

    /// Makes this version the answer of `@latest`, whatever other versions there are.
    #[must_use]
    pub fn latest(mut self) -> Self {
        self.latest = true;
        self
    }

    /// Serves `bytes` as `.info`.
    #[must_use]
    pub fn raw_info(mut self, bytes: impl Into<Bytes>) -> Self {
        self.raw.info = Some(bytes.into());
        self
    }

    /// Serves `bytes` as `.mod`, whatever go.mod the zip holds.
    #[must_use]
    pub fn raw_mod(mut self, bytes: impl Into<Bytes>) -> Self {
        self.raw.go_mod = Some(bytes.into());
        self
    }

    /// Serves `bytes` as `.zip`, for instance a broken one.
    #[must_use]
    pub fn raw_zip(mut self, bytes: impl Into<Bytes>) -> Self {
        self.raw.zip = Some(bytes.into());
        self
    }

    /// The module path, unescaped.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The version, unescaped.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Whether go.mod is among the files.
    pub fn has_go_mod(&self) -> bool {
        self.content_of("go.mod").is_some()
    }

    /// The names, other than the version itself, that [`Module::revision`] gave.
    pub fn revisions(&self) -> &[String] {
        &self.revisions
    }

    /// Whether `@v/list` names this version.
    pub fn is_listed(&self) -> bool {
        self.listed
    }

    /// Whether [`Module::latest`] marked this version.
    pub fn is_latest(&self) -> bool {
        self.latest
    }

    /// The `.info` bytes: compact JSON, keys in the order of protocol.md I9.
    pub fn info(&self) -> Bytes {
        let made = || format!(r#"{{"Version":"{}","Time":"{}"}}"#, self.version, self.time).into();
        self.raw.info.clone().unwrap_or_else(made)
    }

    /// The `.mod` bytes: the go.mod, or the line that stands in for a missing one (protocol.md C16).
    pub fn mod_file(&self) -> Bytes {
        let made = || self.content_of("go.mod").unwrap_or_else(|| format!("module {}\n", self.path).into());
        self.raw.go_mod.clone().unwrap_or_else(made)
    }

    /// The `.zip` bytes, the same in every run.
    pub fn zip(&self) -> Bytes {
        let made =
            || zip::write(self.entries().iter().map(|(name, content)| (name.as_str(), content.as_ref())));
        self.raw.zip.clone().unwrap_or_else(|| self.zip.get_or_init(|| made().into()).clone())
    }

    /// The h1 hash of the files, as go.sum has it. A [`Module::raw_zip`] does not change it: it is what a reader wants.
    pub fn h1(&self) -> String {
        hash::h1(self.entries().iter().map(|(name, content)| (name.as_str(), content.as_ref())))
    }

    /// The h1 hash of the `.mod` bytes, as go.sum has it after `/go.mod` (protocol.md F2).
    pub fn go_mod_h1(&self) -> String {
        hash::h1([("go.mod", self.mod_file().as_ref())])
    }

    /// The two lines of go.sum for this version, each with its line feed.
    pub fn go_sum_lines(&self) -> String {
        let (path, version) = (&self.path, &self.version);
        format!("{path} {version} {}\n{path} {version}/go.mod {}\n", self.h1(), self.go_mod_h1())
    }

    /// The URL path of this version's file below a proxy's root: `/PATH/@v/VERSION.EXT`, escaped with `!`.
    pub fn url_path(&self, extension: &str) -> String {
        format!("/{}/@v/{}.{extension}", escape::escape(&self.path), escape::escape(&self.version))
    }

    fn content_of(&self, name: &str) -> Option<Bytes> {
        self.files.iter().find(|(n, _)| n == name).map(|(_, content)| content.clone())
    }

    /// The zip's entries: every name with the prefix of protocol.md C1.
    fn entries(&self) -> Vec<(String, Bytes)> {
        let prefix = format!("{}@{}/", self.path, self.version);
        self.files.iter().map(|(name, content)| (format!("{prefix}{name}"), content.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of protocol.md F3.
    #[test]
    fn hashes_are_those_of_go() {
        let bare = Module::new("example.test/dz", "v1.0.0")
            .file("go.mod", "module example.test/dz\n")
            .file("a.go", "package dz\n");
        assert_eq!(bare.go_mod_h1(), "h1:SN9pIBhQ35d+/yMNgcdkIkispCn91WnylB6u+gpAiQ8=");
        assert_eq!(bare.h1(), "h1:4243squHCTVhLEqHelQWIBruq8mZRHtDEd3/DQo1gJ8=");
        let with_folder = bare.file("d/", "");
        assert_eq!(with_folder.h1(), "h1:zPHE5z+mK9xQ+oFE6hSa1pc7hagis3W4lCoho3XQBSE=");
    }

    #[test]
    fn a_missing_go_mod_is_stood_in_for_but_not_put_into_the_zip() {
        let m = Module::new("example.test/old", "v2.0.0+incompatible").file("a.go", "package old\n");
        assert_eq!(m.mod_file(), "module example.test/old\n");
        assert_eq!(zip::names(&m.zip()), ["example.test/old@v2.0.0+incompatible/a.go"]);
    }

    #[test]
    fn raw_bytes_replace_what_is_served_but_not_what_is_right() {
        let m = Module::new("example.test/a", "v1.0.0").file("a.go", "package a\n");
        let right = m.h1();
        let broken = m.raw_zip("not a zip").raw_info("{}").raw_mod("modul");
        assert_eq!(
            (broken.zip(), broken.info(), broken.mod_file()),
            ("not a zip".into(), "{}".into(), "modul".into())
        );
        assert_eq!(broken.h1(), right);
    }

    #[test]
    fn pseudo_versions_are_not_listed() {
        assert!(!Module::new("example.test/a", "v0.0.0-20240102030405-abcdef012345").is_listed());
        assert!(Module::new("example.test/a", "v1.0.0-rc.1").is_listed());
    }

    #[test]
    fn url_paths_are_escaped() {
        let m = Module::new("example.test/Big", "v1.0.0-RC1");
        assert_eq!(m.url_path("zip"), "/example.test/!big/@v/v1.0.0-!r!c1.zip");
    }
}
