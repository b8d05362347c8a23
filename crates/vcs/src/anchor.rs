//! What versions were built from once: the commit of each, and its tree. What is built from a repository later is held to it.
//!
//! Anchors are the word of a project, as its go.sum is. They only ever say no: where a repository is looked for, who may be asked and
//! what hash is right is none of their business, except where the user lets them name a repository.

use std::collections::BTreeMap;
use std::fmt;

use gomod::glob::PrefixPatterns;
use gomod::path::split_path_version;
use gomod::repository::Vcs;
use gomod::{H1, ModuleVersion};

use crate::{CommitId, RepoError};

/// Where a version came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The system of the repository.
    pub vcs: Vcs,
    /// Its address, as discovery gave it, without credentials.
    pub url: String,
    /// The import path of its root.
    pub root: String,
    /// The folder of the module in it, without the one for the major version; empty for the root.
    pub subdir: String,
    /// The tag that was the version; none for a pseudo-version.
    pub tag: Option<String>,
    /// The full name of the commit.
    pub commit: String,
    /// The name of its tree; none where the system has no such names.
    pub tree: Option<String>,
    /// The hash of the zip that was made of it.
    pub h1: H1,
}

/// What of an anchor must hold when a version is built again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Hold {
    /// The version must be the commit. A tag that is gone does no harm, as long as a branch or another tag leads to the commit.
    #[default]
    Commit,
    /// The tag must be there too.
    Tag,
    /// The version may be another commit, if that holds the same files: the history may be rewritten. Where trees have no names, as
    /// [`Hold::Commit`].
    Tree,
}

/// The anchors of a project.
#[derive(Debug, Clone, Default)]
pub struct Anchors {
    /// What must hold.
    pub hold: Hold,
    /// By module version. What is not here is held to nothing.
    pub modules: BTreeMap<ModuleVersion, Anchor>,
    /// The module paths for which the user lets an anchor name the repository, where discovery cannot.
    pub may_name_repositories: PrefixPatterns,
}

impl Hold {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Commit, Self::Tag, Self::Tree];

    /// Its word in files and flags.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tag => "tag",
            Self::Tree => "tree",
        }
    }

    /// The one with this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hold| hold.as_str() == word)
    }

    /// Whether the commit may be asked for by its name when there is no such version any more.
    pub(crate) fn does_without_tag(self) -> bool {
        self != Self::Tag
    }
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Anchor {
    /// What go-import tags call the folder of a repository, which comes behind the part of the path below the root; none where no tag
    /// could lead to this anchor's folder.
    pub(crate) fn subdir_of_tag(&self, path: &str) -> Option<String> {
        let stem = split_path_version(path).map_or(path, |(stem, _)| stem);
        let below =
            if path == self.root { "" } else { stem.strip_prefix(&self.root)?.trim_start_matches('/') };
        let rest = self.subdir.strip_prefix(below)?;
        (below.is_empty() || rest.is_empty() || rest.starts_with('/'))
            .then(|| rest.trim_start_matches('/').to_owned())
    }

    /// Judges what a version is now: the commit and its tree, in the repository at `url`.
    ///
    /// # Errors
    /// `Mismatch` when it is not what `hold` demands.
    pub(crate) fn check(
        &self,
        module: &ModuleVersion,
        hold: Hold,
        now: (&CommitId, Option<&str>),
        url: &str,
    ) -> Result<(), RepoError> {
        let (commit, tree) = now;
        let is_by_tree = hold == Hold::Tree && self.tree.is_some();
        if !is_by_tree && commit.as_str() != self.commit {
            return Err(self.other(module, "commit", commit.as_str(), &self.commit, url));
        }
        match &self.tree {
            Some(expected) if tree != Some(expected) => {
                Err(self.other(module, "tree", tree.unwrap_or("without a name"), expected, url))
            }
            _ => Ok(()),
        }
    }

    /// Judges the hash of a zip that was made of the right commit.
    ///
    /// # Errors
    /// `Mismatch` when it is another one than was written down.
    pub(crate) fn check_zip(&self, module: &ModuleVersion, found: &H1, url: &str) -> Result<(), RepoError> {
        if *found == self.h1 {
            return Ok(());
        }
        Err(self.other(module, "hash", &found.to_string(), &self.h1.to_string(), url))
    }

    /// The names come first: what stands behind is cut off where several places have to be told (protocol.md B12). Who says it, and of
    /// which version, stands before it already.
    fn other(&self, module: &ModuleVersion, what: &str, found: &str, expected: &str, url: &str) -> RepoError {
        let name = self.tag.as_ref().map_or_else(|| "it".to_owned(), |tag| format!("tag {tag}"));
        let message = format!(
            "SECURITY: {name} is {what} {found}, not {expected} as modkeep.lock says, in {} {url}; it is not built. The tag was moved, \
             the history rewritten, or the lock changed: find out which. Only if it is right as it is now, take the lines of the module out \
             of go.sum and its entry out of modkeep.lock, and run `go mod tidy` and `modkeep lock`",
            self.vcs
        );
        tracing::error!(%module, message, "SECURITY: a repository is not what was locked");
        RepoError::mismatch(message)
    }
}

#[cfg(test)]
mod tests {
    use source::FailureKind;

    use super::*;

    fn module() -> ModuleVersion {
        ModuleVersion::parse("a.example/m", "v1.0.0").unwrap()
    }

    fn anchor(root: &str, subdir: &str, tree: Option<&str>) -> Anchor {
        let [url, root, subdir, commit] = ["https://a.example/m", root, subdir, "c1"].map(str::to_owned);
        let (tree, tag) = (tree.map(str::to_owned), Some("v1.0.0".to_owned()));
        let h1 = gomod::dirhash::hash_go_mod(b"x");
        Anchor { vcs: Vcs::Git, url, root, subdir, tag, commit, tree, h1 }
    }

    fn passes(hold: Hold, tree: Option<&str>, now: (&str, Option<&str>)) -> bool {
        let commit = CommitId::new(now.0);
        let checked = anchor("a.example/m", "", tree).check(&module(), hold, (&commit, now.1), "u");
        assert!(checked.as_ref().is_ok() || checked.as_ref().unwrap_err().kind == FailureKind::Mismatch);
        checked.is_ok()
    }

    #[test]
    fn each_word_holds_to_its_own() {
        for hold in Hold::ALL {
            assert_eq!(Hold::parse(hold.as_str()), Some(hold));
            assert!(passes(hold, Some("t1"), ("c1", Some("t1"))) && passes(hold, None, ("c1", None)));
            assert!(!passes(hold, Some("t1"), ("c1", Some("t2"))) && !passes(hold, Some("t1"), ("c1", None)));
            assert_eq!(passes(hold, Some("t1"), ("c2", Some("t1"))), hold == Hold::Tree, "{hold}");
            assert!(!passes(hold, None, ("c2", None)), "{hold}: without a tree the commit decides");
        }
        assert_eq!(Hold::parse("branch"), None);
    }

    #[test]
    fn a_message_says_what_was_found_where_and_what_was_expected() {
        let commit = CommitId::new("c2");
        let error = anchor("a.example/m", "", None)
            .check(&module(), Hold::Commit, (&commit, None), "https://b.example/m")
            .unwrap_err();
        let advice = "out of go.sum and its entry out of modkeep.lock";
        for part in ["commit c2", "not c1", "https://b.example/m", "tag v1.0.0", advice] {
            assert!(error.message.contains(part), "{part}: {}", error.message);
        }
        let zip =
            anchor("a.example/m", "", None).check_zip(&module(), &gomod::dirhash::hash_go_mod(b"y"), "u");
        assert!(zip.unwrap_err().message.contains("is hash h1:"));
    }

    #[test]
    fn a_folder_is_told_as_a_go_import_tag_tells_it() {
        for (path, root, subdir, expected) in [
            ("a.example/m", "a.example/m", "", Some("")),
            ("a.example/m/v2", "a.example/m", "", Some("")),
            ("a.example/m/sub/v2", "a.example/m", "sub", Some("")),
            ("a.example/m/sub", "a.example/m", "sub/inner", Some("inner")),
            ("a.example/m", "a.example/m", "inner/dir", Some("inner/dir")),
            ("gopkg.in/yaml.v2", "gopkg.in/yaml.v2", "", Some("")),
            ("a.example/m/sub", "a.example/m", "subway", None),
            ("a.example/m/sub", "b.example/m", "sub", None),
        ] {
            assert_eq!(anchor(root, subdir, None).subdir_of_tag(path).as_deref(), expected, "{path} {root}");
        }
    }
}
