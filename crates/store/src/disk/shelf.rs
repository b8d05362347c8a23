//! What a checksum database said, in the data folder: `sumdb/NAME/…`, where a `file://` GOPROXY has it (protocol.md G11).
//!
//! No sidecars: whoever reads a file proves it anew.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use gomod::gosumdb::DatabaseName;
use source::blocks::off_worker;
use source::sumdb::Shelf;

use super::publish::{is_absent, remove_if_there, sync_folder};
use super::read::open_regular;
use super::{Disk, DiskStore};

/// The folder of all databases. No module path begins so: its first element has no dot.
pub(super) const DATABASES: &str = "sumdb";

/// Where contradictions of databases are kept, in the data folder.
const EVIDENCE: &str = ".evidence";

/// How many contradictions are kept.
const EVIDENCE_MAX: usize = 100;

/// The most that is read of a file, in bytes: more than any that is written.
const SIZE_MAX: u64 = 4 << 20;

/// The shelf of one database in a data folder.
#[derive(Debug)]
struct DiskShelf {
    store: DiskStore,
    root: PathBuf,
}

impl DiskStore {
    /// Where what is proven of a database is kept in this data folder.
    pub fn shelf(&self, database: &DatabaseName) -> impl Shelf + use<> {
        DiskShelf { store: self.clone(), root: self.root().join(DATABASES).join(database.as_str()) }
    }
}

/// The shelf of one database in any folder of that layout, to be read alone: also beside a process that writes there.
#[derive(Debug)]
struct ReadShelf {
    root: PathBuf,
}

/// What is kept of a database in the folder `root`: a data folder, or the download folder of a module cache (protocol.md G12). Nothing
/// can be written there.
pub fn shelf_of(root: &Path, database: &DatabaseName) -> impl Shelf + use<> {
    ReadShelf { root: root.join(DATABASES).join(database.as_str()) }
}

#[async_trait::async_trait]
impl Shelf for ReadShelf {
    async fn read(&self, address: &str) -> io::Result<Option<Bytes>> {
        let path = self.root.join(address);
        off_worker(move || read(&path)).await
    }

    async fn write(&self, _: &str, _: Bytes) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    async fn forget(&self, _: &str) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    async fn keep_evidence(&self, _: &str, _: String) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }
}

impl DiskShelf {
    async fn work<T: Send + 'static>(
        &self,
        address: &str,
        work: impl FnOnce(&Disk, &Path) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let (disk, path) = (self.store.0.clone(), self.root.join(address));
        let hand = disk.hands.clone().acquire_owned().await;
        let work = move || {
            // Held by the thread: whoever asked may have given up on it.
            let _hand = hand;
            work(&disk, &path)
        };
        off_worker(work).await
    }
}

#[async_trait::async_trait]
impl Shelf for DiskShelf {
    async fn read(&self, address: &str) -> io::Result<Option<Bytes>> {
        self.work(address, |_, path| read(path)).await
    }

    async fn write(&self, address: &str, content: Bytes) -> io::Result<()> {
        self.work(address, move |disk, path| disk.write_durably(path, &content)).await
    }

    async fn forget(&self, address: &str) -> io::Result<()> {
        let forget = |_: &Disk, path: &Path| match fs::remove_dir_all(path) {
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => remove_if_there(path).map(drop),
            Err(error) if is_absent(&error) => Ok(()),
            gone => gone,
        };
        self.work(address, forget).await
    }

    async fn keep_evidence(&self, name: &str, text: String) -> io::Result<()> {
        let (folder, name) = (self.store.root().join(EVIDENCE), name.to_owned());
        self.work("", move |disk, _| disk.keep_evidence(&folder, &name, &text)).await
    }
}

fn read(path: &Path) -> io::Result<Option<Bytes>> {
    let file = match open_regular(path) {
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => None,
        file => file?,
    };
    let Some(file) = file else { return Ok(None) };
    let mut content = Vec::new();
    file.take(SIZE_MAX).read_to_end(&mut content)?;
    Ok(Some(content).filter(|content| !content.is_empty()).map(Bytes::from))
}

impl Disk {
    /// Keeps the first contradictions, each once: the thousandth says no more. Blocks.
    fn keep_evidence(&self, folder: &Path, name: &str, text: &str) -> io::Result<()> {
        let path = folder.join(name);
        let is_full = || fs::read_dir(folder).is_ok_and(|files| files.count() >= EVIDENCE_MAX);
        if path.exists() || is_full() { Ok(()) } else { self.write_durably(&path, text.as_bytes()) }
    }

    /// Writes a file whole or not at all, and its name, before it returns. Blocks.
    fn write_durably(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        let folder = path.parent().unwrap_or(self.layout.root());
        self.make_folder(folder)?;
        let draft = self.drafts.write(content)?;
        draft.file.sync_all()?;
        fs::rename(&draft.path, path)?;
        sync_folder(folder)
    }
}
