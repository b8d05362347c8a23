//! The store on a disk: the default one, and the only one that needs nothing else.

mod at_hand;
mod damage;
mod draft;
mod evict;
mod fingerprint;
mod first_seen;
mod folder;
pub mod gc;
mod in_use;
mod last_use;
mod layout;
mod list;
mod locks;
mod lookups;
mod opening;
mod order;
mod publish;
mod read;
mod settling;
mod sharing;
mod shelf;
mod sidecar;
mod stranger;
mod units;
mod verify;
mod walk;

pub use first_seen::{FirstSeenLog, OnRecord};
pub use lookups::{LookupFile, lookups_of};
pub use shelf::shelf_of;
pub use units::{Unit, name_of, units_of, units_of_module};
pub use verify::{Verdict, hash_of, verify};
pub use walk::entries_of;

use std::fs::{self, File};
use std::ops::Deref;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use futures_util::stream::BoxStream;
use gomod::H1;
use source::blocks::off_worker;
use source::{Answer, Ask, Assurance, Spool, Vetted};
use tokio::sync::Semaphore;

use crate::{Condition, Entry, Store, StoreError};

use folder::Folder;
use last_use::Use;
pub(crate) use read::Found;
use settling::Settling;
use sharing::Sharing;

/// What tells the time: [`SystemTime::now`], or a test's own.
pub type Clock = fn() -> SystemTime;

/// How many threads may work in the folder at a time: enough to keep any disk busy. Each holds some memory between its
/// jobs, and the names of upstreams are looked up on threads of the same kind, which a disk that hangs must not take.
const HANDS: usize = 32;

/// What must fit on the disk, in bytes, for it to count as one that takes things again: more than most artifacts have.
const PROBE_SIZE: usize = 1 << 20;

/// Keeps each artifact in a file of its own, in a folder that is a GOPROXY by itself. Cheap to clone.
///
/// All work is done on threads that may block. One process at a time may hold a folder; [`entries_of`] needs no hold.
#[derive(Debug, Clone)]
pub struct DiskStore(Arc<Disk>);

#[derive(Debug)]
struct Disk {
    folder: Arc<Folder>,
    clock: Clock,
    hands: Arc<Semaphore>,
    condition: Condition,
    sharing: Sharing,
    /// The data folder, where files there can be opened without asking another machine or program.
    local_folder: Option<File>,
    hold: Mutex<Hold>,
}

/// What a process holds of a folder that it uses.
#[derive(Debug, Default)]
struct Hold {
    /// Held as long as the store is; `None` in a folder that can only be read and has none.
    lock: Option<File>,
    /// `None` as long as the folder can only be read.
    settling: Option<Settling>,
}

impl Deref for Disk {
    type Target = Folder;

    fn deref(&self) -> &Folder {
        &self.folder
    }
}

impl DiskStore {
    /// Takes the data folder `root` into use, making it if need be. Blocks, but not for longer when more is kept: what a dead
    /// process left is put in order beside the first answers. A folder that can only be read is taken as it is; its
    /// [`condition`](Store::condition) says so.
    ///
    /// # Errors
    /// [`StoreError::InUse`] while another process holds the folder, or another store in this one.
    pub fn open(root: &Path, clock: Clock) -> Result<Self, StoreError> {
        Disk::open(root, clock).map(Self)
    }

    /// The data folder, as an absolute path: `GOPROXY=file://` and this is a proxy.
    pub fn root(&self) -> &Path {
        self.0.layout.root()
    }

    /// A spool on the same file system: what it holds is kept without being copied.
    pub fn spool(&self) -> Spool {
        Spool::new(self.0.layout.temporary())
    }

    /// Waits until what a dead process left is put in order: then each list file is right, and the next start after a peaceful
    /// end has nothing to do. `false` when not all of it could be. Blocks.
    pub fn settled(&self) -> bool {
        let settling = self.0.hold().settling.as_ref().map(Settling::watched);
        settling.is_some_and(|settling| settling.wait())
    }

    /// Tries what failed the last time, to read or to keep: so that [`condition`](Store::condition) clears itself though nobody asks or
    /// fetches anything, and a folder that could only be read at the start is taken into use. To be called every few seconds.
    pub async fn try_again(&self) {
        tokio::join!(self.try_to_read(), self.try_to_keep());
    }

    async fn try_to_read(&self) {
        if !self.0.condition.reading_fails() {
            return;
        }
        let look = |disk: &Arc<Disk>| {
            let root = disk.layout.root();
            fs::read_dir(root).map(drop).map_err(StoreError::io("read", root))
        };
        match self.off_worker(look).await {
            Ok(()) => self.0.condition.reads(),
            Err(error) => self.0.condition.cannot_read(&error),
        }
    }

    async fn try_to_keep(&self) {
        if !self.0.condition.keeping_fails() {
            return;
        }
        let tried = self.off_worker(|disk| {
            disk.begin_to_write()?;
            let written = disk.drafts.write(&vec![0; PROBE_SIZE]).and_then(|draft| draft.file.sync_all());
            written.map_err(StoreError::io("write in", disk.layout.root()))
        });
        match tried.await {
            Ok(()) => {
                tracing::info!("what is fetched can be kept again");
                self.0.condition.keeps();
            }
            Err(error) => self.0.condition.cannot_keep(&error),
        }
    }

    /// What is found for a question by a look that is no use of it.
    pub(crate) async fn examine(&self, ask: &Ask) -> Result<Found, StoreError> {
        let ask = ask.clone();
        self.off_worker(move |disk| disk.find(&ask, Use::No)).await
    }

    async fn off_worker<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Arc<Disk>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let disk = self.0.clone();
        let hand = disk.hands.clone().acquire_owned().await;
        let work = move || {
            let _hand = hand;
            Ok(work(&disk))
        };
        off_worker(work).await.map_err(StoreError::io("work in", self.root()))?
    }
}

#[async_trait::async_trait]
impl Store for DiskStore {
    async fn get(&self, ask: &Ask) -> Result<Option<Answer>, StoreError> {
        // Of the disk that says nothing, so that it does not count as a reading.
        if let Some(answer) = self.0.at_hand(ask) {
            return Ok(Some(answer));
        }
        let ask = ask.clone();
        let got = self.off_worker(move |disk| disk.get(&ask)).await;
        match &got {
            Ok(_) => self.0.condition.reads(),
            Err(error) => self.0.condition.cannot_read(error),
        }
        got
    }

    async fn put(&self, ask: &Ask, artifact: &Vetted) -> Result<Answer, StoreError> {
        let (ask, artifact) = (ask.clone(), artifact.clone());
        let put = self.off_worker(move |disk| disk.put(&ask, &artifact)).await;
        match &put {
            // What is smaller than the probe may fit on a disk that is full for others: the probe tells.
            Ok(kept) if kept.body.size().is_some_and(|size| size >= PROBE_SIZE as u64) => {
                self.0.condition.keeps();
            }
            Ok(_) => {}
            Err(error) => self.0.condition.cannot_keep(error),
        }
        put
    }

    async fn remove(&self, ask: &Ask) -> Result<bool, StoreError> {
        let ask = ask.clone();
        self.off_worker(move |disk| disk.remove(&ask)).await
    }

    async fn vouch(&self, ask: &Ask, assurance: Assurance, h1: Option<H1>) -> Result<(), StoreError> {
        let ask = ask.clone();
        self.off_worker(move |disk| disk.vouch(&ask, assurance, h1)).await
    }

    async fn reject(&self, ask: &Ask, why: &str) -> Result<(), StoreError> {
        let (ask, why) = (ask.clone(), why.to_owned());
        let store = self.clone();
        self.off_worker(move |_| {
            store.set_aside(&ask, &why);
            Ok(())
        })
        .await
    }

    fn entries(&self) -> BoxStream<'_, Result<Entry, StoreError>> {
        entries_of(self.root())
    }

    fn condition(&self) -> Condition {
        self.0.condition.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use futures_util::future::join_all;
    use gomod::ModulePath;
    use tokio::time::timeout;

    use super::*;

    /// As many as the runtime has threads for blocking work, and some.
    const ASKERS: usize = 600;

    #[tokio::test]
    async fn a_disk_that_hangs_does_not_take_all_threads() {
        let folder = tempfile::tempdir().unwrap();
        let store = DiskStore::open(folder.path(), SystemTime::now).unwrap();
        let ask = Ask::Latest(ModulePath::parse("example.com/m").unwrap());
        let ((held, is_held), (release, released)) = (channel(), channel::<()>());
        let hanging = std::thread::spawn({
            let (disk, module) = (store.0.clone(), ask.module().unwrap().clone());
            move || {
                let _write = disk.locks.write(&module);
                held.send(()).unwrap();
                let _ = released.recv();
            }
        });
        is_held.recv().unwrap();
        let begun = Arc::new(AtomicUsize::new(0));
        let ask_once = |_| {
            let (store, ask, begun) = (store.clone(), ask.clone(), begun.clone());
            tokio::spawn(async move {
                begun.fetch_add(1, Ordering::Relaxed);
                store.get(&ask).await.is_ok()
            })
        };
        let asking: Vec<_> = (0..ASKERS).map(ask_once).collect();
        while begun.load(Ordering::Relaxed) < ASKERS {
            tokio::task::yield_now().await;
        }
        let other = timeout(Duration::from_secs(5), off_worker(|| Ok("done"))).await;
        drop(release);
        hanging.join().unwrap();
        assert_eq!(other.expect("a thread is left for others").unwrap(), "done");
        assert!(join_all(asking).await.into_iter().all(|answered| answered.unwrap()));
    }
}
