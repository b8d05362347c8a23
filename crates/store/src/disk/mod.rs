//! The store on a disk: the default one, and the only one that needs nothing else.

mod damage;
mod draft;
mod fingerprint;
mod layout;
mod list;
mod locks;
mod opening;
mod publish;
mod read;
mod sidecar;
mod stranger;
mod walk;

pub use walk::entries_of;

use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use futures_util::stream::BoxStream;
use source::blocks::off_worker;
use source::{Answer, Ask, Spool, Vetted};
use tokio::sync::Semaphore;

use crate::{Entry, Store, StoreError};

use draft::Drafts;
use layout::Layout;
use locks::ModuleLocks;

/// What tells the time: [`SystemTime::now`], or a test's own.
pub type Clock = fn() -> SystemTime;

/// How many threads may work in the folder at a time: half of those that the runtime has for blocking work. The names of
/// upstreams are looked up on the same threads, and a disk that hangs must not take them all.
const HANDS: usize = 256;

/// Keeps each artifact in a file of its own, in a folder that is a GOPROXY by itself. Cheap to clone.
///
/// All work is done on threads that may block. One process at a time may hold a folder; [`entries_of`] needs no hold.
#[derive(Debug, Clone)]
pub struct DiskStore(Arc<Disk>);

#[derive(Debug)]
struct Disk {
    layout: Layout,
    clock: Clock,
    locks: ModuleLocks,
    drafts: Drafts,
    hands: Arc<Semaphore>,
    /// Held while folders are made.
    making: Mutex<()>,
    /// Held as long as the store is.
    lock: File,
}

impl DiskStore {
    /// Takes the data folder `root` into use, making it if need be, and sweeps what a dead process left. Blocks; after a crash
    /// for as long as it takes to walk the folder.
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
        let ask = ask.clone();
        self.off_worker(move |disk| disk.get(&ask)).await
    }

    async fn put(&self, ask: &Ask, artifact: &Vetted) -> Result<Answer, StoreError> {
        let (ask, artifact) = (ask.clone(), artifact.clone());
        self.off_worker(move |disk| disk.put(&ask, &artifact)).await
    }

    async fn remove(&self, ask: &Ask) -> Result<bool, StoreError> {
        let ask = ask.clone();
        self.off_worker(move |disk| disk.remove(&ask)).await
    }

    fn entries(&self) -> BoxStream<'_, Result<Entry, StoreError>> {
        entries_of(self.root())
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
            let (disk, module) = (store.0.clone(), ask.module().clone());
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
