//! What the go.mod files of a project require, as far as it has to be fetched.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use gomod::ModuleVersion;
use gomod::gosum::{GoSum, Part};
use gomod::modfile::{GoMod, ParseErrors, Replace, Require, WorkFile};

use crate::project::{MOD_BYTES_MAX, Project};

/// The module versions that a project requires. What is replaced is not among them, and no member of the workspace: neither is fetched
/// under its own name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Required(BTreeSet<ModuleVersion>);

/// Why nobody knows what a project requires.
#[derive(Debug, thiserror::Error)]
pub enum RequiredError {
    /// The disk does not give a go.mod or go.work.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It is no such file; go would refuse it too.
    #[error("cannot understand {}: {errors}", .path.display())]
    Malformed {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        errors: ParseErrors,
    },
}

impl Required {
    /// Reads the go.mod of a project, or its go.work and the go.mod of each member.
    ///
    /// # Errors
    /// One of them is not there, cannot be read or is not understood.
    pub fn read(project: &Project) -> Result<Self, RequiredError> {
        Ok(Self::of(&Mains::read(project)?))
    }

    /// Of these main modules.
    pub(super) fn of(mains: &Mains) -> Self {
        let is_replaced = |require: &Require| {
            let is_it = |replace: &Replace| {
                replace.version.as_ref().is_none_or(|version| *version == require.version)
            };
            mains.replaces_of(&require.path).any(is_it)
        };
        let fetched = mains.required().filter(|require| !is_replaced(require));
        Self(fetched.filter_map(|it| ModuleVersion::parse(&it.path, it.version.as_str()).ok()).collect())
    }

    /// What go.sum has no hash at all of: no go command could do anything with it.
    pub(super) fn unsummed(&self, sums: &GoSum) -> impl Iterator<Item = &ModuleVersion> {
        self.0.iter().filter(|module| [Part::Zip, Part::GoMod].iter().all(|part| !has(sums, module, *part)))
    }

    /// What go.sum has the hash of its go.mod of, and none of its zip; of two versions of a path the higher one alone is looked at. That
    /// is right where no package of it is used, which nobody knows who does not read the code.
    pub fn without_zip(&self, sums: &GoSum) -> Vec<&ModuleVersion> {
        let highest: BTreeMap<_, _> = self.0.iter().map(|module| (module.path(), module)).collect();
        let lacks = |module: &&ModuleVersion| has(sums, module, Part::GoMod) && !has(sums, module, Part::Zip);
        highest.into_values().filter(lacks).collect()
    }
}

/// The modules that the user works on: one, or the members of a workspace.
#[derive(Debug, Clone, Default)]
pub(crate) struct Mains {
    modules: Vec<GoMod>,
    /// The `replace` lines of the workspace.
    replace: Vec<Replace>,
}

impl Mains {
    /// These modules, with these `replace` lines besides their own.
    pub(crate) fn new(modules: Vec<GoMod>, replace: Vec<Replace>) -> Self {
        Self { modules, replace }
    }

    /// Reads the go.mod of a project, or what stands in for it, or its go.work and the go.mod of each member.
    pub(crate) fn read(project: &Project) -> Result<Self, RequiredError> {
        let Some(path) = &project.go_work else {
            let path = project.modfile.as_deref().or(project.go_mod.as_deref());
            let go_mod = path.map(|path| understood(path, GoMod::parse)).transpose()?;
            return Ok(Self::new(go_mod.into_iter().collect(), Vec::new()));
        };
        let work = understood(path, WorkFile::parse)?;
        let folder = path.parent().unwrap_or(Path::new("/"));
        let files = work.uses.iter().map(|member| folder.join(member).join("go.mod"));
        let members = files.map(|path| understood(&path, GoMod::parse)).collect::<Result<_, _>>()?;
        Ok(Self::new(members, work.replace))
    }

    /// What they require of others.
    pub(crate) fn required(&self) -> impl Iterator<Item = &Require> {
        let is_main = |path: &str| {
            self.modules.iter().filter_map(|main| main.module.as_ref()).any(|module| module.path == path)
        };
        self.modules.iter().flat_map(|main| &main.require).filter(move |require| !is_main(&require.path))
    }

    /// The `replace` lines for a path.
    pub(crate) fn replaces_of(&self, path: &str) -> impl Iterator<Item = &Replace> {
        let of_modules = self.modules.iter().flat_map(|main| &main.replace);
        self.replace.iter().chain(of_modules).filter(move |replace| replace.path == path)
    }
}

fn has(sums: &GoSum, module: &ModuleVersion, part: Part) -> bool {
    sums.hashes(module, part).next().is_some()
}

fn understood<T>(
    path: &Path,
    parse: impl FnOnce(&[u8]) -> Result<T, ParseErrors>,
) -> Result<T, RequiredError> {
    let text = read(path).map_err(|source| RequiredError::Read { path: path.to_owned(), source })?;
    parse(&text).map_err(|errors| RequiredError::Malformed { path: path.to_owned(), errors })
}

/// The content of a file that a project names: a pipe would be waited for, and a device has no end.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let mut text = Vec::new();
    let length = File::open(path)?.take(MOD_BYTES_MAX + 1).read_to_end(&mut text)?;
    if length as u64 > MOD_BYTES_MAX {
        Err(io::Error::other("it is longer than any such file"))
    } else {
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// A project of these files, below a folder that goes when the test ends.
    fn project(files: &[(&str, &str)]) -> (tempfile::TempDir, Project) {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let is_workspace = files.iter().any(|(name, _)| *name == "go.work");
        let project = Project::find(folder.path(), (!is_workspace).then_some("off"));
        (folder, project)
    }

    fn names(files: &[(&str, &str)]) -> Vec<String> {
        let (_folder, project) = project(files);
        Required::read(&project).unwrap().0.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_replaced_is_not_fetched_under_its_name() {
        let text = "module a.example/m\n\nrequire (\n\tb.example/x v1.0.0\n\tb.example/y v1.0.0\n\tb.example/z v1.1.0 // indirect\n)\n\n\
                    replace b.example/y => ../y\n\nreplace b.example/z v1.0.0 => ../z\n";
        assert_eq!(names(&[("go.mod", text)]), ["b.example/x@v1.0.0", "b.example/z@v1.1.0"]);
    }

    #[test]
    fn all_members_of_a_workspace_count_and_are_not_fetched_themselves() {
        let files = [
            ("go.work", "go 1.21\n\nuse (\n\t./a\n\t./b\n)\n\nreplace c.example/w => ../w\n"),
            ("a/go.mod", "module c.example/a\n\nrequire (\n\tc.example/b v0.0.0\n\tc.example/x v1.0.0\n)\n"),
            ("b/go.mod", "module c.example/b\n\nrequire (\n\tc.example/w v1.0.0\n\tc.example/x v1.1.0\n)\n"),
        ];
        assert_eq!(names(&files), ["c.example/x@v1.0.0", "c.example/x@v1.1.0"]);
        let (_folder, project) = project(&files);
        let mut sums = GoSum::default();
        for version in ["v1.0.0", "v1.1.0"] {
            let module = ModuleVersion::parse("c.example/x", version).unwrap();
            sums.add(&module, Part::GoMod, &gomod::dirhash::hash_go_mod(b"x"));
        }
        let required = Required::read(&project).unwrap();
        let told: Vec<String> = required.without_zip(&sums).into_iter().map(ToString::to_string).collect();
        assert_eq!(told, ["c.example/x@v1.1.0"], "the other one is not built");
        assert_eq!(required.unsummed(&sums).count(), 0);
        assert_eq!(required.unsummed(&GoSum::default()).count(), 2);
    }

    #[test]
    fn a_file_that_go_would_refuse_is_told_by_name() {
        let module = ("go.mod", "module a.example/m\n");
        for (files, name, words) in [
            (&[("go.mod", "<<<<<<< HEAD\nmodule a.example/m\n=======\n")][..], "go.mod", "cannot understand"),
            (&[("go.work", "<<<<<<< HEAD\n"), module], "go.work", "cannot understand"),
            (
                &[("go.work", "go 1.21\nuse ./a\n"), ("a/go.mod", "nonsense\n")],
                "a/go.mod",
                "cannot understand",
            ),
            (&[("go.work", "go 1.21\nuse ./a\n"), module], "a/go.mod", "cannot read"),
            (&[("go.work", "go 1.21\nuse ./a\n"), ("a/go.mod/x", "")], "a/go.mod", "it is no file"),
        ] {
            let (_folder, project) = project(files);
            let told = Required::read(&project).unwrap_err().to_string();
            assert!(told.contains(name) && told.contains(words), "{told}");
        }
    }
}
