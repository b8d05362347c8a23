//! Inflating an entry at once.
//!
//! Twice as fast as piece by piece, for those that fit. It only says yes: whatever is not exactly as declared is left to who
//! reads piece by piece, who finds out what is wrong, or that nothing is.

use libdeflater::{Crc, Decompressor};
use rawzip::{ReaderAt, ZipEntry};

use super::directory::{Entry, Method};
use super::window::Bounded;

/// What fits, deflated and inflated, in bytes. Larger files are few.
const FITS: u64 = 16 << 20;

/// Inflates one entry after the other into the same buffers, which grow to what the largest needs.
pub(super) struct Inflater {
    decompressor: Decompressor,
    deflated: Vec<u8>,
    content: Vec<u8>,
}

impl Inflater {
    pub(super) fn new() -> Self {
        Self { decompressor: Decompressor::new(), deflated: Vec::new(), content: Vec::new() }
    }

    /// The content, if it is deflated and fits, inflates, and has the size and the checksum of the directory. `None` says nothing about it.
    pub(super) fn content<R: ReaderAt>(
        &mut self,
        archive: &Bounded<R>,
        entry: &Entry,
        local: &ZipEntry<'_, Bounded<R>>,
    ) -> Option<&[u8]> {
        if entry.method != Method::Deflated {
            return None;
        }
        let (start, end) = local.compressed_data_range();
        let deflated = room(&mut self.deflated, end.checked_sub(start)?)?;
        let content = room(&mut self.content, entry.size)?;
        archive.read_exact_at(deflated, start).ok()?;
        let length = self.decompressor.deflate_decompress(deflated, content).ok()?;
        let mut crc = Crc::new();
        crc.update(content);
        let is_right = length == content.len() && crc.sum() == local.reader().claim_verifier().crc;
        is_right.then_some(content)
    }
}

fn room(buffer: &mut Vec<u8>, bytes: u64) -> Option<&mut [u8]> {
    let bytes = usize::try_from(bytes).ok().filter(|_| bytes <= FITS)?;
    if buffer.len() < bytes {
        buffer.resize(bytes, 0);
    }
    Some(&mut buffer[..bytes])
}
