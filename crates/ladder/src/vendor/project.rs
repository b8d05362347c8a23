//! The Go project that a vendor folder belongs to: what its go.mod and go.work say of it.

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use gomod::modfile::{GoMod, WorkFile};
use gomod::modules_txt::{Disagreement, MainModule, ModulesTxt, Workspace, disagreements};

use super::error::{VendorError, at};
use super::manifest::Manifest;
use crate::project::MOD_BYTES_MAX;

/// A project: a folder with a go.mod, with a go.work, or with both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    root: PathBuf,
}

/// The modules that a vendor folder is for.
pub(super) struct Main {
    modules: Vec<(String, GoMod)>,
    workspace: Option<(String, WorkFile)>,
}

impl Project {
    /// The project in this folder. Its path is made absolute and free of links, so that one project has one name.
    ///
    /// # Errors
    /// [`VendorError::NoProject`] without go.mod and go.work.
    pub fn open(root: &Path) -> Result<Self, VendorError> {
        let root = root.canonicalize().map_err(at("find", root))?;
        if !root.join("go.mod").is_file() && !root.join("go.work").is_file() {
            return Err(VendorError::NoProject(root));
        }
        Ok(Self { root })
    }

    /// The project that go would work on in this folder: that of the go.work above it, else that of the go.mod above it.
    /// `gowork` is go's setting GOWORK: `off`, the path of a go.work file, or nothing.
    ///
    /// # Errors
    /// [`VendorError::NoProject`] when there is neither.
    pub fn find(folder: &Path, gowork: Option<&str>) -> Result<Self, VendorError> {
        let found = crate::project::Project::find(folder, gowork);
        Self::open(found.root().ok_or_else(|| VendorError::NoProject(folder.to_owned()))?)
    }

    /// The absolute folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A path in the folder.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Refuses a snapshot that was made neither for the module in the project's folder nor for its workspace.
    pub(super) fn check_modules(&self, manifest: &Manifest) -> Result<(), VendorError> {
        let modes = [("go.mod", false), ("go.work", true)];
        let mut refused = Err(VendorError::Manifest);
        for (_, workspace) in modes.into_iter().filter(|(file, _)| self.path(file).is_file()) {
            let main = self.main(workspace)?;
            refused = manifest.check_modules(&main.paths());
            if refused.is_ok() {
                break;
            }
        }
        refused
    }

    /// The modules of the project's workspace, or the one in the project's folder.
    pub(super) fn main(&self, workspace: bool) -> Result<Main, VendorError> {
        if !workspace {
            return Ok(Main { modules: vec![go_mod_in(&self.root)?], workspace: None });
        }
        let path = self.path("go.work");
        let work = WorkFile::parse(&read(&path)?).map_err(|errors| VendorError::ModFile { path, errors })?;
        let modules =
            work.uses.iter().map(|folder| go_mod_in(&self.root.join(folder))).collect::<Result<_, _>>()?;
        Ok(Main { modules, workspace: Some((text(&self.root), work)) })
    }
}

impl Main {
    /// The module paths, sorted. They are what a snapshot is bound to.
    pub(super) fn paths(&self) -> Vec<String> {
        let path = |(_, go_mod): &(String, GoMod)| go_mod.module.as_ref().map(|module| module.path.clone());
        let mut paths: Vec<String> = self.modules.iter().filter_map(path).collect();
        paths.sort_unstable();
        paths
    }

    /// On what modules.txt and the go.mod files disagree.
    pub(super) fn disagreements(&self, list: &ModulesTxt) -> Vec<Disagreement> {
        let main: Vec<MainModule<'_>> =
            self.modules.iter().map(|(folder, go_mod)| MainModule { folder, go_mod }).collect();
        let workspace =
            self.workspace.as_ref().map(|(folder, work)| Workspace { folder, replace: &work.replace });
        disagreements(list, &main, workspace.as_ref())
    }
}

fn go_mod_in(folder: &Path) -> Result<(String, GoMod), VendorError> {
    let path = folder.join("go.mod");
    let go_mod = GoMod::parse(&read(&path)?).map_err(|errors| VendorError::ModFile { path, errors })?;
    Ok((text(folder), go_mod))
}

/// A path as it would stand in go.mod.
fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Reads a file that may be a link, but no pipe, for which one could wait for ever.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, VendorError> {
    let read = || {
        if !fs::metadata(path)?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no regular file"));
        }
        let mut content = Vec::new();
        fs::File::open(path)?.take(MOD_BYTES_MAX + 1).read_to_end(&mut content)?;
        Ok(content)
    };
    let content = read().map_err(at("read", path))?;
    if content.len() as u64 > MOD_BYTES_MAX {
        return Err(VendorError::TooLong { path: path.to_owned(), max: MOD_BYTES_MAX });
    }
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_or_an_endless_file_is_not_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("go.mod");
        fs::File::create(&path).unwrap().set_len(MOD_BYTES_MAX).unwrap();
        assert!(read(&path).is_ok());
        fs::File::create(&path).unwrap().set_len(MOD_BYTES_MAX + 1).unwrap();
        assert!(matches!(read(&path), Err(VendorError::TooLong { .. })));
        fs::remove_file(&path).unwrap();
        rustix::fs::mknodat(rustix::fs::CWD, &path, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        assert!(matches!(read(&path), Err(VendorError::Io { .. })));
    }

    #[test]
    fn a_project_is_found_as_go_finds_it() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap();
        let inner = root.join("w/m/p");
        fs::create_dir_all(&inner).unwrap();
        let found = |gowork| Project::find(&inner, gowork).map(|project| project.root().to_owned());
        assert!(matches!(found(None), Err(VendorError::NoProject(_))));
        fs::write(root.join("w/m/go.mod"), "module m\n").unwrap();
        assert_eq!(found(None).unwrap(), root.join("w/m"));
        fs::write(root.join("w/go.work"), "go 1.23\n").unwrap();
        assert_eq!(found(None).unwrap(), root.join("w"));
        assert_eq!(found(Some("off")).unwrap(), root.join("w/m"));
        fs::write(root.join("go.work"), "go 1.23\n").unwrap();
        assert_eq!(found(root.join("go.work").to_str()).unwrap(), root);
    }
}
