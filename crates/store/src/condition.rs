//! How a store fares, for whoever has to tell an operator.
//!
//! A store that fails costs no request, so that nobody would notice it but by a slow loss. It is said in words that hold no
//! path: a readiness probe shows them to anybody.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::StoreError;

/// What a store cannot do just now. Cheap to clone; all clones say the same.
#[derive(Debug, Clone, Default)]
pub struct Condition(Arc<Conditions>);

#[derive(Debug, Default)]
struct Conditions {
    reading: Ability,
    keeping: Ability,
}

/// One thing that a store does, and why it cannot.
#[derive(Debug, Default)]
struct Ability {
    /// Whether there is a reason: looked at for each success, of which there are a hundred thousand a second.
    fails: AtomicBool,
    reason: Mutex<String>,
}

impl Condition {
    /// What it cannot do, and why, in one line; `None` while it can do everything. Clears itself when the store works again.
    pub fn describe(&self) -> Option<String> {
        let keeping = self.0.keeping.reason().map(|why| format!("cannot keep what is fetched: {why}"));
        let reading = self.0.reading.reason().map(|why| format!("cannot read what is kept: {why}"));
        let told: Vec<String> = keeping.into_iter().chain(reading).collect();
        (!told.is_empty()).then(|| told.join("; "))
    }

    /// Whether what is fetched cannot be kept.
    pub(crate) fn keeping_fails(&self) -> bool {
        self.0.keeping.fails.load(Ordering::Relaxed)
    }

    /// Whether what is kept cannot be read.
    pub(crate) fn reading_fails(&self) -> bool {
        self.0.reading.fails.load(Ordering::Relaxed)
    }

    /// Something could not be kept.
    pub(crate) fn cannot_keep(&self, error: &StoreError) {
        self.0.keeping.failed(error);
    }

    /// Something fitted that is larger than most things are.
    pub(crate) fn keeps(&self) {
        self.0.keeping.works();
    }

    /// Something could not be read.
    pub(crate) fn cannot_read(&self, error: &StoreError) {
        self.0.reading.failed(error);
    }

    /// Something was read, or found to be absent.
    pub(crate) fn reads(&self) {
        self.0.reading.works();
    }
}

impl Ability {
    fn reason(&self) -> Option<String> {
        let reason = self.reason.lock().unwrap_or_else(PoisonError::into_inner);
        self.fails.load(Ordering::Relaxed).then(|| reason.clone())
    }

    fn failed(&self, error: &StoreError) {
        let Some(why) = reason(error) else { return };
        *self.reason.lock().unwrap_or_else(PoisonError::into_inner) = why;
        self.fails.store(true, Ordering::Relaxed);
    }

    fn works(&self) {
        if self.fails.load(Ordering::Relaxed) {
            self.fails.store(false, Ordering::Relaxed);
        }
    }
}

/// What the system said, without the file; `None` when the error is of one name and not of the store.
pub(crate) fn reason(error: &StoreError) -> Option<String> {
    match error {
        StoreError::Io { source, .. } if source.kind() == std::io::ErrorKind::InvalidFilename => None,
        StoreError::Io { source, .. } => Some(source.to_string()),
        StoreError::Hangs => Some("the disk does not answer".to_owned()),
        StoreError::InUse { .. } => Some("another process has the data folder".to_owned()),
        StoreError::ListIsMade | StoreError::NotKept | StoreError::Unvouched(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::Path;

    use super::*;

    fn error(kind: io::ErrorKind) -> StoreError {
        StoreError::io("keep", Path::new("/home/u/secret"))(kind.into())
    }

    #[test]
    fn it_names_the_reason_and_no_file_until_the_store_works_again() {
        let condition = Condition::default();
        assert_eq!(condition.describe(), None);
        condition.cannot_keep(&error(io::ErrorKind::StorageFull));
        condition.cannot_read(&StoreError::Hangs);
        let told = condition.clone().describe().unwrap();
        assert!(told.starts_with("cannot keep what is fetched: no storage space; cannot read"), "{told}");
        assert!(!told.contains("secret"));
        condition.keeps();
        assert_eq!(condition.describe().unwrap(), "cannot read what is kept: the disk does not answer");
        condition.reads();
        assert_eq!(condition.describe(), None);
    }

    #[test]
    fn a_name_that_no_file_can_have_says_nothing_about_the_store() {
        let condition = Condition::default();
        condition.cannot_keep(&error(io::ErrorKind::InvalidFilename));
        condition.cannot_keep(&StoreError::ListIsMade);
        assert_eq!(condition.describe(), None);
    }
}
