//! Inflating an entry at once: no pieces, no window to copy from, and one pass of the checksum.
//!
//! It only says yes, and is as strict as the reading in pieces, of which it is a part: whatever is not exactly as declared is left to
//! that, which finds out what is wrong, or that nothing is.

use flate2::{Crc, Decompress, FlushDecompress, Status};
use rawzip::{ReaderAt, ZipEntry};

use super::directory::{Entry, Method};
use super::window::Bounded;

/// What fits, deflated and inflated, in bytes each. Larger files are few.
const FITS: usize = 16 << 20;

/// Inflates one entry after the other into the same buffers, which grow to what the largest needs.
pub(super) struct Inflater {
    decompress: Decompress,
    deflated: Vec<u8>,
    content: Vec<u8>,
}

impl Inflater {
    pub(super) fn new() -> Self {
        Self { decompress: Decompress::new(false), deflated: Vec::new(), content: Vec::new() }
    }

    /// The content, if it is deflated and fits, inflates, and has the size and the checksum of the directory. `None` says nothing
    /// about it.
    pub(super) fn content<R: ReaderAt>(
        &mut self,
        reader: &Bounded<R>,
        entry: &Entry,
        local: &ZipEntry<'_, Bounded<R>>,
    ) -> Option<&[u8]> {
        if entry.method != Method::Deflated {
            return None;
        }
        let (start, end) = local.compressed_data_range();
        let (deflated, size) = (fits(end.checked_sub(start)?)?, fits(entry.size)?);
        reader.read_exact_at(room(&mut self.deflated, deflated), start).ok()?;
        // One byte more: the end of the data is noticed only where there is room for something behind it.
        let content = room(&mut self.content, size + 1);
        self.decompress.reset(false);
        let status = self.decompress.decompress(&self.deflated[..deflated], content, FlushDecompress::Finish);
        let is_whole = matches!(status, Ok(Status::StreamEnd)) && self.decompress.total_out() == entry.size;
        let mut crc = Crc::new();
        crc.update(&content[..size]);
        (is_whole && crc.sum() == local.reader().claim_verifier().crc).then_some(&content[..size])
    }
}

fn fits(bytes: u64) -> Option<usize> {
    usize::try_from(bytes).ok().filter(|bytes| *bytes <= FITS)
}

fn room(buffer: &mut Vec<u8>, bytes: usize) -> &mut [u8] {
    if buffer.len() < bytes {
        buffer.resize(bytes, 0);
    }
    &mut buffer[..bytes]
}
