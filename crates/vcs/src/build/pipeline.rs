//! Files on their way into a zip: compressed ahead by a few threads, written in order.
//!
//! Small files travel together, since handing one over costs more than compressing it. The threads take turns, so that what
//! they give back is in order by itself. Large files are compressed as they come, by the thread that writes.

use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::num::NonZeroUsize;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use gomod::H1;
use gomod::zip::{Packed, Packer, Summary, WriteError, Writer};

/// A file this large, in bytes, does not travel.
const LARGE_BYTES: u64 = 1 << 20;
/// Files travel when they have so many bytes together: some 2 ms of work.
const BATCH_BYTES: usize = 256 << 10;
/// How many batches each thread has before it, so that none waits for the next.
const BATCHES_PER_THREAD: usize = 2;
/// How many bytes of content may be on their way at the same time, whatever the number of threads.
const AHEAD_BYTES_MAX: usize = 4 << 20;
/// More threads than that would wait for the archive.
const THREADS_MAX: usize = 4;

/// A zip that is being written.
pub(super) struct Pipeline<W> {
    writer: Writer<W>,
    threads: Vec<Worker>,
    /// How many batches were handed over, from the beginning.
    sent: usize,
    /// The sizes of those that are not back yet, oldest first.
    away: VecDeque<usize>,
    batch: Vec<(String, Vec<u8>)>,
    batch_bytes: usize,
}

/// A thread that compresses. It ends when its work does.
struct Worker {
    work: Sender<Vec<(String, Vec<u8>)>>,
    done: Receiver<io::Result<Vec<(String, Packed)>>>,
}

impl<W: Write> Pipeline<W> {
    /// Writes with as many threads as the machine has, within limits.
    ///
    /// # Errors
    /// No thread can be started.
    pub(super) fn new(writer: Writer<W>) -> io::Result<Self> {
        Self::with_threads(
            writer,
            thread::available_parallelism().map_or(1, NonZeroUsize::get).min(THREADS_MAX),
        )
    }

    pub(super) fn with_threads(writer: Writer<W>, threads: usize) -> io::Result<Self> {
        let threads = (0..threads).map(|_| Worker::start()).collect::<io::Result<_>>()?;
        Ok(Self { writer, threads, sent: 0, away: VecDeque::new(), batch: Vec::new(), batch_bytes: 0 })
    }

    /// Adds a file of this size.
    ///
    /// # Errors
    /// Those of reading this file, and of writing this or one before.
    pub(super) fn add(&mut self, path: &str, size: u64, mut content: impl Read) -> Result<(), WriteError> {
        if size >= LARGE_BYTES {
            self.send()?;
            self.settle()?;
            return self.writer.add(path, content);
        }
        let mut whole = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        content
            .read_to_end(&mut whole)
            .map_err(|error| WriteError::Content { path: path.to_owned(), error })?;
        self.batch_bytes += whole.len();
        self.batch.push((path.to_owned(), whole));
        if self.batch_bytes >= BATCH_BYTES { self.send() } else { Ok(()) }
    }

    /// Ends the zip.
    ///
    /// # Errors
    /// As [`Pipeline::add`], for all that is still on its way.
    pub(super) fn finish(mut self) -> Result<(W, Summary, H1), WriteError> {
        self.send()?;
        self.settle()?;
        self.writer.finish()
    }

    /// Hands the batch over, when there is room for it.
    fn send(&mut self) -> Result<(), WriteError> {
        if self.batch.is_empty() {
            return Ok(());
        }
        while self.is_full() {
            self.receive()?;
        }
        let at = self.sent % self.threads.len().max(1);
        let worker = self.threads.get(at).ok_or_else(thread_ended)?;
        worker.work.send(std::mem::take(&mut self.batch)).map_err(|_| thread_ended())?;
        self.away.push_back(std::mem::take(&mut self.batch_bytes));
        self.sent += 1;
        Ok(())
    }

    fn is_full(&self) -> bool {
        let bytes: usize = self.away.iter().sum::<usize>() + self.batch_bytes;
        let batches = self.away.len() >= self.threads.len() * BATCHES_PER_THREAD;
        batches || bytes > AHEAD_BYTES_MAX && !self.away.is_empty()
    }

    /// Writes all that is on its way.
    fn settle(&mut self) -> Result<(), WriteError> {
        while !self.away.is_empty() {
            self.receive()?;
        }
        Ok(())
    }

    /// Writes the oldest batch that is on its way.
    fn receive(&mut self) -> Result<(), WriteError> {
        let oldest = (self.sent - self.away.len()) % self.threads.len().max(1);
        let worker = self.threads.get(oldest).ok_or_else(thread_ended)?;
        let packed = worker.done.recv().map_err(|_| thread_ended())?.map_err(WriteError::Out)?;
        self.away.pop_front();
        packed.iter().try_for_each(|(path, packed)| self.writer.add_packed(path, packed))
    }
}

impl Worker {
    fn start() -> io::Result<Self> {
        let (work, batches) = channel::<Vec<(String, Vec<u8>)>>();
        let (tell, done) = channel();
        thread::Builder::new().name("zip".to_owned()).spawn(move || {
            let mut packer = Packer::new();
            for batch in batches {
                let compressed = batch.into_iter().map(|(path, content)| Ok((path, packer.pack(&content)?)));
                if tell.send(compressed.collect()).is_err() {
                    break;
                }
            }
        })?;
        Ok(Self { work, done })
    }
}

fn thread_ended() -> WriteError {
    WriteError::Out(io::Error::other("a thread that compresses has ended"))
}

#[cfg(test)]
mod tests {
    use gomod::ModuleVersion;

    use super::*;

    fn pipeline(threads: usize) -> Pipeline<Vec<u8>> {
        let module = ModuleVersion::parse("example.com/m", "v1.0.0").unwrap();
        Pipeline::with_threads(Writer::new(Vec::new(), &module), threads).unwrap()
    }

    fn content(size: usize) -> Vec<u8> {
        (0..size).map(|at| (at * at % 251).to_le_bytes()[0]).collect()
    }

    #[test]
    fn how_many_threads_compress_does_not_show() {
        let content = content(1 << 20);
        let zipped = |threads| {
            let mut zip = pipeline(threads);
            for (index, size) in
                [3_000, 90_000, 400_000, 0, 1 << 20, 7].into_iter().cycle().take(60).enumerate()
            {
                zip.add(&format!("f{index}"), size as u64, &content[..size]).unwrap();
            }
            zip.finish().unwrap()
        };
        let (one, _, h1) = zipped(1);
        for threads in 2..5 {
            let (more, _, same) = zipped(threads);
            assert!(more == one && same == h1, "{threads}");
        }
    }

    #[test]
    fn only_so_much_is_on_its_way() {
        let size = (1 << 20) - 1;
        let (content, mut zip, mut most) = (content(size), pipeline(4), 0);
        for index in 0..20 {
            zip.add(&index.to_string(), size as u64, &content[..]).unwrap();
            most = most.max(zip.away.iter().sum());
        }
        assert!(most <= AHEAD_BYTES_MAX && most > 3 * size, "{most}");
        let mut zip = pipeline(2);
        for index in 0..20 {
            zip.add(&index.to_string(), BATCH_BYTES as u64, &content[..BATCH_BYTES]).unwrap();
            assert!(zip.away.len() <= 4, "two for each thread");
        }
    }
}
