//! Locks between processes: advisory locks on files, which end with whoever holds them.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;
use std::time::Duration;

use tokio::time::{Instant, sleep};

/// How often a lock that somebody holds is tried again.
const PAUSE: Duration = Duration::from_millis(20);

/// Opens a file for locking.
pub(crate) fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

/// Takes the lock alone, by the deadline.
///
/// # Errors
/// `TimedOut` when somebody else holds it until then.
pub(crate) async fn exclusive(path: &Path, deadline: Instant) -> io::Result<File> {
    let file = open(path)?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if Instant::now() >= deadline => {
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "another process fetches from the same repository",
                ));
            }
            Err(TryLockError::WouldBlock) => sleep(PAUSE).await,
        }
    }
}
