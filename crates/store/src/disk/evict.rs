//! Removing a version whole, while the store is in use.
//!
//! Whoever has a file of it open reads on: only the name goes. After a crash in the middle some of its files are left, each whole with
//! its sidecar; the version is in no list any more (its `.info` goes first), and the start after that removes what vouches for nothing.

use std::io;
use std::path::{Path, PathBuf};

use super::folder::Folder;
use super::layout::sidecar_of;
use super::publish::remove_if_there;
use super::units::{Unit, look_at};
use super::{Disk, DiskStore};
use crate::StoreError;

impl DiskStore {
    /// Removes everything of a unit, its list entry and the folders that are empty then; `false` when it was used or put again
    /// since it was looked at, and stays. Blocks.
    ///
    /// # Errors
    /// A file cannot be removed. Those before it are gone.
    pub fn evict(&self, unit: &Unit) -> Result<bool, StoreError> {
        let disk: &Disk = &self.0;
        disk.evict(unit).map_err(StoreError::io("remove", &disk.layout.versions(&unit.module)))
    }
}

impl Folder {
    fn evict(&self, unit: &Unit) -> io::Result<bool> {
        let paths: Vec<PathBuf> = unit.asks.iter().map(|ask| self.layout.artifact(ask)).collect();
        self.in_use.check()?;
        let _changing = self.locks.write(&unit.module);
        if was_used_since(unit, &paths)? {
            return Ok(false);
        }
        // The list goes first, so that it never names what is no longer there.
        let is_listed_right = self.refresh_list(&unit.module, &paths);
        let removed = paths.iter().try_for_each(|path| remove_pair(path));
        // On a full disk there was no room for a list until now; and what could not be removed is still there.
        if !is_listed_right || removed.is_err() {
            self.refresh_list(&unit.module, &[]);
        }
        self.prune(&self.layout.versions(&unit.module));
        removed.map(|()| true)
    }
}

/// In this order: a sidecar alone is nothing, an artifact alone would be taken in as a stranger's.
fn remove_pair(path: &Path) -> io::Result<()> {
    remove_if_there(path)?;
    remove_if_there(&sidecar_of(path))?;
    Ok(())
}

fn was_used_since(unit: &Unit, paths: &[PathBuf]) -> io::Result<bool> {
    for path in paths {
        if look_at(path)?.is_some_and(|(_, used_at)| used_at > unit.used_at) {
            return Ok(true);
        }
    }
    Ok(false)
}
