//! Locks on files and folders that hold between processes, as go's own do.

use std::fs::File;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

/// A lock; dropped, it is free. The system drops it too when its holder dies.
#[derive(Debug)]
pub(crate) struct Flock(File);

impl Flock {
    /// The lock on an open file; `None` when another holds it.
    pub(crate) fn try_exclusive(file: File) -> Result<Option<Self>, Errno> {
        Self::try_take(file, FlockOperation::NonBlockingLockExclusive)
    }

    /// The same for another kind of lock, without waiting.
    pub(crate) fn try_take(file: File, operation: FlockOperation) -> Result<Option<Self>, Errno> {
        loop {
            return match flock(&file, operation) {
                Err(Errno::INTR) => continue,
                Ok(()) => Ok(Some(Self(file))),
                Err(Errno::WOULDBLOCK) => Ok(None),
                Err(error) => Err(error),
            };
        }
    }
}

impl Drop for Flock {
    /// Closing the file is not enough: a child that another thread starts just now has the file open until it becomes its
    /// program, and with it the lock.
    fn drop(&mut self) {
        let _ = flock(&self.0, FlockOperation::Unlock);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_for_one_and_a_copy_of_the_open_file_in_another_process_does_not_hold_it() {
        let dir = tempfile::tempdir().unwrap();
        let open = || File::open(dir.path()).unwrap();
        let file = open();
        let inherited = file.try_clone().unwrap();
        let held = Flock::try_exclusive(file).unwrap().unwrap();
        assert!(Flock::try_exclusive(open()).unwrap().is_none());
        drop(held);
        assert!(Flock::try_exclusive(open()).unwrap().is_some());
        drop(inherited);
    }
}
