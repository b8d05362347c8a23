//! `Shelf`: a folder in which repositories of any place stand under the paths that a server shall have for them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

#[derive(Debug)]
pub(super) struct Shelf {
    folder: TempDir,
}

impl Shelf {
    pub(super) fn new() -> Self {
        let folder = TempDir::with_prefix("testkit-serve-").expect("a temporary folder");
        fs::create_dir(folder.path().join("root")).expect("a folder");
        Self { folder }
    }

    /// Puts a repository at a path that begins with `/`.
    pub(super) fn put(&self, path: &str, repo: &Path) {
        let place = self.root().join(path.trim_start_matches('/'));
        fs::create_dir_all(place.parent().expect("it is below the root")).expect("a folder");
        let _ = fs::remove_file(&place);
        symlink(repo, place).expect("a link");
    }

    /// The folder that the paths are relative to.
    pub(super) fn root(&self) -> PathBuf {
        self.folder.path().join("root")
    }

    /// A file of the server itself, beside the root.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
