//! The memory of first-seen hashes, on the disk: `DATA/.first-seen/PATH/@v/VERSION`, path and version escaped as everywhere.
//!
//! One small text file per module version, to which lines are only ever added ([`record`]). It is never changed in place: the
//! old lines and the new one are written under another name, made durable, and renamed ([`place`]). So a reader needs no lock,
//! a process that is killed leaves the old record or the new one, and what does not hold in a record was done by the disk, not by
//! a crash: it is an error, and never "nothing on record".
//!
//! Nothing is remembered in memory. Each question is answered from the file, so that what another process records (an operator's
//! `modkeep store accept`, beside a running server) counts from then on.

mod aside;
mod owner;
mod place;
mod record;

pub use record::OnRecord;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use gomod::{H1, ModuleVersion};
use source::blocks::off_worker;
use source::{FirstSeen, Origin, Sighting, Subject};
use tokio::sync::Semaphore;

use super::HANDS;
use super::locks::ModuleLocks;
use crate::StoreError;
use place::Place;
use record::Record;

/// The origin of what an operator accepts.
const OPERATOR: &str = "operator";

/// The records of one data folder. Cheap to clone. Any number of processes may use the same folder at a time.
#[derive(Debug, Clone)]
pub struct FirstSeenLog(Arc<Log>);

#[derive(Debug)]
struct Log {
    root: PathBuf,
    /// Keeps threads of this process apart, so that they need not poll for the lock that keeps processes apart.
    locks: ModuleLocks,
    hands: Arc<Semaphore>,
}

impl FirstSeenLog {
    /// The records of the data folder `root`. Nothing is read or written before the first question.
    ///
    /// # Errors
    /// `root` is relative, and there is no working directory.
    pub fn open(root: &Path) -> io::Result<Self> {
        let root = std::path::absolute(root)?;
        let hands = Arc::new(Semaphore::new(HANDS));
        Ok(Self(Arc::new(Log { root, locks: ModuleLocks::new(), hands })))
    }

    /// Records that an operator accepted `h1`, in the place of what was on record, which is given back. Also where the
    /// record is damaged: an operator's word needs nothing before it. Durable when it returns. Blocks.
    ///
    /// # Errors
    /// The record cannot be read or written.
    pub fn accept(
        &self,
        module: &ModuleVersion,
        subject: Subject,
        h1: H1,
        at: SystemTime,
    ) -> io::Result<OnRecord> {
        let accepted = Sighting { h1, origin: Origin::new(OPERATOR), at, accepted: true };
        let place = Place::new(&self.0.root, module);
        let before = self.0.change(&place, module, |record| {
            let before = record.of(subject).clone();
            (before, Some((subject, accepted)))
        })?;
        place.make_durable()?;
        Ok(before)
    }

    /// Moves what is kept of this hash's question out of the way, if it has another hash than `accepted`: the next question is
    /// asked of a place again. Where it lies then; `None` when nothing else is kept. A server may be using the folder. Blocks.
    ///
    /// # Errors
    /// It cannot be read or moved.
    pub fn make_way(
        &self,
        module: &ModuleVersion,
        subject: Subject,
        accepted: H1,
    ) -> Result<Option<PathBuf>, StoreError> {
        aside::set_aside_others(&self.0.root, &subject.ask(module), accepted)
    }

    async fn off_worker<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Log) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let log = self.0.clone();
        let hand = log.hands.clone().acquire_owned().await;
        let work = move || {
            let _hand = hand;
            work(&log)
        };
        off_worker(work).await
    }
}

impl Log {
    fn witness(&self, module: &ModuleVersion, subject: Subject, seen: Sighting) -> io::Result<Sighting> {
        let place = Place::new(&self.root, module);
        let counts = match place.sighting(&place.read()?, subject)? {
            Some(counts) => counts,
            None => self.record(&place, module, subject, seen)?,
        };
        // Whoever wrote it may have been killed before this.
        place.make_durable()?;
        Ok(counts)
    }

    fn record(
        &self,
        place: &Place,
        module: &ModuleVersion,
        subject: Subject,
        seen: Sighting,
    ) -> io::Result<Sighting> {
        self.change(place, module, |record| match place.sighting(record, subject) {
            Ok(None) => (Ok(seen.clone()), Some((subject, seen))),
            Ok(Some(earlier)) => (Ok(earlier), None),
            Err(damaged) => (Err(damaged), None),
        })?
    }

    /// Adds the event that `decide` gives, with nobody else writing meanwhile.
    fn change<T>(
        &self,
        place: &Place,
        module: &ModuleVersion,
        decide: impl FnOnce(&Record) -> (T, Option<(Subject, Sighting)>),
    ) -> io::Result<T> {
        let _in_this_process = self.locks.write(module.path());
        let _in_any_process = place.lock()?;
        let record = place.read()?;
        let (decided, event) = decide(&record);
        if let Some((subject, sighting)) = event {
            place.replace(&record.with(module, subject, &sighting)?)?;
        }
        Ok(decided)
    }
}

#[async_trait::async_trait]
impl FirstSeen for FirstSeenLog {
    async fn witness(
        &self,
        module: &ModuleVersion,
        subject: Subject,
        seen: Sighting,
    ) -> io::Result<Sighting> {
        let module = module.clone();
        self.off_worker(move |log| log.witness(&module, subject, seen)).await
    }

    async fn recall(&self, module: &ModuleVersion, subject: Subject) -> io::Result<Option<Sighting>> {
        let place = Place::new(&self.0.root, module);
        self.off_worker(move |_| place.sighting(&place.read()?, subject)).await
    }
}
