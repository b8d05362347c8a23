//! The folders that go keeps things in, in a temporary folder of their own.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::TempDir;

use crate::module::hash::sha256_hex;

/// HOME, GOPATH, GOMODCACHE and GOCACHE of one or more runs of go. Clones are the same folders; the last one deletes them.
#[derive(Clone, Debug)]
pub struct GoHome(Arc<Folders>);

#[derive(Debug)]
struct Folders {
    root: TempDir,
}

impl GoHome {
    /// Empty folders.
    pub fn fresh() -> Self {
        let root = TempDir::with_prefix("testkit-go-").expect("a temporary folder");
        for name in ["home", "gopath", "gocache", "tmp"] {
            fs::create_dir(root.path().join(name)).expect("a folder");
        }
        Self(Arc::new(Folders { root }))
    }

    /// A fresh folder for a main module, beside the caches.
    pub fn project(&self, name: &str) -> PathBuf {
        let folder = self.path().join("projects").join(name);
        fs::create_dir_all(&folder).expect("a folder");
        folder
    }

    /// The folder that holds the others.
    pub fn path(&self) -> &Path {
        self.0.root.path()
    }

    /// HOME.
    pub fn home(&self) -> PathBuf {
        self.path().join("home")
    }

    /// GOPATH.
    pub fn gopath(&self) -> PathBuf {
        self.path().join("gopath")
    }

    /// GOMODCACHE.
    pub fn module_cache(&self) -> PathBuf {
        self.gopath().join("pkg/mod")
    }

    /// GOCACHE, unless a run was given another one.
    pub fn build_cache(&self) -> PathBuf {
        self.path().join("gocache")
    }

    /// TMPDIR.
    pub fn tmp(&self) -> PathBuf {
        self.path().join("tmp")
    }

    /// Where go remembers the latest head of each checksum database, as `NAME/latest` (protocol.md G12).
    pub fn sumdb_state(&self) -> PathBuf {
        self.gopath().join("pkg/sumdb")
    }

    /// The latest head, a signed note, that go knows of the checksum database of this name.
    pub fn sumdb_latest(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.sumdb_state().join(name).join("latest")).ok()
    }

    /// Deletes the module cache, as `go clean -modcache` does. What go knows of the heads of checksum databases stays.
    pub fn clear_module_cache(&self) {
        remove_tree(&self.module_cache());
    }

    /// SHA-256 of every `.info`, `.mod` and `.zip` that go downloaded, by path below the cache's download folder.
    pub fn downloads(&self) -> BTreeMap<String, String> {
        self.downloads_ending_with(&[".info", ".mod", ".zip"])
    }

    /// SHA-256 of every `.zip` that go downloaded, by path below the cache's download folder.
    pub fn module_cache_zips(&self) -> BTreeMap<String, String> {
        self.downloads_ending_with(&[".zip"])
    }

    fn downloads_ending_with(&self, endings: &[&str]) -> BTreeMap<String, String> {
        let root = self.module_cache().join("cache/download");
        let mut found = BTreeMap::new();
        walk(&root, &mut |file| {
            let name = file.strip_prefix(&root).unwrap_or(file).to_string_lossy().into_owned();
            if endings.iter().any(|ending| name.ends_with(ending)) {
                found.insert(name, sha256_hex(&fs::read(file).expect("a readable file")));
            }
        });
        found
    }
}

impl Drop for Folders {
    fn drop(&mut self) {
        make_writable(self.root.path());
    }
}

/// Deletes a folder, read-only folders in it included. A folder that is not there is fine.
pub(crate) fn remove_tree(folder: &Path) {
    make_writable(folder);
    match fs::remove_dir_all(folder) {
        Err(error) if folder.exists() => panic!("cannot delete {}: {error}", folder.display()),
        _ => {}
    }
}

/// Go makes extracted modules read-only unless told otherwise (protocol.md I6), and a test may tell it otherwise.
fn make_writable(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let _ = fs::set_permissions(folder, Permissions::from_mode(0o755));
    for entry in entries.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            make_writable(&entry.path());
        }
    }
}

fn walk(folder: &Path, visit: &mut dyn FnMut(&Path)) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&entry.path(), visit),
            Ok(_) => visit(&entry.path()),
            Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn read_only_folders_are_deleted_too() {
        let home = GoHome::fresh();
        let folder = home.module_cache().join("example.com/a@v1.0.0");
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("a.go"), "package a").expect("a file");
        fs::set_permissions(&folder, Permissions::from_mode(0o555)).expect("a mode");
        let root = home.path().to_owned();
        home.clear_module_cache();
        assert!(!home.module_cache().exists());
        drop(home);
        assert!(!root.exists());
    }
}
