//! One lock per module, so that the two files of an artifact and the module's list change together.
//!
//! Only the moments of opening and renaming are locked, never the reading of a body: a reader that has a file open keeps it.
//! Modules share a fixed number of locks; two that fall on the same one wait for each other's renames, no more. What is asked
//! about no module shares one lock too; a store keeps nothing of that.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard, TryLockError};

use gomod::ModulePath;

/// Enough that as many threads as a disk can serve seldom meet.
const LOCKS: usize = 64;

/// The locks of one store.
#[derive(Debug)]
pub(super) struct ModuleLocks([RwLock<()>; LOCKS]);

impl ModuleLocks {
    pub(super) fn new() -> Self {
        Self(std::array::from_fn(|_| RwLock::new(())))
    }

    /// For opening files of the module: nobody renames them meanwhile.
    pub(super) fn read<'a>(&self, module: impl Into<Option<&'a ModulePath>>) -> RwLockReadGuard<'_, ()> {
        // The files are consistent at every step, so that a panic under the lock leaves nothing half done.
        self.of(module.into()).read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The same, if nobody has to be waited for.
    pub(super) fn try_read<'a>(
        &self,
        module: impl Into<Option<&'a ModulePath>>,
    ) -> Option<RwLockReadGuard<'_, ()>> {
        match self.of(module.into()).try_read() {
            Ok(held) => Some(held),
            Err(TryLockError::Poisoned(held)) => Some(held.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// For renaming files of the module.
    pub(super) fn write<'a>(&self, module: impl Into<Option<&'a ModulePath>>) -> RwLockWriteGuard<'_, ()> {
        self.of(module.into()).write().unwrap_or_else(PoisonError::into_inner)
    }

    fn of(&self, module: Option<&ModulePath>) -> &RwLock<()> {
        let mut hasher = DefaultHasher::new();
        module.hash(&mut hasher);
        let at = usize::try_from(hasher.finish() % LOCKS as u64).unwrap_or(0);
        &self.0[at]
    }
}
