//! Compressing one file of a zip apart from the rest, so that several can be compressed at the same time.

use std::io;

use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use sha2::{Digest, Sha256};

/// How hard to compress. A zip is made once and served many times, but somebody waits for the first. Measured over 51 MB of
/// Go source, on one core: level 1 takes 163 ms for 15.8 MB, 2 takes 266 ms for 12.3, 3 takes 321 ms for 11.5, 6 (the usual
/// one) 538 ms for 10.9. Level 1 also makes what does not compress 5 % larger.
const LEVEL: u32 = 3;

/// The level, as the library wants it.
pub(super) fn level() -> Compression {
    Compression::new(LEVEL)
}

/// Compresses contents one after the other with the same tables. Make one for each thread.
///
/// The same content always gives the same bytes, whoever compresses it and whatever came before.
#[derive(Debug)]
pub struct Packer(Compress);

/// The content of a file as it goes into a zip: deflated, with its checksum, and its hash for the h1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    pub(super) deflated: Vec<u8>,
    pub(super) seal: Seal,
}

impl Packed {
    /// How many bytes it takes, compressed.
    pub fn deflated_bytes(&self) -> usize {
        self.deflated.len()
    }
}

/// What a zip and an h1 must know of a content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Seal {
    pub(super) size: u64,
    pub(super) crc: u32,
    pub(super) sha256: [u8; 32],
}

/// A [`Seal`] in the making.
#[derive(Default)]
pub(super) struct Sealing {
    size: u64,
    crc: Crc,
    sha256: Sha256,
}

impl Sealing {
    pub(super) fn add(&mut self, piece: &[u8]) {
        self.size += piece.len() as u64;
        self.crc.update(piece);
        self.sha256.update(piece);
    }

    /// How much was added, in bytes.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn finish(self) -> Seal {
        Seal { size: self.size, crc: self.crc.sum(), sha256: self.sha256.finalize().into() }
    }
}

impl Default for Packer {
    fn default() -> Self {
        Self::new()
    }
}

impl Packer {
    /// Takes some 300 KiB of memory for its tables.
    pub fn new() -> Self {
        Self(Compress::new(level(), false))
    }

    /// Compresses one content. Takes memory for as many bytes as it has, and little more.
    ///
    /// # Errors
    /// None that is known of; the library has the right to one.
    pub fn pack(&mut self, content: &[u8]) -> io::Result<Packed> {
        let mut sealing = Sealing::default();
        sealing.add(content);
        Ok(Packed { deflated: self.deflate(content)?, seal: sealing.finish() })
    }

    fn deflate(&mut self, content: &[u8]) -> io::Result<Vec<u8>> {
        self.0.reset();
        // Nearly always enough, so that the second round is for content that does not compress.
        let mut deflated = Vec::with_capacity(content.len() / 2 + 64);
        loop {
            let at = usize::try_from(self.0.total_in()).unwrap_or(content.len());
            let rest = content.get(at..).unwrap_or_default();
            match self.0.compress_vec(rest, &mut deflated, FlushCompress::Finish) {
                Ok(Status::StreamEnd) => return Ok(deflated),
                Ok(_) if deflated.len() == deflated.capacity() => deflated.reserve(content.len() / 2 + 64),
                Ok(_) => return Err(io::Error::other("the content is not compressed to its end")),
                Err(error) => return Err(error.into()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::DeflateDecoder;
    use proptest::prelude::*;

    use super::*;

    fn inflated(packed: &Packed) -> Vec<u8> {
        let mut content = Vec::new();
        DeflateDecoder::new(packed.deflated.as_slice()).read_to_end(&mut content).unwrap();
        content
    }

    /// Bytes that do not compress.
    fn noise(length: u32) -> Vec<u8> {
        (0..length).map(|i| Sha256::digest(i.to_le_bytes())[0]).collect()
    }

    #[test]
    fn what_does_not_compress_is_packed_too() {
        for content in [noise(100_000), Vec::new(), vec![7; 100_000]] {
            let packed = Packer::new().pack(&content).unwrap();
            assert!(inflated(&packed) == content);
            assert!(packed.deflated_bytes() < content.len() + 200, "{}", packed.deflated_bytes());
            assert_eq!(packed.seal.size, content.len() as u64);
            assert_eq!(packed.seal.sha256, <[u8; 32]>::from(Sha256::digest(&content)));
        }
    }

    proptest! {
        #[test]
        fn what_came_before_does_not_show(
            before in prop::collection::vec(0_u8..4, 0..5000),
            content in prop::collection::vec(0_u8..4, 0..5000),
        ) {
            let mut used = Packer::new();
            used.pack(&before).unwrap();
            let packed = used.pack(&content).unwrap();
            prop_assert_eq!(&packed, &Packer::new().pack(&content).unwrap());
            prop_assert_eq!(inflated(&packed), content);
        }
    }
}
