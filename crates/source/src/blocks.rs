//! Reading a file block by block, without keeping an async worker waiting for a disk.
//!
//! Positional reads (`pread`) rather than a mapping: a failing disk is an error of one read here, where under a
//! mapping it would be a signal that ends the process.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, Stream};

/// Bytes per read: large enough that the hand-over between threads does not show, small enough that a thousand
/// slow readers stay within a few hundred megabytes.
pub const BLOCK_SIZE: usize = 256 << 10;

/// The content of `file` in blocks of [`BLOCK_SIZE`], the last one shorter, `size` bytes in all.
///
/// `check` sees each block with its number before anybody else does; its error ends the stream. A file shorter than
/// `size` ends in [`io::ErrorKind::UnexpectedEof`].
pub fn read_blocks<C>(file: Arc<File>, size: u64, check: C) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    C: Fn(usize, &[u8]) -> io::Result<()> + Send + Sync + 'static,
{
    let check = Arc::new(check);
    stream::try_unfold(0_u64, move |offset| {
        let (file, check) = (file.clone(), check.clone());
        async move {
            if offset >= size {
                return Ok(None);
            }
            let block = off_worker(move || read_block(&file, offset, size, &*check)).await?;
            let next = offset + block.len() as u64;
            Ok(Some((block, next)))
        }
    })
}

fn read_block(
    file: &File,
    offset: u64,
    size: u64,
    check: &dyn Fn(usize, &[u8]) -> io::Result<()>,
) -> io::Result<Bytes> {
    let length = usize::try_from(size - offset).map_or(BLOCK_SIZE, |rest| rest.min(BLOCK_SIZE));
    let mut block = BytesMut::zeroed(length);
    file.read_exact_at(&mut block, offset)?;
    let number = usize::try_from(offset / BLOCK_SIZE as u64).map_err(io::Error::other)?;
    check(number, &block)?;
    Ok(block.freeze())
}

/// Runs `work` where it may block, and tells a panic in it as an I/O error.
///
/// # Errors
/// Those of `work`.
pub async fn off_worker<T, W>(work: W) -> io::Result<T>
where
    T: Send + 'static,
    W: FnOnce() -> io::Result<T> + Send + 'static,
{
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use futures_util::TryStreamExt;

    use super::*;

    fn file_of(content: &[u8]) -> Arc<File> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        Arc::new(file)
    }

    #[tokio::test]
    async fn blocks_put_together_are_the_file() {
        let content: Vec<u8> = (0..=250).cycle().take(BLOCK_SIZE * 2 + 17).collect();
        let blocks: Vec<Bytes> =
            read_blocks(file_of(&content), content.len() as u64, |_, _| Ok(())).try_collect().await.unwrap();
        assert_eq!(blocks.iter().map(Bytes::len).collect::<Vec<_>>(), [BLOCK_SIZE, BLOCK_SIZE, 17]);
        assert_eq!(blocks.concat(), content);
    }

    #[tokio::test]
    async fn a_file_that_lost_its_end_is_an_error() {
        let result: io::Result<Vec<Bytes>> =
            read_blocks(file_of(b"short"), 6, |_, _| Ok(())).try_collect().await;
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[tokio::test]
    async fn a_block_that_fails_its_check_is_not_handed_out() {
        let content = vec![7; BLOCK_SIZE + 1];
        let check = |number, _: &[u8]| if number == 1 { Err(io::Error::other("damaged")) } else { Ok(()) };
        let mut blocks = std::pin::pin!(read_blocks(file_of(&content), content.len() as u64, check));
        assert_eq!(blocks.try_next().await.unwrap().unwrap().len(), BLOCK_SIZE);
        assert_eq!(blocks.try_next().await.unwrap_err().to_string(), "damaged");
    }
}
