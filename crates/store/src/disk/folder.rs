//! The data folder as everybody sees it who changes names in it: the store, and the thread that settles it after a start.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::draft::Drafts;
use super::in_use::InUse;
use super::layout::Layout;
use super::locks::ModuleLocks;
use super::publish::sync_folder;

/// Where things lie, and what keeps those who change it out of each other's way.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) layout: Layout,
    pub(super) locks: ModuleLocks,
    pub(super) drafts: Drafts,
    /// Whoever keeps, removes or moves an artifact looks at it first.
    pub(super) in_use: InUse,
    /// Held while folders are made or removed, or counted.
    making: Mutex<()>,
    /// Whether folders that are there may be lost in a power loss, because a dead process made them.
    doubtful: AtomicBool,
    /// Whether a list could not be written since the start.
    unlisted: AtomicBool,
}

impl Folder {
    /// The folder with this layout. Until it is known whether its last user went in peace, nothing there counts as durable.
    pub(super) fn new(layout: Layout) -> Self {
        let in_use = InUse::default();
        let drafts = Drafts::new(layout.temporary(), in_use.clone());
        Self {
            layout,
            locks: ModuleLocks::new(),
            drafts,
            in_use,
            making: Mutex::default(),
            doubtful: AtomicBool::new(true),
            unlisted: AtomicBool::new(false),
        }
    }

    /// A list file does not say what is there, and will not before the next start looks at it.
    pub(super) fn note_unlisted(&self) {
        self.unlisted.store(true, Ordering::Relaxed);
    }

    /// Whether every list could be written.
    pub(super) fn has_all_lists(&self) -> bool {
        !self.unlisted.load(Ordering::Relaxed)
    }

    /// Held by who counts files that are set aside and then adds one.
    pub(super) fn alone(&self) -> MutexGuard<'_, ()> {
        self.making.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Everything that lies here by now is durable.
    pub(super) fn note_durable(&self) {
        self.doubtful.store(false, Ordering::Release);
    }

    /// Makes a folder durably. Whoever finds it there may rely on it: it is looked for under the lock that is held until
    /// its parents are fsynced. Where a dead process may have made it, the parents are fsynced once more.
    pub(super) fn make_folder(&self, folder: &Path) -> io::Result<()> {
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        let (root, doubtful) = (self.layout.root(), self.doubtful.load(Ordering::Acquire));
        let to_sync = |folder: &&Path| if doubtful { *folder != root } else { !folder.is_dir() };
        let made: Vec<&Path> = folder.ancestors().take_while(to_sync).collect();
        if made.is_empty() {
            return Ok(());
        }
        fs::create_dir_all(folder)?;
        made.iter().filter_map(|made| made.parent()).try_for_each(sync_folder)
    }

    /// Removes `folder` and those above it, up to the root, as long as they are empty.
    pub(super) fn prune(&self, folder: &Path) {
        let _making = self.making.lock().unwrap_or_else(PoisonError::into_inner);
        let below_root = |folder: &&Path| *folder != self.layout.root();
        let remove = |folder| match fs::remove_dir(folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        };
        // The first that is not empty, or that cannot be removed for another reason, ends it: nothing depends on it.
        let _ = folder.ancestors().take_while(below_root).try_for_each(remove);
    }
}
