//! Reading the content of an entry: inflated piece by piece, with size and checksum verified (protocol.md C4).
//!
//! The size that the directory declares is the limit. A bomb ends one buffer after it, not when the disk is full.

use std::io::{self, Read};

use crc32fast::Hasher as Crc32;
use flate2::read::DeflateDecoder;
use rawzip::{ReaderAt, ZipEntry, ZipReader, ZipVerification};

use super::directory::{Archive, Bounded, Entry, Method};
use super::error::ZipError;

/// How much content is handed on at a time, in bytes. Larger pieces do not hash faster.
const PIECE_BYTES: usize = 64 << 10;

/// Reads entries one after the other with the same buffers.
pub(crate) struct ContentReader<'a, R> {
    archive: &'a Archive<R>,
    inflater: Option<DeflateDecoder<ZipReader<&'a Bounded<R>>>>,
    buffer: Vec<u8>,
}

impl<'a, R: ReaderAt> ContentReader<'a, R> {
    pub(crate) fn new(archive: &'a Archive<R>) -> Self {
        Self { archive, inflater: None, buffer: vec![0; PIECE_BYTES] }
    }

    /// Gives the content to `sink` in pieces. What was given counts only if this returns without an error. A directory has
    /// no content, whatever bytes some writers put there; go does not look at them either.
    pub(crate) fn read(&mut self, entry: &Entry, sink: impl FnMut(&[u8])) -> Result<(), ZipError> {
        let local = self.archive.zip.get_entry(entry.wayfinder).map_err(ZipError::structure)?;
        if entry.is_dir() {
            return Ok(());
        }
        let raw = local.reader();
        let claim = raw.claim_verifier();
        let result = match entry.method {
            Method::Stored => pump(raw, claim, &mut self.buffer, sink),
            Method::Deflated => pump(reuse(&mut self.inflater, raw), claim, &mut self.buffer, sink),
        };
        result.map_err(|error| ZipError::content(&entry.name, error))?;
        check_descriptor(entry, &local)
    }
}

/// A writer that streams puts the checksum behind the content once more. go compares the two, so this does.
fn check_descriptor<R: ReaderAt>(entry: &Entry, local: &ZipEntry<'_, R>) -> Result<(), ZipError> {
    let raw = local.reader();
    match raw.data_descriptor().map_err(ZipError::structure)? {
        Some(behind) if behind.crc32() != raw.claim_verifier().crc => {
            let text = "the checksum behind the content is not that of the directory";
            Err(ZipError::content(&entry.name, io::Error::new(io::ErrorKind::InvalidData, text)))
        }
        _ => Ok(()),
    }
}

/// The inflater, set to a new input. Its tables are large enough that making one per file would show.
fn reuse<I: Read>(inflater: &mut Option<DeflateDecoder<I>>, input: I) -> &mut DeflateDecoder<I> {
    match inflater.take() {
        None => inflater.insert(DeflateDecoder::new(input)),
        Some(mut used) => {
            used.reset(input);
            inflater.insert(used)
        }
    }
}

/// Reads to the end, or to the first piece beyond the size that `claim` has, and verifies size and checksum. The reader of
/// `rawzip` does the same, with a checksum that takes five times as long.
fn pump(
    mut reader: impl Read,
    claim: ZipVerification,
    buffer: &mut [u8],
    mut sink: impl FnMut(&[u8]),
) -> io::Result<()> {
    let (mut crc, mut size) = (Crc32::new(), 0);
    loop {
        let piece = match reader.read(buffer) {
            Ok(read) => &buffer[..read],
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        size += piece.len() as u64;
        crc.update(piece);
        if piece.is_empty() || size > claim.uncompressed_size {
            let found = ZipVerification { crc: crc.finalize(), uncompressed_size: size };
            return claim.valid(found).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error));
        }
        sink(piece);
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    fn contents(zip: &[u8]) -> Result<Vec<Vec<u8>>, ZipError> {
        let archive = Archive::open(zip, zip.len() as u64)?;
        let mut reader = ContentReader::new(&archive);
        let read = |entry: &Entry| {
            let mut content = Vec::new();
            reader.read(entry, |piece| content.extend_from_slice(piece)).map(|()| content)
        };
        archive.entries()?.iter().map(read).collect()
    }

    #[test]
    fn content_comes_back_from_both_methods() {
        let long: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
        let files: &[(&str, &[u8])] = &[("a", b"one"), ("empty", b""), ("long", &long), ("d/", b"")];
        for zip in [sample::zip(files), sample::stored_zip(files)] {
            let expected: Vec<Vec<u8>> = files.iter().map(|(_, content)| content.to_vec()).collect();
            assert_eq!(contents(&zip).unwrap(), expected);
        }
    }

    #[test]
    fn a_changed_byte_shows() {
        let mut zip = sample::stored_zip(&[("a", b"content")]);
        let at = zip.windows(7).position(|w| w == b"content").unwrap();
        zip[at] ^= 1;
        assert!(matches!(contents(&zip), Err(ZipError::Content { name, .. }) if name == "a"));
    }

    #[test]
    fn a_changed_checksum_behind_the_content_shows() {
        let mut zip = sample::zip(&[("a", b"content")]);
        let descriptor = sample::directory_offset(&zip) - 12;
        zip[descriptor] ^= 1;
        assert!(matches!(contents(&zip), Err(ZipError::Content { .. })));
    }

    #[test]
    fn content_that_is_longer_than_declared_ends_early() {
        let zeros = vec![0; 50 << 20];
        let mut zip = sample::zip(&[("bomb", &zeros)]);
        let size = sample::directory_offset(&zip) + 24;
        zip[size..size + 4].copy_from_slice(&10_u32.to_le_bytes());
        let archive = Archive::open(zip.as_slice(), zip.len() as u64).unwrap();
        let entry = &archive.entries().unwrap()[0];
        let mut given = 0;
        let error = ContentReader::new(&archive).read(entry, |piece| given += piece.len()).unwrap_err();
        assert!(matches!(error, ZipError::Content { .. }), "{error}");
        assert!(given <= PIECE_BYTES, "{given}");
    }

    #[test]
    fn content_that_is_shorter_than_declared_is_damaged() {
        let mut zip = sample::zip(&[("a", b"abc")]);
        let size = sample::directory_offset(&zip) + 24;
        zip[size] = 9;
        assert!(matches!(contents(&zip), Err(ZipError::Content { .. })));
    }

    #[test]
    fn data_that_does_not_inflate_is_damaged() {
        let mut zip = sample::stored_zip(&[("a", b"\xff\xff\xff\xff")]);
        let directory = sample::directory_offset(&zip);
        zip[directory + 10] = 8;
        assert!(matches!(contents(&zip), Err(ZipError::Content { .. })));
    }
}
