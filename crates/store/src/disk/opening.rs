//! Beginning and ending the use of a data folder.
//!
//! A folder has one process that writes at a time, because sweeping what a dead process left must not take from a living
//! one. The system drops the lock of a process that dies, so that nothing has to be cleaned up by hand.
//!
//! After a crash or power loss a list file may be old or torn (they are not fsynced), and folders that were made may not be
//! durable yet. Whether there was one is known from a mark that is written when a process goes in peace; only without it
//! is the whole folder walked, beside the first answers ([`Settling`]). Opening takes as long for a million versions as for none.
//!
//! A folder that cannot be written is opened all the same: what it holds can be served. It is taken into use as soon as it can be
//! written ([`Disk::begin_to_write`]), and no artifact is kept or removed there before.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

use super::damage::is_same_file;
use super::folder::Folder;
use super::layout::Layout;
use super::publish::{remove_if_there, sync_folder};
use super::settling::{Left, Settling};
use super::sharing::Sharing;
use super::{Clock, Disk, HANDS, Hold, at_hand};
use crate::condition::reason;
use crate::{Condition, StoreError};

/// How many folders of drafts may wait for being swept, each left by a process that died before it had swept the last: more than
/// any supervisor restarts in a row.
const SWEPT_MAX: usize = 1000;

impl Disk {
    /// Takes a data folder into use, making it if need be. Blocks, but not for longer when more is kept.
    pub(super) fn open(root: &Path, clock: Clock) -> Result<Arc<Self>, StoreError> {
        let root = std::path::absolute(root).map_err(StoreError::io("find", root))?;
        fs::create_dir_all(&root).map_err(StoreError::io("make the data folder", &root))?;
        let layout = Layout::new(&root);
        let hold = Hold { lock: lock(&layout)?, settling: None };
        let disk = Self {
            folder: Arc::new(Folder::new(layout)),
            clock,
            hands: Arc::new(Semaphore::new(HANDS)),
            condition: Condition::default(),
            sharing: Sharing::default(),
            local_folder: at_hand::local_folder(&root),
            hold: Mutex::new(hold),
        };
        if let Err(error) = disk.begin_to_write() {
            tracing::warn!(%error, "nothing can be kept; what is kept is served");
            disk.condition.cannot_keep(&error);
        }
        Ok(Arc::new(disk))
    }

    /// Makes this process the one that writes in the folder, if it is not yet. Until then no artifact is kept or removed
    /// ([`super::in_use`]).
    pub(super) fn begin_to_write(&self) -> Result<(), StoreError> {
        self.take_into_use().inspect_err(|error| {
            let why = reason(error).unwrap_or_else(|| error.to_string());
            self.in_use.refuse(why);
        })
    }

    fn take_into_use(&self) -> Result<(), StoreError> {
        let mut hold = self.hold();
        if hold.settling.is_some() {
            return Ok(());
        }
        let written = || StoreError::io("write in the data folder", self.layout.root());
        if hold.lock.is_none() {
            hold.lock = lock(&self.layout)?;
        }
        if hold.lock.is_none() {
            return Err(written()(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "no lock can be made there",
            )));
        }
        let left = begin(&self.layout).map_err(written())?;
        if left == Left::InPeace {
            self.note_durable();
        }
        self.in_use.begin();
        hold.settling = Some(Settling::begin(self.folder.clone(), left));
        Ok(())
    }

    pub(super) fn hold(&self) -> MutexGuard<'_, Hold> {
        self.hold.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the mark of a peaceful end away, and makes the folder of drafts empty. In this order: a mark that stayed when the rest fails
/// would tell the next start that all is well. Without it that start, or the next try here, looks at everything.
fn begin(layout: &Layout) -> io::Result<Left> {
    let is_new = is_bare(layout)?;
    let in_peace = remove_if_there(&layout.closed())?;
    if in_peace {
        sync_folder(layout.root())?;
    }
    empty_drafts(layout)?;
    Ok(match (in_peace, is_new) {
        (true, _) => Left::InPeace,
        (_, true) => Left::Bare,
        _ => Left::Crashed,
    })
}

/// Whether nothing lies in the folder but the lock that was just made there, and what a new file system has.
fn is_bare(layout: &Layout) -> io::Result<bool> {
    let expected = [layout.lock(), layout.root().join("lost+found")];
    let mut entries = fs::read_dir(layout.root())?;
    Ok(entries.all(|entry| entry.is_ok_and(|entry| expected.contains(&entry.path()))))
}

/// What a dead process left is moved out of the way in one step, however much it is, and deleted later.
fn empty_drafts(layout: &Layout) -> io::Result<()> {
    let drafts = layout.temporary();
    match fs::remove_dir(&drafts) {
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => move_away(layout)?,
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    fs::create_dir(drafts)
}

fn move_away(layout: &Layout) -> io::Result<()> {
    let swept = layout.swept();
    fs::create_dir_all(&swept)?;
    let mut last = Ok(());
    for number in 0..SWEPT_MAX {
        last = fs::rename(layout.temporary(), swept.join(number.to_string()));
        // The name of a folder that is not empty is taken.
        if !last.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::DirectoryNotEmpty) {
            break;
        }
    }
    last
}

impl Drop for Disk {
    fn drop(&mut self) {
        let Hold { lock, mut settling } = std::mem::take(&mut *self.hold());
        let in_order = settling.as_mut().is_some_and(Settling::stop) && self.has_all_lists();
        // Who deleted the folder took the lock with it: another process may be at work in a new one, of which nothing is known.
        let still_holds = lock.as_ref().is_some_and(|lock| is_same_file(lock, &self.layout.lock()));
        // The mark says that all is on disk, so that comes first. Without the mark the next start has more to put in order.
        if in_order && still_holds && sync_file_system(self.layout.root()).is_ok() {
            let _ = File::create(self.layout.closed());
        }
        if let Some(lock) = lock {
            let _ = lock.unlock();
        }
    }
}

/// Locks the folder; `None` when there is no lock and none can be made in a folder that can only be read: nobody writes there.
fn lock(layout: &Layout) -> Result<Option<File>, StoreError> {
    let path = layout.lock();
    let opened = File::options().create(true).truncate(false).write(true).open(&path);
    let file = match opened {
        Err(error) if is_unwritable(&error) && layout.root().read_dir().is_ok() => {
            let Ok(file) = File::open(&path) else { return Ok(None) };
            file
        }
        opened => opened.map_err(StoreError::io("open", &path))?,
    };
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse { path: layout.root().to_owned() }),
        Err(TryLockError::Error(error)) => Err(StoreError::io("lock", &path)(error)),
    }
}

/// Whether the folder, or the disk, takes nothing from this user.
fn is_unwritable(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

/// Makes everything that was written so far durable.
pub(super) fn sync_file_system(folder: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::fs::syncfs(File::open(folder)?)?;
    #[cfg(not(target_os = "linux"))]
    rustix::fs::sync();
    Ok(())
}
