//! Taking a body in whole before it is called an answer.
//!
//! A stream can break in its last byte. What is spooled cannot: it is complete, it can be read any number of times,
//! its SHA-256 is known, and a store on the same file system takes the file over by a rename instead of copying it.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use gomod::zip::ReaderAt;
use sha2::{Digest, Sha256};
use tempfile::{NamedTempFile, TempPath};

use crate::blocks::{off_worker, read_blocks};
use crate::body::{BodyError, Chunks};
use crate::{Body, Failure, Origin};

/// A body that has been taken in to its end: in memory when small, else in a temporary file.
#[derive(Debug, Clone)]
pub enum Whole {
    /// The content itself.
    Memory(Bytes),
    /// The file that holds it.
    File(Arc<SpoolFile>),
}

impl Whole {
    /// The size in bytes.
    pub fn size(&self) -> u64 {
        match self {
            Self::Memory(bytes) => bytes.len() as u64,
            Self::File(file) => file.size(),
        }
    }
}

impl From<Whole> for Body {
    fn from(whole: Whole) -> Self {
        match whole {
            Whole::Memory(bytes) => bytes.into(),
            Whole::File(file) => Self::spooled(file),
        }
    }
}

/// Bodies up to this many bytes stay in memory: nearly every `.mod`, `.info` and list is smaller.
const IN_MEMORY_MAX: usize = 64 << 10;

/// Where bodies are buffered.
#[derive(Debug, Clone)]
pub struct Spool {
    folder: Arc<PathBuf>,
}

impl Spool {
    /// Buffers in `folder`, which must exist. Files left there by a crash are the owner's to sweep.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: Arc::new(folder.into()) }
    }

    /// Takes `body` in to its end: the result is in memory or in a temporary file. Somebody else's file is copied, since it
    /// could change under the reader.
    ///
    /// # Errors
    /// The body's own failure; more than `size_max` bytes; an unwritable folder.
    pub async fn collect(&self, body: Body, size_max: u64) -> Result<Whole, BodyError> {
        if body.size().is_some_and(|size| size > size_max) {
            return Err(BodyError::TooLarge { limit: size_max });
        }
        let body = match body.into_whole() {
            Ok(whole) => return Ok(whole),
            Err(body) => body,
        };
        let mut chunks = body.into_chunks();
        let mut head = Vec::new();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk?;
            if head.len() + chunk.len() > IN_MEMORY_MAX.min(usize::try_from(size_max).unwrap_or(usize::MAX)) {
                head.extend_from_slice(&chunk);
                return self.collect_in_file(head, chunks, size_max).await;
            }
            head.extend_from_slice(&chunk);
        }
        Ok(Whole::Memory(head.into()))
    }

    async fn collect_in_file(
        &self,
        head: Vec<u8>,
        mut rest: Chunks,
        size_max: u64,
    ) -> Result<Whole, BodyError> {
        let folder = self.folder.clone();
        let mut draft = off_worker(move || Draft::begin(&folder)).await?;
        let mut next = Some(Bytes::from(head));
        while let Some(chunk) = next {
            if draft.size + chunk.len() as u64 > size_max {
                return Err(BodyError::TooLarge { limit: size_max });
            }
            draft = off_worker(move || draft.append(&chunk)).await?;
            next = rest.try_next().await?;
        }
        Ok(Whole::File(Arc::new(draft.finish())))
    }
}

/// A temporary file while it is being written.
struct Draft {
    file: NamedTempFile,
    sha256: Sha256,
    size: u64,
}

impl Draft {
    fn begin(folder: &Path) -> std::io::Result<Self> {
        let file = tempfile::Builder::new().prefix("spool-").tempfile_in(folder)?;
        Ok(Self { file, sha256: Sha256::new(), size: 0 })
    }

    fn append(mut self, chunk: &[u8]) -> std::io::Result<Self> {
        self.file.write_all(chunk)?;
        self.sha256.update(chunk);
        self.size += chunk.len() as u64;
        Ok(self)
    }

    fn finish(self) -> SpoolFile {
        let (file, path) = self.file.into_parts();
        SpoolFile { file: Arc::new(file), path, size: self.size, sha256: self.sha256.finalize().into() }
    }
}

/// A complete body in a temporary file, which goes when the last reader does.
#[derive(Debug)]
pub struct SpoolFile {
    file: Arc<File>,
    path: TempPath,
    size: u64,
    sha256: [u8; 32],
}

impl SpoolFile {
    /// The size in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The SHA-256 of the content, computed as it came in.
    pub fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }

    /// The open file. It stays readable after its name is gone.
    pub fn file(&self) -> &Arc<File> {
        &self.file
    }

    /// The name of the file. A store may rename it to a place of its own: readers hold it open.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The whole content in memory; for kinds whose limit is small.
    ///
    /// # Errors
    /// Those of reading a file.
    pub fn read(&self) -> std::io::Result<Vec<u8>> {
        let mut content = vec![0; usize::try_from(self.size).map_err(std::io::Error::other)?];
        self.file.read_exact_at(&mut content, 0)?;
        Ok(content)
    }

    /// The content from the start.
    pub fn chunks(&self) -> Chunks {
        let name = Origin::new("temporary file");
        read_blocks(self.file.clone(), self.size, |_, _| Ok(()))
            .map_err(move |e| {
                Failure::unavailable(
                    &name,
                    format!("cannot read back the body: {e}"),
                    std::time::Duration::ZERO,
                )
            })
            .boxed()
    }
}

impl ReaderAt for SpoolFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> std::io::Result<usize> {
        self.file.read_at(buffer, offset)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    fn chunked(chunks: Vec<Result<Bytes, Failure>>) -> Body {
        Body::stream(stream::iter(chunks), None)
    }

    fn spool() -> (tempfile::TempDir, Spool) {
        let folder = tempfile::tempdir().unwrap();
        let spool = Spool::new(folder.path());
        (folder, spool)
    }

    #[tokio::test]
    async fn a_large_body_is_complete_readable_twice_and_hashed() {
        let (_folder, spool) = spool();
        let chunk = Bytes::from(vec![5; 50_000]);
        let body = chunked((0..10).map(|_| Ok(chunk.clone())).collect());
        let Whole::File(file) = spool.collect(body, 1 << 20).await.unwrap() else { panic!("it is large") };
        assert_eq!(*file.sha256(), <[u8; 32]>::from(Sha256::digest(vec![5; 500_000])));
        for _ in 0..2 {
            assert_eq!(Body::spooled(file.clone()).into_bytes(1 << 20).await.unwrap(), vec![5; 500_000]);
        }
    }

    #[tokio::test]
    async fn nothing_stays_behind_a_body_that_breaks() {
        let (folder, spool) = spool();
        let cut = Failure::unavailable(&Origin::new("place"), "connection reset", std::time::Duration::ZERO);
        let body = chunked(vec![Ok(Bytes::from(vec![1; IN_MEMORY_MAX + 1])), Err(cut)]);
        assert!(matches!(spool.collect(body, 1 << 20).await, Err(BodyError::Failed(_))));
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_refused_wherever_it_stands() {
        let (_folder, spool) = spool();
        for limit in [10, IN_MEMORY_MAX as u64 + 10] {
            let body = chunked((0..=limit).map(|_| Ok(Bytes::from_static(b"x"))).collect());
            assert!(matches!(spool.collect(body, limit).await, Err(BodyError::TooLarge { .. })));
        }
        let announced = Body::stream(stream::pending(), Some(11));
        assert!(matches!(spool.collect(announced, 10).await, Err(BodyError::TooLarge { .. })));
    }

    #[tokio::test]
    async fn small_bodies_touch_no_disk() {
        let spool = Spool::new("/nonexistent");
        let body = chunked(vec![Ok(Bytes::from_static(b"v1.0.0\n"))]);
        let Whole::Memory(bytes) = spool.collect(body, 100).await.unwrap() else { panic!("it is small") };
        assert_eq!(bytes, "v1.0.0\n");
    }
}
