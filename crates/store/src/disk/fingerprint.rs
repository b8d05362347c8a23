//! What content looked like when it was put: its size, its SHA-256, and a fast checksum of each block.
//!
//! SHA-256 says that two artifacts are the same; xxh3 is what a read can afford for every block of every request
//! (over 10 GB/s against 2). xxh3 is no defence against a person, and need not be: it looks for failing disks.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use sha2::{Digest, Sha256};
use source::blocks::BLOCK_SIZE;
use source::{BlockSums, SpoolFile};
use xxhash_rust::xxh3::xxh3_64;

/// The checksums of one artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fingerprint {
    pub(super) sha256: [u8; 32],
    pub(super) size: u64,
    /// The xxh3-64 of each block of [`BLOCK_SIZE`] bytes, the last one shorter; none for empty content.
    pub(super) blocks: Vec<u64>,
}

impl Fingerprint {
    pub(super) fn of_bytes(content: &[u8]) -> Self {
        let mut pass = Pass::default();
        content.chunks(BLOCK_SIZE).for_each(|block| pass.take(block));
        pass.finish()
    }

    /// What was seen of a file while it was spooled: if it has changed since, a block of it will not be what it was.
    pub(super) fn of_spooled(file: &SpoolFile) -> Self {
        Self { sha256: *file.sha256(), size: file.size(), blocks: file.block_sums().to_vec() }
    }

    /// Reads the whole file once.
    pub(super) fn of_file(file: &File) -> io::Result<Self> {
        Self::of_file_telling(file, &mut |_| ())
    }

    /// Reads the whole file once, and says of each block how long it is.
    pub(super) fn of_file_telling(file: &File, read: &mut dyn FnMut(u64)) -> io::Result<Self> {
        let mut pass = Pass::default();
        let mut buffer = vec![0; BLOCK_SIZE];
        loop {
            let block = read_block(file, pass.size, &mut buffer)?;
            if block.is_empty() {
                return Ok(pass.finish());
            }
            pass.take(block);
            read(block.len() as u64);
        }
    }

    /// Whether the first blocks, as many as `content` has, are what they were.
    pub(super) fn check(&self, content: &[u8]) -> io::Result<()> {
        content.chunks(BLOCK_SIZE).enumerate().try_for_each(|(number, block)| self.check_block(number, block))
    }

    /// Whether block `number` is what it was.
    pub(super) fn check_block(&self, number: usize, block: &[u8]) -> io::Result<()> {
        let (expected, found) = (self.blocks.get(number).copied(), xxh3_64(block));
        if expected == Some(found) {
            return Ok(());
        }
        let expected = expected.map_or("no such block".to_owned(), |sum| format!("{sum:016x}"));
        let message = format!("block {number} has xxh3 {found:016x}, expected {expected}");
        Err(io::Error::new(io::ErrorKind::InvalidData, message))
    }

    /// Whether the parts belong together: a sidecar of the right form may still be nonsense.
    pub(super) fn is_consistent(&self) -> bool {
        self.blocks.len() as u64 == self.size.div_ceil(BLOCK_SIZE as u64)
    }
}

#[derive(Default)]
struct Pass {
    sha256: Sha256,
    size: u64,
    blocks: BlockSums,
}

impl Pass {
    fn take(&mut self, block: &[u8]) {
        self.sha256.update(block);
        self.blocks.update(block);
        self.size += block.len() as u64;
    }

    fn finish(self) -> Fingerprint {
        Fingerprint { sha256: self.sha256.finalize().into(), size: self.size, blocks: self.blocks.finish() }
    }
}

/// Fills the buffer from `offset` on; shorter only at the end of the file.
pub(super) fn read_block<'b>(file: &File, offset: u64, buffer: &'b mut [u8]) -> io::Result<&'b [u8]> {
    let mut filled = 0;
    while filled < buffer.len() {
        match file.read_at(&mut buffer[filled..], offset + filled as u64) {
            Ok(0) => break,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(&buffer[..filled])
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn content(size: usize) -> Vec<u8> {
        (0..=252).cycle().take(size).collect()
    }

    #[test]
    fn a_file_and_its_bytes_have_the_same_fingerprint() {
        for size in [0, 1, BLOCK_SIZE, BLOCK_SIZE + 1, BLOCK_SIZE * 2 + 9] {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&content(size)).unwrap();
            let fingerprint = Fingerprint::of_file(&file).unwrap();
            assert_eq!(fingerprint, Fingerprint::of_bytes(&content(size)));
            assert!(fingerprint.is_consistent());
            assert_eq!(fingerprint.sha256, <[u8; 32]>::from(Sha256::digest(content(size))));
        }
    }

    #[test]
    fn each_block_has_its_own_checksum() {
        let content = content(BLOCK_SIZE + 5);
        let fingerprint = Fingerprint::of_bytes(&content);
        assert!(fingerprint.check_block(0, &content[..BLOCK_SIZE]).is_ok());
        assert!(fingerprint.check_block(1, &content[BLOCK_SIZE..]).is_ok());
        assert!(fingerprint.check_block(1, &content[..BLOCK_SIZE]).is_err());
        assert!(fingerprint.check_block(2, b"").is_err());
    }
}
