//! Beginning and ending the use of a data folder.
//!
//! A folder has one process that writes at a time, because sweeping what a dead process left must not take from a living
//! one. The system drops the lock of a process that dies, so that nothing has to be cleaned up by hand.
//!
//! After a crash or power loss a list file may be old or torn (they are not fsynced), and folders that were made may not be
//! durable yet. Whether there was one is known from a mark that is written when a process goes in peace; only without it
//! is the whole folder walked.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use tokio::sync::Semaphore;

use super::damage::is_same_file;
use super::draft::Drafts;
use super::layout::{Layout, VERSIONS, module_of};
use super::locks::ModuleLocks;
use super::publish::{remove_if_there, sync_folder};
use super::{Clock, Disk, HANDS};
use crate::StoreError;

impl Disk {
    /// Takes a data folder into use, making it if need be. Blocks.
    pub(super) fn open(root: &Path, clock: Clock) -> Result<Arc<Self>, StoreError> {
        let root = std::path::absolute(root).map_err(StoreError::io("find", root))?;
        fs::create_dir_all(&root).map_err(StoreError::io("make the data folder", &root))?;
        let layout = Layout::new(&root);
        let lock = lock(&layout)?;
        let drafts = Drafts::new(layout.temporary());
        let (locks, making, hands) = (ModuleLocks::new(), Mutex::default(), Arc::new(Semaphore::new(HANDS)));
        let disk = Self { layout, clock, locks, drafts, hands, making, lock };
        disk.tidy_up().map_err(StoreError::io("tidy up the data folder", &root))?;
        Ok(Arc::new(disk))
    }

    fn tidy_up(&self) -> io::Result<()> {
        sweep(&self.layout.temporary())?;
        if remove_if_there(&self.layout.closed())? {
            return sync_folder(self.layout.root());
        }
        sync_file_system(self.layout.root())?;
        self.refresh_lists(&mut vec![PathBuf::new()]);
        Ok(())
    }

    /// Writes the list of every module below the folders `ahead` of the walk.
    fn refresh_lists(&self, ahead: &mut Vec<PathBuf>) {
        while let Some(folder) = ahead.pop() {
            let Ok(entries) = fs::read_dir(self.layout.root().join(&folder)) else { continue };
            for entry in entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
                match entry.file_name().to_str() {
                    Some(VERSIONS) => self.refresh_list_of(&folder),
                    Some(name) if !name.starts_with('.') => ahead.push(folder.join(name)),
                    _ => {}
                }
            }
        }
    }

    fn refresh_list_of(&self, folder: &Path) {
        if let Some(module) = folder.to_str().and_then(module_of) {
            self.refresh_list(&module, None);
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Who deleted the folder took the lock with it: another process may be at work in a new one, of which nothing is known.
        let still_holds = is_same_file(&self.lock, &self.layout.lock());
        // The mark says that all is on disk, so that comes first. Without the mark the next start takes longer, no more.
        if still_holds && sync_file_system(self.layout.root()).is_ok() {
            let _ = File::create(self.layout.closed());
        }
        let _ = self.lock.unlock();
    }
}

fn lock(layout: &Layout) -> Result<File, StoreError> {
    let path = layout.lock();
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(StoreError::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: layout.root().to_owned() }),
        Err(TryLockError::Error(error)) => Err(StoreError::io("lock", &path)(error)),
    }
}

/// Empties the folder of temporary files: nobody living uses it.
fn sweep(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => fs::create_dir(folder),
    }
}

/// Makes everything that was written so far durable.
fn sync_file_system(folder: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::fs::syncfs(File::open(folder)?)?;
    #[cfg(not(target_os = "linux"))]
    rustix::fs::sync();
    Ok(())
}
