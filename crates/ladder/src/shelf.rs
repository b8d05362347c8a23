//! What is known of checksum databases, in a folder of the user that several runs share at the same time.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use gomod::gosumdb::DatabaseName;
use source::blocks::off_worker;
use source::durable::{self, Already, Readers};
use source::sumdb::Shelf;

/// The most that is read of a file, in bytes: more than any that is written.
const SIZE_MAX: u64 = 4 << 20;

/// Where contradictions are kept.
const EVIDENCE: &str = ".evidence";

/// A folder of files that appear whole. Two runs may write the same file at once: the later one wins, and both are proven.
#[derive(Debug)]
pub struct SharedShelf {
    root: PathBuf,
    evidence: PathBuf,
}

impl SharedShelf {
    /// The shelf of `database` in this folder, which need not exist yet.
    pub fn new(folder: &Path, database: &DatabaseName) -> Self {
        Self { root: folder.join("sumdb").join(database.as_str()), evidence: folder.join(EVIDENCE) }
    }
}

#[async_trait::async_trait]
impl Shelf for SharedShelf {
    async fn read(&self, address: &str) -> io::Result<Option<Bytes>> {
        let path = self.root.join(address);
        off_worker(move || read(&path)).await
    }

    async fn write(&self, address: &str, content: Bytes) -> io::Result<()> {
        let path = self.root.join(address);
        off_worker(move || publish(&path, &content)).await
    }

    async fn forget(&self, address: &str) -> io::Result<()> {
        let path = self.root.join(address);
        off_worker(move || forget(&path)).await
    }

    async fn keep_evidence(&self, name: &str, text: String) -> io::Result<()> {
        let path = self.evidence.join(name);
        off_worker(move || publish(&path, text.as_bytes())).await
    }
}

fn read(path: &Path) -> io::Result<Option<Bytes>> {
    let length = match fs::metadata(path) {
        Ok(found) if found.is_file() => found.len(),
        Ok(_) => return Ok(None),
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(error),
    };
    if length > SIZE_MAX {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "longer than anything that is written there",
        ));
    }
    match fs::read(path) {
        Ok(content) => Ok(Some(Bytes::from(content)).filter(|content| !content.is_empty())),
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// A whole file in place of what is there, durably.
fn publish(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    durable::write(path, content, Readers::Owner, Already::Replace)
}

fn forget(path: &Path) -> io::Result<()> {
    let gone = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    match gone {
        Err(error) if is_absent(&error) => Ok(()),
        gone => gone,
    }
}

fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_written_is_read_back_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let shelf = SharedShelf::new(folder.path(), &DatabaseName::parse("db.example").unwrap());
        assert_eq!(shelf.read("latest").await.unwrap(), None);
        shelf.write("tile/8/0/000", Bytes::from_static(b"tile")).await.unwrap();
        assert_eq!(shelf.read("tile/8/0/000").await.unwrap().unwrap(), "tile");
        shelf.forget("tile").await.unwrap();
        shelf.forget("tile").await.unwrap();
        assert_eq!(shelf.read("tile/8/0/000").await.unwrap(), None);
        shelf.keep_evidence("fork", "two heads".to_owned()).await.unwrap();
        assert_eq!(fs::read_to_string(folder.path().join(".evidence/fork")).unwrap(), "two heads");
    }
}
