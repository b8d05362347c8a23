//! A body on its way into a temporary file, and the way back into memory when the disk takes no more.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::TryStreamExt;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::{SpoolFile, Whole};
use crate::BlockSums;
use crate::blocks::off_worker;
use crate::body::{BodyError, Chunks};

/// How much of one body is held in memory, in bytes, when its file cannot be written: nearly every module zip is smaller.
const RESCUE_MAX: usize = 32 << 20;

/// How many bodies are held in memory at the same time for want of a disk: 128 MiB in all do not hurt a server.
pub(super) const RESCUES_MAX: usize = 4;

/// How long a body waits for a place among them. Slow clients may hold all of them for long, and an error that names the disk is
/// better than silence.
const RESCUE_WAIT: Duration = Duration::from_secs(10);

/// A temporary file while it is being written.
pub(super) struct Draft {
    file: NamedTempFile,
    sha256: Sha256,
    block_sums: BlockSums,
    size: u64,
}

impl Draft {
    /// Begins a file with the first bytes of a body. Blocks.
    pub(super) fn begin(folder: &Path, head: Vec<u8>) -> Result<Self, Box<Stuck>> {
        match file_in(folder) {
            Ok(file) => Self::new(file).append(&head),
            Err(error) => Err(Box::new(Stuck { draft: None, tail: head, error })),
        }
    }

    fn new(file: NamedTempFile) -> Self {
        Self { file, sha256: Sha256::new(), block_sums: BlockSums::default(), size: 0 }
    }

    /// Adds the next bytes. Blocks.
    pub(super) fn append(mut self, chunk: &[u8]) -> Result<Self, Box<Stuck>> {
        if let Err(error) = self.file.write_all(chunk) {
            return Err(Box::new(Stuck { draft: Some(self), tail: chunk.to_vec(), error }));
        }
        self.sha256.update(chunk);
        self.block_sums.update(chunk);
        self.size += chunk.len() as u64;
        Ok(self)
    }

    /// The file, which is still written to.
    pub(super) fn file(&self) -> &File {
        self.file.as_file()
    }

    /// The bytes that were written so far.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// What was written whole.
    fn read_back(&self) -> io::Result<Vec<u8>> {
        let size = usize::try_from(self.size).ok().filter(|size| *size <= RESCUE_MAX);
        let mut so_far = vec![0; size.ok_or(io::ErrorKind::FileTooLarge)?];
        self.file.as_file().read_exact_at(&mut so_far, 0)?;
        Ok(so_far)
    }

    /// The file as a complete body.
    pub(super) fn finish(self) -> SpoolFile {
        let (file, path) = self.file.into_parts();
        SpoolFile::new(file, path, self.size, self.sha256.finalize().into(), self.block_sums.finish())
    }
}

/// A new file in the folder, which is made again when somebody has deleted it.
fn file_in(folder: &Path) -> io::Result<NamedTempFile> {
    let make = || tempfile::Builder::new().prefix("spool-").tempfile_in(folder);
    match make() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            std::fs::create_dir_all(folder)?;
            make()
        }
        file => file,
    }
}

/// A body whose file cannot be written any further.
pub(super) struct Stuck {
    /// What was written, if a file could be made at all.
    draft: Option<Draft>,
    /// What came last and was not written.
    tail: Vec<u8>,
    error: io::Error,
}

impl Stuck {
    /// Takes what was written back, and the rest of the body, into memory. Waits for [`RESCUE_WAIT`] while
    /// too many bodies are there already.
    pub(super) async fn go_on_in_memory(
        self,
        mut rest: Chunks,
        size_max: u64,
        rescues: Arc<Semaphore>,
    ) -> Result<Whole, BodyError> {
        let Self { draft, tail, error } = self;
        // The store says that its disk takes nothing, once and not for each body.
        tracing::debug!(%error, "cannot buffer a body in a file; going on in memory");
        let Ok(permit) = timeout(RESCUE_WAIT, rescues.acquire_owned()).await else {
            return Err(error.into());
        };
        let permit = permit.map_err(io::Error::other)?;
        let mut body = off_worker(move || read_back(draft, &tail)).await?;
        while let Some(chunk) = rest.try_next().await? {
            body.extend_from_slice(&chunk);
            if body.len() as u64 > size_max {
                return Err(BodyError::TooLarge { limit: size_max });
            }
            if body.len() > RESCUE_MAX {
                return Err(error.into());
            }
        }
        Ok(Rescued { body, error, _permit: permit }.finish())
    }

    /// Takes what was written back into memory, for a writer that goes on there; fails when too many bodies are there
    /// already. Blocks for as long as reading takes.
    pub(super) fn take_back(self, rescues: &Arc<Semaphore>) -> io::Result<Rescued> {
        let Self { draft, tail, error } = self;
        tracing::debug!(%error, "cannot buffer a body in a file; going on in memory");
        let Ok(permit) = rescues.clone().try_acquire_owned() else { return Err(error) };
        Ok(Rescued { body: read_back(draft, &tail)?, error, _permit: permit })
    }
}

/// What was written of a body, and what was not.
fn read_back(draft: Option<Draft>, tail: &[u8]) -> io::Result<Vec<u8>> {
    let mut body = draft.map_or(Ok(Vec::new()), |draft| draft.read_back())?;
    body.extend_from_slice(tail);
    Ok(body)
}

/// A body in memory, with its place among the few that may be there.
pub(super) struct Rescued {
    body: Vec<u8>,
    /// Why it is in memory.
    error: io::Error,
    _permit: OwnedSemaphorePermit,
}

impl Rescued {
    /// Adds the next bytes; fails for the first reason when it gets too large for memory.
    pub(super) fn append(mut self, chunk: &[u8]) -> io::Result<Self> {
        self.body.extend_from_slice(chunk);
        if self.body.len() > RESCUE_MAX { Err(self.error) } else { Ok(self) }
    }

    pub(super) fn finish(self) -> Whole {
        Whole::Memory(Bytes::from_owner(self))
    }
}

impl AsRef<[u8]> for Rescued {
    fn as_ref(&self) -> &[u8] {
        &self.body
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;

    use super::*;

    #[tokio::test]
    async fn what_a_full_disk_took_is_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let Ok(draft) = Draft::begin(folder.path(), b"head ".to_vec()) else { panic!("it is writable") };
        let Ok(draft) = draft.append(b"middle ") else { panic!("it is writable") };
        let error = io::ErrorKind::StorageFull.into();
        let stuck = Stuck { draft: Some(draft), tail: b"tail ".to_vec(), error };
        let rest = futures_util::stream::iter([Ok(Bytes::from_static(b"rest"))]).boxed();
        let rescues = Arc::new(Semaphore::new(1));
        let Ok(Whole::Memory(body)) = stuck.go_on_in_memory(rest, 100, rescues.clone()).await else {
            panic!("there is memory")
        };
        assert_eq!(body, "head middle tail rest");
        assert_eq!(rescues.available_permits(), 0, "held as long as the body is");
        drop(body);
        assert_eq!(rescues.available_permits(), 1);
    }

    #[test]
    fn a_folder_that_was_deleted_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let spool = folder.path().join("a/b");
        assert!(Draft::begin(&spool, b"head".to_vec()).is_ok());
    }
}
