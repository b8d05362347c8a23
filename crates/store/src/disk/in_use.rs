//! Whether this process is the one that writes in the data folder.
//!
//! Until it is, another may be, and the mark of its peaceful end may lie there: what is kept or removed then, nobody would put in
//! order after a crash.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Cheap to clone; all clones say the same.
#[derive(Debug, Clone, Default)]
pub(super) struct InUse(Arc<AtomicBool>);

impl InUse {
    /// From now on.
    pub(super) fn begin(&self) {
        self.0.store(true, Ordering::Release);
    }

    /// An error as long as it is not.
    pub(super) fn check(&self) -> io::Result<()> {
        let not_yet =
            || io::Error::new(io::ErrorKind::ReadOnlyFilesystem, "the data folder could not be written");
        self.0.load(Ordering::Acquire).then_some(()).ok_or_else(not_yet)
    }
}
