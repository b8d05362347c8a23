//! One at a time: whoever changes the vendor folder of a project holds a lock on the project.
//!
//! The lock is on the project's folder itself, so it leaves no file behind, and the system drops it when its holder dies.

use std::fs::File;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::FlockOperation;
use rustix::io::Errno;

use super::error::{VendorError, at};
use crate::flock::Flock;

/// How long is waited for another modkeep to finish: a snapshot of a large vendor folder takes some seconds.
pub const LOCK_WAIT: Duration = Duration::from_mins(1);

/// How often is looked whether the lock is free.
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// A lock; dropped, it is free.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "it is held")] Option<Flock>);

impl Lock {
    /// Waits for the lock of the project in `root`, at most [`LOCK_WAIT`].
    pub(super) fn take(root: &Path) -> Result<Self, VendorError> {
        Self::take_within(root, LOCK_WAIT)
    }

    fn take_within(root: &Path, wait: Duration) -> Result<Self, VendorError> {
        let begun = Instant::now();
        loop {
            if let Some(lock) = Self::try_take(root, FlockOperation::NonBlockingLockExclusive)? {
                return Ok(lock);
            }
            if begun.elapsed() >= wait {
                return Err(VendorError::Busy { root: root.to_owned(), seconds: wait.as_secs() });
            }
            thread::sleep(LOCK_PAUSE);
        }
    }

    /// The lock on a file or folder; `None` when another holds it. Where the file system knows no locks (some network file
    /// systems), everybody gets it: two runs at the same moment are then on their own, and each step is still atomic.
    pub(super) fn try_take(path: &Path, operation: FlockOperation) -> Result<Option<Self>, VendorError> {
        let open = || File::open(path).map_err(at("open", path));
        match Flock::try_take(open()?, operation) {
            Ok(lock) => Ok(lock.map(|lock| Self(Some(lock)))),
            Err(Errno::NOTSUP | Errno::NOSYS | Errno::NOLCK | Errno::BADF) => Ok(Some(Self(None))),
            Err(error) => Err(at("lock", path)(error.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_is_for_one_and_waits_no_longer_than_said() {
        let dir = tempfile::tempdir().unwrap();
        let held = Lock::take(dir.path()).unwrap();
        let error = Lock::take_within(dir.path(), Duration::from_millis(30)).unwrap_err();
        assert!(matches!(error, VendorError::Busy { .. }), "{error:?}");
        drop(held);
        Lock::take(dir.path()).unwrap();
    }
}
