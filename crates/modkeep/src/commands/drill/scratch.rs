//! A folder of the moment. It goes with all that is in it, read-only folders included.

use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::TempDir;

/// A temporary folder in which go may leave modules, which it makes read-only.
#[derive(Debug)]
pub(super) struct Scratch(TempDir);

impl Scratch {
    /// A new one below `folder`.
    pub(super) fn new_in(folder: &Path) -> io::Result<Self> {
        tempfile::Builder::new().prefix("modkeep-drill-").tempdir_in(folder).map(Self)
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        make_writable(self.0.path());
    }
}

fn make_writable(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    // What cannot be made writable cannot be deleted: it stays in the folder of the moment, where the system sweeps.
    let _ = fs::set_permissions(folder, Permissions::from_mode(0o700));
    for entry in entries.flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            make_writable(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_with_all_that_is_in_it() {
        let outer = tempfile::tempdir().unwrap();
        let scratch = Scratch::new_in(outer.path()).unwrap();
        let module = scratch.path().join("mod/a.example/m@v1.0.0");
        fs::create_dir_all(&module).unwrap();
        fs::write(module.join("a.go"), "package a").unwrap();
        fs::set_permissions(&module, Permissions::from_mode(0o555)).unwrap();
        drop(scratch);
        assert_eq!(fs::read_dir(outer.path()).unwrap().count(), 0);
    }
}
