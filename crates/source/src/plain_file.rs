//! A file of somebody else's tree as a body: read block by block, never changed.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};

use crate::blocks::{off_worker, read_blocks};
use crate::body::{Chunks, Replay};
use crate::{Failure, Origin};

/// An open regular file with the size that it had then.
#[derive(Debug)]
pub(crate) struct PlainFile {
    file: Arc<File>,
    size: u64,
    origin: Origin,
}

impl PlainFile {
    /// Opens the file at `path`. Folders, pipes and devices are no content.
    pub(crate) async fn open(path: PathBuf, origin: Origin) -> io::Result<Self> {
        off_worker(move || {
            // Looked at first, because opening a pipe would wait for somebody to write into it.
            if !std::fs::metadata(&path)?.is_file() {
                return Err(io::Error::new(io::ErrorKind::NotFound, "not a regular file"));
            }
            let file = File::open(path)?;
            let size = file.metadata()?.len();
            Ok(Self { file: Arc::new(file), size, origin })
        })
        .await
    }
}

impl Replay for PlainFile {
    fn size(&self) -> u64 {
        self.size
    }

    fn chunks(self: Arc<Self>, range: Range<u64>) -> Chunks {
        let origin = self.origin.clone();
        read_blocks(self.file.clone(), self.size, range, |_, _| Ok(()))
            .map_err(move |e| {
                Failure::unavailable(&origin, format!("cannot read the file: {e}"), Duration::ZERO)
            })
            .boxed()
    }
}
