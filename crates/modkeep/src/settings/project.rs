//! A project's own `modkeep.toml`: what it may say, which is little.
//!
//! It is trusted no further than the project's go.mod (house.md, invariant 10): it chooses rungs, platforms, snapshot options and where
//! bundles are. Whatever would send something somewhere, or vouch for something, is an error here.

use std::path::{Path, PathBuf};

use bundle::depot::Location;
use ladder::rung::Rung;
use serde::Deserialize;

use super::origin::Position;
use super::{Base, values};
use crate::exit::Exit;
use crate::files::Files;
use crate::report::{Failed, Problem};

/// Its name, beside go.mod or go.work.
pub const NAME: &str = "modkeep.toml";

/// What `modkeep init` writes, and what a project may say.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ProjectFile {
    /// The rungs to use, in order; the user's own choice stands above it.
    pub rungs: Option<String>,
    /// About the vendor folder.
    #[serde(default)]
    pub vendor: VendorOptions,
    /// About bundles.
    #[serde(default)]
    pub bundle: BundleOptions,
}

/// What a project says about its vendor folder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct VendorOptions {
    /// Whether a build stops when `vendor/.checksums` is missing or unreadable.
    #[serde(default)]
    pub require_checksums: bool,
}

/// What a project says about its bundles.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct BundleOptions {
    /// Where bundles are: folders and URLs. They are asked without credentials.
    #[serde(default)]
    pub locations: Vec<String>,
    /// The platforms that a bundle is for, as GOOS/GOARCH.
    #[serde(default)]
    pub platforms: Vec<String>,
}

impl ProjectFile {
    /// What the project in this folder says; nothing, without such a file.
    ///
    /// # Errors
    /// The file cannot be read, or says what it may not.
    pub fn read(root: &Path, files: &dyn Files) -> Result<Self, Failed> {
        let path = root.join(NAME);
        match files.read(&path) {
            Ok(content) => Self::parse(&String::from_utf8_lossy(&content), &path),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(unreadable(&path, &error)),
        }
    }

    /// The same of a file that must be there, looking at each of its values.
    ///
    /// # Errors
    /// As above; or there is none.
    pub fn check(root: &Path, files: &dyn Files) -> Result<(), Failed> {
        let path = root.join(NAME);
        let content = files.read(&path).map_err(|error| unreadable(&path, &error))?;
        Self::parse(&String::from_utf8_lossy(&content), &path)?.locations(root).map(drop)
    }

    fn parse(text: &str, path: &Path) -> Result<Self, Failed> {
        let told = |error: toml::de::Error| {
            let position = Position::of(path, text, error.span().map_or(0, |span| span.start));
            format!("{position}: {}", error.message().replace('\n', " "))
        };
        let read: Self = toml::from_str(text).map_err(|error| says_wrong(path, told(error)))?;
        read.rungs(path).map_err(|invalid| says_wrong(path, format!("rungs: {}", invalid.0)))?;
        Ok(read)
    }

    /// Where its bundles are, seen from `root`, in which it lies.
    ///
    /// # Errors
    /// One is none that can be asked.
    pub fn locations(&self, root: &Path) -> Result<Vec<Location>, Failed> {
        let base = Base { folder: root.to_owned(), home: None };
        let read = |text: &String| values::bundle_location(text, &base);
        let read: Result<_, _> = self.bundle.locations.iter().map(read).collect();
        // The text may hold a password, so it is not repeated.
        read.map_err(|invalid| says_wrong(&root.join(NAME), format!("[bundle] locations: {}", invalid.0)))
    }

    /// Its rungs, if it names any.
    fn rungs(&self, path: &Path) -> Result<Option<Vec<Rung>>, super::Invalid> {
        let folder = path.parent().map(Path::to_owned).unwrap_or_default();
        let base = Base { folder, home: None };
        self.rungs.as_deref().map_or(Ok(None), |text| values::rungs(text, &base))
    }

    /// The rungs of this file, which lies in `root`. Its text has been read before.
    pub fn chosen_rungs(&self, root: &Path) -> Option<Vec<Rung>> {
        self.rungs(&PathBuf::from(root).join(NAME)).ok().flatten()
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Failed {
    let problem = Problem::new(format!("cannot read {}", path.display()));
    Failed::new(Exit::Config, problem.because(error.to_string()))
}

fn says_wrong(path: &Path, reason: String) -> Failed {
    let problem = Problem::new(format!("{} says what a project cannot", path.display())).because(reason);
    let advice = "a project's file sets rungs, [vendor] require-checksums, [bundle] locations and platforms; everything else \
                  belongs into the user's own modkeep.toml";
    Failed::new(Exit::Config, problem.advise(advice))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Memory;

    fn read(text: &str) -> Result<ProjectFile, Failed> {
        ProjectFile::read(Path::new("/p"), &Memory::of(&[("/p/modkeep.toml", text)]))
    }

    #[test]
    fn it_says_little() {
        let text = "rungs = \"cache,upstream\"\n[vendor]\nrequire-checksums = true\n[bundle]\nlocations = [\"/b\"]\n";
        let file = read(text).unwrap();
        assert!(file.vendor.require_checksums);
        assert_eq!(file.chosen_rungs(Path::new("/p")), Some(vec![Rung::Cache, Rung::Upstream]));
        assert_eq!(ProjectFile::read(Path::new("/q"), &Memory::of(&[])).unwrap(), ProjectFile::default());
    }

    #[test]
    fn a_mistake_in_it_is_told_with_its_place() {
        let failed = read("[bundle]\n  place = 1\n").unwrap_err();
        assert!(failed.problems[0].causes[0].starts_with("/p/modkeep.toml:2:3: unknown field"), "{failed:?}");
    }

    #[test]
    fn a_name_in_it_begins_no_line_of_ours() {
        let failed = read("\"x\\nhelp: do\" = 1").unwrap_err();
        assert!(failed.problems[0].causes.iter().all(|cause| !cause.contains('\n')), "{failed:?}");
    }

    #[test]
    fn whatever_sends_or_vouches_is_an_error_that_names_it() {
        let lines = [
            "upstream = \"https://evil.example\"",
            "gosumdb = \"off\"",
            "goinsecure = \"*\"",
            "trusted-keys = \"x\"",
            "ca-file = \"ca.pem\"",
            "[[place]]\nurl = \"https://evil.example\"\nprivate = true",
            "[[repository]]\nprefix = \"a.example\"\nurl = \"https://evil.example\"",
            "[[credential]]\nhost = \"a.example\"",
            "rungs = \"proxy\"",
            "no toml",
        ];
        for line in lines {
            let failed = read(line).unwrap_err();
            assert_eq!(failed.exit, Exit::Config, "{line}");
            assert!(failed.problems[0].message.contains("/p/modkeep.toml"), "{line}");
        }
    }
}
