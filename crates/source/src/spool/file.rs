//! A complete body in a temporary file.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use gomod::zip::ReaderAt;
use tempfile::TempPath;

use crate::blocks::read_blocks;
use crate::body::Chunks;
use crate::{Failure, Origin};

/// A complete body in a temporary file, which goes when the last reader does.
#[derive(Debug)]
pub struct SpoolFile {
    file: Arc<File>,
    path: TempPath,
    size: u64,
    sha256: [u8; 32],
    block_sums: Vec<u64>,
}

impl SpoolFile {
    pub(super) fn new(file: File, path: TempPath, size: u64, sha256: [u8; 32], block_sums: Vec<u64>) -> Self {
        Self { file: Arc::new(file), path, size, sha256, block_sums }
    }

    /// The size in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The SHA-256 of the content, computed as it came in.
    pub fn sha256(&self) -> &[u8; 32] {
        &self.sha256
    }

    /// The checksum of each block, computed as the content came in ([`BlockSums`](crate::BlockSums)): whoever reads the file can hold it to
    /// them.
    pub fn block_sums(&self) -> &[u64] {
        &self.block_sums
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
    pub fn read(&self) -> io::Result<Vec<u8>> {
        let mut content = vec![0; usize::try_from(self.size).map_err(io::Error::other)?];
        self.file.read_exact_at(&mut content, 0)?;
        Ok(content)
    }

    /// The content of this range of bytes.
    pub fn chunks(&self, range: Range<u64>) -> Chunks {
        let name = Origin::new("temporary file");
        read_blocks(self.file.clone(), self.size, range, |_, _| Ok(()))
            .map_err(move |e| {
                Failure::unavailable(&name, format!("cannot read back the body: {e}"), Duration::ZERO)
            })
            .boxed()
    }
}

impl ReaderAt for SpoolFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.file.read_at(buffer, offset)
    }
}
