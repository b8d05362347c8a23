//! Reading a file block by block, without keeping an async worker waiting for a disk.
//!
//! Positional reads (`pread`) rather than a mapping: a failing disk is an error of one read here, where under a
//! mapping it would be a signal that ends the process.
//!
//! What the system has in memory is read at once, by a call that promises not to wait for a disk (`RWF_NOWAIT`): handing it
//! to another thread would cost more than the reading. What it has not is read on a thread that may block. tmpfs knows no such
//! promise and needs none: what lies there is in memory, unless memory is so short that all else is slow too.

use std::cell::RefCell;
use std::fs::File;
use std::io::{self, IoSliceMut};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{self, Stream};
use rustix::fs::fstatfs;
use rustix::io::{Errno, ReadWriteFlags, preadv2};

/// Bytes per read and per checksum. A thousand slow readers hold a block each, so that it cannot be large; a fast one must not
/// notice that there are many.
pub const BLOCK_SIZE: usize = 32 << 10;

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
            let block = match read_at_hand(&file, begin, size, &*check) {
                Some(block) => block?,
                None => off_worker(move || read_block(&file, begin, size, &*check)).await?,
            };
            let next = end.min(begin + block.len() as u64);
            let within = |at: u64| usize::try_from(at - begin).map_err(io::Error::other);
            let part = block.slice(within(offset)?..within(next)?);
            Ok(Some((part, next)))
        }
    })
}

type Check<'a> = &'a dyn Fn(usize, &[u8]) -> io::Result<()>;

/// The block at `begin`, if the system has all of it in memory; `None` if it must be waited for, or if nothing can be said
/// about it without waiting.
fn read_at_hand(file: &File, begin: u64, size: u64, check: Check<'_>) -> Option<io::Result<Bytes>> {
    let mut block = Block::of(length_at(begin, size));
    let read = read_now(file, &mut block.0, begin)?;
    (read == block.0.len()).then(|| block.checked(begin, check))
}

/// What `statfs` tells of tmpfs (`TMPFS_MAGIC` of `linux/magic.h`).
const TMPFS: u64 = 0x0102_1994;

/// How many bytes at `offset` the system could put into `buffer` without waiting for a disk; `None` when it has none of them in
/// memory, or does not say so.
pub fn read_now(file: &File, buffer: &mut [u8], offset: u64) -> Option<usize> {
    match preadv2(file, &mut [IoSliceMut::new(buffer)], offset, ReadWriteFlags::NOWAIT) {
        Err(Errno::OPNOTSUPP) if is_in_memory(file) => file.read_at(buffer, offset).ok(),
        read => read.ok(),
    }
}

fn is_in_memory(file: &File) -> bool {
    fstatfs(file).is_ok_and(|about| u64::try_from(about.f_type) == Ok(TMPFS))
}

fn read_block(file: &File, begin: u64, size: u64, check: Check<'_>) -> io::Result<Bytes> {
    let mut block = Block::of(length_at(begin, size));
    file.read_exact_at(&mut block.0, begin)?;
    block.checked(begin, check)
}

fn length_at(begin: u64, size: u64) -> usize {
    usize::try_from(size - begin).map_or(BLOCK_SIZE, |rest| rest.min(BLOCK_SIZE))
}

/// Memory for a block, which goes back to the thread that gives it up.
struct Block(Vec<u8>);

/// How many blocks without a use a thread keeps: those of a few answers that it is in the middle of.
const IDLE_MAX: usize = 4;

thread_local! {
    static IDLE: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

impl Block {
    fn of(length: usize) -> Self {
        let idle = IDLE.try_with(|idle| idle.borrow_mut().pop()).ok().flatten();
        let mut memory = idle.unwrap_or_default();
        memory.resize(length, 0);
        Self(memory)
    }

    fn checked(self, begin: u64, check: Check<'_>) -> io::Result<Bytes> {
        let number = usize::try_from(begin / BLOCK_SIZE as u64).map_err(io::Error::other)?;
        check(number, &self.0)?;
        Ok(Bytes::from_owner(self))
    }
}

impl AsRef<[u8]> for Block {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        let memory = std::mem::take(&mut self.0);
        // A thread that is ending keeps nothing.
        let _ = IDLE.try_with(|idle| {
            let mut idle = idle.borrow_mut();
            if idle.len() < IDLE_MAX {
                idle.push(memory);
            }
        });
    }
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

    #[test]
    fn what_lies_in_memory_is_read_without_another_thread() {
        for file in [tempfile::tempfile_in("/dev/shm"), tempfile::tempfile()] {
            let mut file = file.unwrap();
            file.write_all(b"written just now").unwrap();
            let mut buffer = [0; 7];
            assert_eq!(read_now(&file, &mut buffer, 8), Some(7), "{file:?}");
            assert_eq!(&buffer, b"just no");
            assert_eq!(read_now(&file, &mut buffer, 16), Some(0), "its end");
        }
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
