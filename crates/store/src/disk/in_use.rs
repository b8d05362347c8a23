//! Whether this process is the one that writes in the data folder.
//!
//! Until it is, another may be, and the mark of its peaceful end may lie there: what is kept or removed then, nobody would put in
//! order after a crash.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Cheap to clone; all clones say the same.
#[derive(Debug, Clone, Default)]
pub(super) struct InUse(Arc<Mutex<State>>);

#[derive(Debug)]
enum State {
    NotYet { why: String },
    Begun,
}

impl Default for State {
    fn default() -> Self {
        Self::NotYet { why: "nobody has taken the data folder into use".to_owned() }
    }
}

impl InUse {
    /// From now on.
    pub(super) fn begin(&self) {
        *self.state() = State::Begun;
    }

    /// It cannot be yet, because of this.
    pub(super) fn refuse(&self, why: String) {
        *self.state() = State::NotYet { why };
    }

    /// An error with the reason, as long as it is not.
    pub(super) fn check(&self) -> io::Result<()> {
        match &*self.state() {
            State::Begun => Ok(()),
            State::NotYet { why } => Err(io::Error::new(io::ErrorKind::ReadOnlyFilesystem, why.clone())),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
