//! The checksums of blocks, made while content comes by.

use xxhash_rust::xxh3::Xxh3;

use crate::blocks::BLOCK_SIZE;

/// Makes the xxh3-64 of each block of [`BLOCK_SIZE`] bytes, the last one shorter. It is no defence against a person, and need not be:
/// it looks for failing disks.
#[derive(Clone, Default)]
pub struct BlockSums {
    whole: Vec<u64>,
    /// It is half a kilobyte.
    block: Box<Xxh3>,
    filled: usize,
}

impl BlockSums {
    /// The next bytes, as many as there are.
    pub fn update(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let (part, rest) = bytes.split_at(bytes.len().min(BLOCK_SIZE - self.filled));
            self.block.update(part);
            self.filled += part.len();
            if self.filled == BLOCK_SIZE {
                self.end_block();
            }
            bytes = rest;
        }
    }

    /// The checksums of all blocks; none for empty content.
    pub fn finish(mut self) -> Vec<u64> {
        if self.filled > 0 {
            self.end_block();
        }
        self.whole
    }

    fn end_block(&mut self) {
        self.whole.push(self.block.digest());
        self.block.reset();
        self.filled = 0;
    }
}

impl std::fmt::Debug for BlockSums {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BlockSums").field("whole", &self.whole.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use xxhash_rust::xxh3::xxh3_64;

    use super::*;

    #[test]
    fn how_content_comes_does_not_matter() {
        let content: Vec<u8> = (0..=252).cycle().take(BLOCK_SIZE * 3 + 9).collect();
        for size in [0, 1, BLOCK_SIZE, BLOCK_SIZE + 1, content.len()] {
            let expected: Vec<u64> = content[..size].chunks(BLOCK_SIZE).map(xxh3_64).collect();
            for step in [1000, BLOCK_SIZE, content.len()] {
                let mut sums = BlockSums::default();
                content[..size].chunks(step).for_each(|part| sums.update(part));
                assert_eq!(sums.finish(), expected, "{size} by {step}");
            }
        }
    }
}
