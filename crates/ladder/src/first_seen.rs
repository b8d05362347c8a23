//! The hashes that one run has seen first: what lasts is the go.sum that go writes.

use std::collections::HashMap;
use std::io;
use std::sync::{Mutex, PoisonError};

use gomod::ModuleVersion;
use source::{FirstSeen, Sighting, Subject};

/// A memory as long as the run.
#[derive(Debug, Default)]
pub struct OfThisRun(Mutex<HashMap<(ModuleVersion, Subject), Sighting>>);

#[async_trait::async_trait]
impl FirstSeen for OfThisRun {
    async fn witness(
        &self,
        module: &ModuleVersion,
        subject: Subject,
        seen: Sighting,
    ) -> io::Result<Sighting> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(known.entry((module.clone(), subject)).or_insert(seen).clone())
    }

    async fn recall(&self, module: &ModuleVersion, subject: Subject) -> io::Result<Option<Sighting>> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(known.get(&(module.clone(), subject)).cloned())
    }
}
