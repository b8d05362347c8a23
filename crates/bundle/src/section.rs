//! A part of a bundle's file, read as if it were a file of its own.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt};
use gomod::zip::ReaderAt;
use source::blocks::read_blocks;
use source::{Chunks, Failure, Origin, Replay};

use crate::BundleError;
use crate::layout::to_usize;

/// How much is read at a time where it is read in one go, in bytes.
const PIECE: usize = 64 << 10;

/// Where the content of one file lies.
#[derive(Debug, Clone)]
pub(crate) struct Section {
    pub(crate) file: Arc<File>,
    pub(crate) begin: u64,
    pub(crate) size: u64,
    pub(crate) origin: Origin,
}

impl Section {
    /// All of it, which is short. Blocks.
    pub(crate) fn read(&self) -> Result<Vec<u8>, BundleError> {
        let mut bytes = vec![0; to_usize(self.size)?];
        self.file.read_exact_at(&mut bytes, self.begin)?;
        Ok(bytes)
    }

    /// Shows all of it, piece by piece. Blocks.
    pub(crate) fn each_piece(&self, mut see: impl FnMut(&[u8])) -> io::Result<()> {
        let (mut piece, mut done) = (vec![0; PIECE], 0);
        while done < self.size {
            let length = to_usize((self.size - done).min(PIECE as u64))?;
            self.file.read_exact_at(&mut piece[..length], self.begin + done)?;
            see(&piece[..length]);
            done += length as u64;
        }
        Ok(())
    }
}

impl ReaderAt for Section {
    /// Nothing behind its end can be read: that is another file.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let left = self.size.saturating_sub(offset).min(buffer.len() as u64);
        self.file.read_at(&mut buffer[..to_usize(left)?], self.begin + offset)
    }
}

impl Replay for Section {
    fn size(&self) -> u64 {
        self.size
    }

    fn chunks(self: Arc<Self>, range: Range<u64>) -> Chunks {
        let (begin, end, origin) = (self.begin, self.begin + self.size, self.origin.clone());
        read_blocks(self.file.clone(), end, begin + range.start..begin + range.end, |_, _| Ok(()))
            .map_err(move |e| {
                Failure::unavailable(&origin, format!("cannot read the bundle: {e}"), Duration::ZERO)
            })
            .boxed()
    }
}
