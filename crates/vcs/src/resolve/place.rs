//! Where in a repository a module is looked for, and which tags are its own (protocol.md D1, D2).

use gomod::path::major_of_suffix;
use gomod::{ModulePath, pseudo, semver};

/// A module and its place in the repository whose root has the path `root`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    /// The module.
    pub(super) path: ModulePath,
    /// The path of the repository's root.
    pub(super) root: String,
    /// The folder without the one for the major version; empty for the root of the repository.
    pub(super) folder: String,
}

impl Place {
    /// Finds the folder (D1). `subdir` is the fourth field of a go-import tag, or empty. Errors say why there is none.
    pub(super) fn new(path: ModulePath, root: &str, subdir: &str) -> Result<Self, String> {
        let below = below_root(&path, root)?;
        let folder = clean(&format!("{below}/{subdir}"))
            .ok_or_else(|| format!("the folder {subdir:?} of module {path} lies outside its repository"))?;
        Ok(Self { root: root.to_owned(), folder, path })
    }

    /// The major version suffix of the path with its separator, or empty.
    pub(super) fn suffix(&self) -> &str {
        self.path.split_major().1
    }

    /// The path without its suffix, unless the repository's root has it too.
    pub(super) fn stem(&self) -> &str {
        if self.is_root() { self.path.as_str() } else { self.path.split_major().0 }
    }

    /// The major version that the path asks for, such as `v2`; empty where v0 and v1 will do.
    pub(super) fn major(&self) -> &str {
        major_of_suffix(self.suffix())
    }

    /// What the tags of this module begin with (D2).
    pub(super) fn tag_prefix(&self) -> String {
        if self.folder.is_empty() { String::new() } else { format!("{}/", self.folder) }
    }

    /// `/v2` modules may lie in a folder `v2` (D3), unless the repository as a whole is that module.
    pub(super) fn major_folder(&self) -> Option<String> {
        let name = self.suffix().strip_prefix('/').filter(|_| !self.is_root())?;
        Some(join(&self.folder, name))
    }

    /// Whether a commit without a go.mod can be this module (D3): only at the root, and not above v1, but on gopkg.in.
    pub(super) fn may_lack_go_mod(&self) -> bool {
        self.folder.is_empty() && !self.suffix().starts_with('/')
    }

    /// What the repository calls a revision (D8).
    pub(super) fn revision(&self, asked: &str) -> String {
        if !semver::is_valid(asked) {
            return asked.to_owned();
        }
        match pseudo::rev(asked) {
            Ok(hash) => hash.to_owned(),
            Err(_) => self.tag_prefix() + without_incompatible(asked),
        }
    }

    fn is_root(&self) -> bool {
        self.root == self.path.as_str()
    }
}

/// The version without the mark that says it breaks the rule of major versions.
pub(super) fn without_incompatible(version: &str) -> &str {
    version.strip_suffix("+incompatible").unwrap_or(version)
}

/// A path below a folder, which may be the root.
pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// What of the path, without its suffix, stands behind the root.
fn below_root<'a>(path: &'a ModulePath, root: &str) -> Result<&'a str, String> {
    if path.as_str() == root {
        return Ok("");
    }
    behind(path.as_str(), root).ok_or_else(|| format!("mismatched repo: found {root} for {path}"))?;
    let (stem, _) = path.split_major();
    if stem == root {
        return Ok("");
    }
    behind(stem, root).ok_or_else(|| format!("repository rooted at {root} cannot contain module {path}"))
}

fn behind<'a>(path: &'a str, root: &str) -> Option<&'a str> {
    path.strip_prefix(root.strip_suffix('/').unwrap_or(root))?.strip_prefix('/')
}

/// The path without empty elements and dots. None when it leads out of the repository.
fn clean(path: &str) -> Option<String> {
    let mut elements = Vec::new();
    for element in path.split('/') {
        match element {
            "" | "." => {}
            ".." => drop(elements.pop()?),
            _ => elements.push(element),
        }
    }
    Some(elements.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(path: &str, root: &str, subdir: &str) -> Result<Place, String> {
        Place::new(ModulePath::parse(path).unwrap(), root, subdir)
    }

    /// path, root, subdir, and: folder, tag prefix, folder of the major version, whether go.mod may be missing.
    type Case =
        (&'static str, &'static str, &'static str, &'static str, &'static str, Option<&'static str>, bool);

    const PLACES: &[Case] = &[
        ("a.example/m", "a.example/m", "", "", "", None, true),
        ("a.example/m/v2", "a.example/m", "", "", "", Some("v2"), false),
        ("a.example/m/v2", "a.example/m/v2", "", "", "", None, false),
        ("a.example/m/sub", "a.example/m", "", "sub", "sub/", None, false),
        ("a.example/m/sub/v3", "a.example/m", "", "sub", "sub/", Some("sub/v3"), false),
        ("a.example/m", "a.example/m", "inner/dir", "inner/dir", "inner/dir/", None, false),
        ("a.example/m/sub/v2", "a.example/m", "./x//y/", "sub/x/y", "sub/x/y/", Some("sub/x/y/v2"), false),
        ("a.example/m/sub", "a.example/m", "../up", "up", "up/", None, false),
        ("gopkg.in/yaml.v2", "gopkg.in/yaml.v2", "", "", "", None, true),
        ("a.example/m/sub", "a.example/m/", "", "sub", "sub/", None, false),
    ];

    #[test]
    fn places_follow_the_table() {
        for &(path, root, subdir, folder, tags, major, may_lack) in PLACES {
            let place = place(path, root, subdir).unwrap();
            assert_eq!((place.folder.as_str(), place.tag_prefix().as_str()), (folder, tags), "{path} {root}");
            assert_eq!(place.major_folder().as_deref(), major, "{path} {root}");
            assert_eq!(place.may_lack_go_mod(), may_lack, "{path} {root}");
        }
    }

    #[test]
    fn a_repository_of_another_module_is_refused() {
        let message = place("a.example/mine", "a.example/m", "").unwrap_err();
        assert_eq!(message, "mismatched repo: found a.example/m for a.example/mine");
        assert!(place("a.example/m", "a.example/m/sub", "").is_err());
        assert!(place("a.example/m", "a.example/m", "x/../..").unwrap_err().contains("outside"));
    }

    #[test]
    fn revisions_become_what_the_repository_knows() {
        let root = place("a.example/m", "a.example/m", "").unwrap();
        let sub = place("a.example/m/sub/v2", "a.example/m", "").unwrap();
        for (asked, at_root, in_sub) in [
            ("main", "main", "main"),
            ("v2.1.0", "v2.1.0", "sub/v2.1.0"),
            ("v2.1.0+incompatible", "v2.1.0", "sub/v2.1.0"),
            ("v2.1.0+meta", "v2.1.0+meta", "sub/v2.1.0+meta"),
            ("v2.0.1-0.20240102030405-abcdefabcdef+incompatible", "abcdefabcdef", "abcdefabcdef"),
            ("v2.01.0", "v2.01.0", "v2.01.0"),
        ] {
            assert_eq!((root.revision(asked), sub.revision(asked)), (at_root.to_owned(), in_sub.to_owned()));
        }
    }
}
