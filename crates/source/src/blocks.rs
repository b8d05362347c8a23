//! Reading a file block by block, without keeping an async worker waiting for a disk.
//!
//! Positional reads (`pread`) rather than a mapping: a failing disk is an error of one read here, where under a
//! mapping it would be a signal that ends the process.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures_util::stream::{self, Stream};

/// Bytes per read: large enough that the hand-over between threads does not show, small enough that a thousand
/// slow readers stay within a few hundred megabytes.
pub const BLOCK_SIZE: usize = 256 << 10;

/// The bytes of `range` of a `file` that is `size` bytes long, in blocks of [`BLOCK_SIZE`], the first and the last one shorter.
///
/// `check` sees each block whole, with its number, before anybody else sees a part of it; its error ends the stream. A
/// file shorter than `size` ends in [`io::ErrorKind::UnexpectedEof`].
pub fn read_blocks<C>(
    file: Arc<File>,
    size: u64,
    range: Range<u64>,
    check: C,
) -> impl Stream<Item = io::Result<Bytes>> + Send
where
    C: Fn(usize, &[u8]) -> io::Result<()> + Send + Sync + 'static,
{
    let check = Arc::new(check);
    let end = range.end.min(size);
    stream::try_unfold(range.start, move |offset| {
        let (file, check) = (file.clone(), check.clone());
        async move {
            if offset >= end {
                return Ok(None);
            }
            let begin = offset - offset % BLOCK_SIZE as u64;
            let block = off_worker(move || read_block(&file, begin, size, &*check)).await?;
            let next = end.min(begin + block.len() as u64);
            let within = |at: u64| usize::try_from(at - begin).map_err(io::Error::other);
            let part = block.slice(within(offset)?..within(next)?);
            Ok(Some((part, next)))
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

    fn read_all<C>(content: &[u8], check: C) -> impl Stream<Item = io::Result<Bytes>> + Send
    where
        C: Fn(usize, &[u8]) -> io::Result<()> + Send + Sync + 'static,
    {
        let size = content.len() as u64;
        read_blocks(file_of(content), size, 0..size, check)
    }

    #[tokio::test]
    async fn a_range_is_a_part_of_the_file_and_whole_blocks_are_checked() {
        let content: Vec<u8> = (0..=250).cycle().take(BLOCK_SIZE * 2 + 17).collect();
        let size = content.len() as u64;
        let sizes = [0, 1, BLOCK_SIZE as u64 - 1, BLOCK_SIZE as u64, BLOCK_SIZE as u64 + 1, size - 1, size];
        for start in sizes {
            for end in sizes.into_iter().filter(|end| *end >= start) {
                let whole_blocks = move |number: usize, block: &[u8]| {
                    let expected = if number < 2 { BLOCK_SIZE } else { 17 };
                    assert_eq!(block.len(), expected);
                    Ok(())
                };
                let part: Vec<Bytes> = read_blocks(file_of(&content), size, start..end, whole_blocks)
                    .try_collect()
                    .await
                    .unwrap();
                assert_eq!(
                    part.concat(),
                    content[usize::try_from(start).unwrap()..usize::try_from(end).unwrap()],
                    "{start}..{end}"
                );
            }
        }
    }

    #[tokio::test]
    async fn blocks_put_together_are_the_file() {
        let content: Vec<u8> = (0..=250).cycle().take(BLOCK_SIZE * 2 + 17).collect();
        let blocks: Vec<Bytes> = read_all(&content, |_, _| Ok(())).try_collect().await.unwrap();
        assert_eq!(blocks.iter().map(Bytes::len).collect::<Vec<_>>(), [BLOCK_SIZE, BLOCK_SIZE, 17]);
        assert_eq!(blocks.concat(), content);
    }

    #[tokio::test]
    async fn a_file_that_lost_its_end_is_an_error() {
        let result: io::Result<Vec<Bytes>> =
            read_blocks(file_of(b"short"), 6, 0..6, |_, _| Ok(())).try_collect().await;
        assert_eq!(result.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }

    #[tokio::test]
    async fn a_block_that_fails_its_check_is_not_handed_out() {
        let content = vec![7; BLOCK_SIZE + 1];
        let check = |number, _: &[u8]| if number == 1 { Err(io::Error::other("damaged")) } else { Ok(()) };
        let mut blocks = std::pin::pin!(read_all(&content, check));
        assert_eq!(blocks.try_next().await.unwrap().unwrap().len(), BLOCK_SIZE);
        assert_eq!(blocks.try_next().await.unwrap_err().to_string(), "damaged");
    }
}
