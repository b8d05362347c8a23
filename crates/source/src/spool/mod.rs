//! Taking a body in whole before it is called an answer.
//!
//! A stream can break in its last byte. What is spooled cannot: it is complete, it can be read any number of times,
//! its SHA-256 is known, and a store on the same file system takes the file over by a rename instead of copying it.
//!
//! A disk that is full or gone must not fail a question that could be answered: what has come so far is then taken back
//! into memory, up to a limit, and the body goes on from there.

mod draft;
mod file;
mod writer;

pub use file::SpoolFile;
pub use writer::SpoolWriter;

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt};
use sha2::{Digest, Sha256};
use tokio::sync::{Semaphore, watch};

use crate::Body;
use crate::arrivals::{Exhibit, Shown};
use crate::blocks::off_worker;
use crate::body::{BodyError, Chunks};
use draft::{Draft, RESCUES_MAX};

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

    /// The SHA-256 of the content.
    pub fn sha256(&self) -> [u8; 32] {
        match self {
            Self::Memory(bytes) => Sha256::digest(bytes).into(),
            Self::File(file) => *file.sha256(),
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
    rescues: Arc<Semaphore>,
    /// Whether the folder has ever not taken something.
    stuck: watch::Sender<bool>,
}

impl Spool {
    /// Buffers in `folder`, which is made when it is missing. Files left there by a crash are the owner's to sweep.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        let rescues = Arc::new(Semaphore::new(RESCUES_MAX));
        Self { folder: Arc::new(folder.into()), rescues, stuck: watch::Sender::new(false) }
    }

    /// Whether the folder has not taken something, so that it went on in memory: there is little room there, for what somebody waits for.
    pub fn is_stuck(&self) -> bool {
        *self.stuck.borrow()
    }

    /// Waits until that has happened.
    pub async fn until_stuck(&self) {
        // It never fails, because `self` can be stuck yet.
        let _ = self.stuck.subscribe().wait_for(|stuck| *stuck).await;
    }

    /// The folder has not taken something.
    fn note_stuck(&self) {
        self.stuck.send_if_modified(|stuck| !std::mem::replace(stuck, true));
    }

    /// Takes `body` in to its end: the result is in memory or in a temporary file. Somebody else's file is copied, since it
    /// could change under the reader.
    ///
    /// # Errors
    /// The body's own failure; more than `size_max` bytes; a folder that cannot be written, for a body too large for
    /// memory.
    pub async fn collect(&self, body: Body, size_max: u64) -> Result<Whole, BodyError> {
        self.collect_on_show(body, size_max, None).await
    }

    /// The same, and shows the file while it grows.
    pub(crate) async fn collect_on_show(
        &self,
        body: Body,
        size_max: u64,
        exhibit: Option<Exhibit>,
    ) -> Result<Whole, BodyError> {
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
            head.extend_from_slice(&chunk?);
            if head.len() as u64 > size_max {
                return Err(BodyError::TooLarge { limit: size_max });
            }
            if head.len() > IN_MEMORY_MAX {
                return self.collect_in_file(head, chunks, size_max, exhibit).await;
            }
        }
        Ok(Whole::Memory(head.into()))
    }

    async fn collect_in_file(
        &self,
        head: Vec<u8>,
        mut rest: Chunks,
        size_max: u64,
        mut exhibit: Option<Exhibit>,
    ) -> Result<Whole, BodyError> {
        let mut shown = None;
        let folder = self.folder.clone();
        let mut writing = off_worker(move || Ok(Draft::begin(&folder, head))).await?;
        loop {
            let draft = match writing {
                Ok(draft) => draft,
                Err(stuck) => {
                    self.note_stuck();
                    return stuck.go_on_in_memory(rest, size_max, self.rescues.clone()).await;
                }
            };
            match (&shown, exhibit.take()) {
                (None, Some(exhibit)) => shown = exhibit.show(draft.file(), draft.size()).ok(),
                (Some(shown), _) => shown.has(draft.size()),
                _ => {}
            }
            let Some(chunk) = rest.try_next().await? else {
                return Ok(Whole::File(Arc::new(finish(draft, shown))));
            };
            if draft.size() + chunk.len() as u64 > size_max {
                return Err(BodyError::TooLarge { limit: size_max });
            }
            writing = off_worker(move || Ok(draft.append(&chunk))).await?;
        }
    }
}

fn finish(draft: Draft, shown: Option<Shown>) -> SpoolFile {
    let file = draft.finish();
    if let Some(shown) = shown {
        shown.is_whole(*file.sha256());
    }
    file
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{Failure, Origin};
    use futures_util::stream;

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
        let cut = Failure::unavailable(&Origin::new("place"), "connection reset", Duration::ZERO);
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
    async fn a_body_is_taken_in_also_when_its_file_cannot_be_made() {
        let spool = Spool::new("/dev/null/no");
        let body = chunked((0..4).map(|_| Ok(Bytes::from(vec![9; IN_MEMORY_MAX]))).collect());
        let Whole::Memory(bytes) = spool.collect(body, 1 << 20).await.unwrap() else { panic!("no disk") };
        assert_eq!(bytes, vec![9; 4 * IN_MEMORY_MAX]);
        assert!(spool.is_stuck());
        let endless = Body::stream(stream::repeat_with(|| Ok(Bytes::from(vec![9; 1 << 20]))), None);
        assert!(matches!(spool.collect(endless, 500 << 20).await, Err(BodyError::Spool(_))));
    }

    #[tokio::test]
    async fn small_bodies_touch_no_disk() {
        let spool = Spool::new("/dev/null/no");
        let body = chunked(vec![Ok(Bytes::from_static(b"v1.0.0\n"))]);
        let Whole::Memory(bytes) = spool.collect(body, 100).await.unwrap() else { panic!("it is small") };
        assert_eq!(bytes, "v1.0.0\n");
        assert!(!spool.is_stuck());
    }
}
