//! Reading a zip in larger pieces than its parts have.
//!
//! An entry is a header of 30 bytes, its data, and perhaps 24 bytes behind them; the entries of an honest zip are read nearly
//! in the order in which they lie. Asked of a file one by one, each would be four system calls.

use std::cell::RefCell;
use std::io;

use rawzip::ReaderAt;

/// What is read behind a jump, in bytes: a jump may be the first of many, and then more would be read for nothing.
const AFTER_JUMP: usize = 512;
/// What is read at a time where the way goes forward, in bytes at most.
const WINDOW_BYTES: usize = 128 << 10;

/// A reader that ends at a length, whatever lies behind, and reads ahead. A directory may point anywhere; every wrong offset
/// becomes a plain end of file this way, also those that an operating system would answer with an error of its own.
pub(super) struct Bounded<R> {
    inner: R,
    len: u64,
    window: RefCell<Window>,
}

/// What was read last.
#[derive(Default)]
struct Window {
    bytes: Vec<u8>,
    start: u64,
    /// How much to read next time, when the way goes on forward.
    next: usize,
}

impl<R: ReaderAt> Bounded<R> {
    pub(super) fn new(inner: R, len: u64) -> Self {
        Self { inner, len, window: RefCell::default() }
    }

    fn read_inner(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        let left = self.len.saturating_sub(offset);
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(buf.len());
        if wanted == 0 { Ok(0) } else { self.inner.read_at(&mut buf[..wanted], offset) }
    }

    /// Moves the window to `offset`; it holds at least `wanted` bytes from there, if the file and the reader give them at once.
    fn refill(&self, window: &mut Window, wanted: usize, offset: u64) -> io::Result<()> {
        let amount = window.amount(offset).max(wanted);
        window.bytes.resize(amount, 0);
        let read = self.read_inner(&mut window.bytes, offset);
        window.bytes.truncate(*read.as_ref().unwrap_or(&0));
        window.start = offset;
        read.map(drop)
    }
}

impl<R: ReaderAt> ReaderAt for Bounded<R> {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        if buf.len() >= WINDOW_BYTES {
            return self.read_inner(buf, offset);
        }
        let mut window = self.window.borrow_mut();
        if !window.has(buf.len(), offset) {
            self.refill(&mut window, buf.len(), offset)?;
        }
        Ok(window.copy(buf, offset))
    }
}

impl Window {
    fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }

    fn has(&self, wanted: usize, offset: u64) -> bool {
        let end = offset.checked_add(wanted as u64);
        self.start <= offset && end.is_some_and(|end| end <= self.end())
    }

    /// How much to read at `offset`: twice as much as the last time, if that is a little forward.
    fn amount(&mut self, offset: u64) -> usize {
        let is_forward = self.start <= offset && offset <= self.end().saturating_add(WINDOW_BYTES as u64);
        let amount = if is_forward { self.next.clamp(AFTER_JUMP, WINDOW_BYTES) } else { AFTER_JUMP };
        self.next = amount * 2;
        amount
    }

    fn copy(&self, buf: &mut [u8], offset: u64) -> usize {
        let from = usize::try_from(offset - self.start).unwrap_or(usize::MAX);
        let there = self.bytes.get(from..).unwrap_or_default();
        let length = there.len().min(buf.len());
        buf[..length].copy_from_slice(&there[..length]);
        length
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use proptest::prelude::*;

    use super::*;

    /// Counts how often and how much it is asked for.
    struct Counting<'a> {
        bytes: &'a [u8],
        reads: Cell<usize>,
        amount: Cell<usize>,
    }

    impl ReaderAt for &Counting<'_> {
        fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
            let read = self.bytes.read_at(buf, offset)?;
            self.reads.set(self.reads.get() + 1);
            self.amount.set(self.amount.get() + read);
            Ok(read)
        }
    }

    fn counting(bytes: &[u8]) -> Counting<'_> {
        Counting { bytes, reads: Cell::new(0), amount: Cell::new(0) }
    }

    #[test]
    fn behind_the_end_there_is_nothing() {
        let reader = Bounded::new(&[7; 10][..], 10);
        for offset in [10, u64::MAX - 1, u64::MAX, 3] {
            let expected = if offset == 3 { 7 } else { 0 };
            assert_eq!(reader.read_at(&mut [0; 30], offset).unwrap(), expected, "{offset}");
        }
    }

    #[test]
    fn a_way_forward_is_few_reads_and_jumps_read_little() {
        let bytes = vec![7; 1 << 20];
        let places: Vec<u64> = (0..1023).map(|i| i << 10).collect();
        let (forward, back) = (counting(&bytes), counting(&bytes));
        let read = |counting, places: &mut dyn Iterator<Item = &u64>| {
            let reader = Bounded::new(counting, 1 << 20);
            for at in places {
                reader.read_exact_at(&mut [0; 30], *at).unwrap();
            }
        };
        read(&forward, &mut places.iter());
        assert!(forward.reads.get() <= 20, "{}", forward.reads.get());
        read(&back, &mut places.iter().rev());
        assert_eq!(back.amount.get(), back.reads.get() * AFTER_JUMP);
    }

    proptest! {
        #[test]
        fn it_reads_what_is_there(
            bytes in prop::collection::vec(any::<u8>(), 0..3000),
            cut in 0..100_u64,
            asked in prop::collection::vec((0..3500_u64, 0..1500_usize), 1..30),
        ) {
            let len = (bytes.len() as u64).saturating_sub(cut);
            let reader = Bounded::new(bytes.as_slice(), len);
            for (offset, wanted) in asked {
                let mut buf = vec![0; wanted];
                let read = reader.read_at(&mut buf, offset).unwrap();
                let from = offset.min(len);
                let end = (from + wanted as u64).min(len);
                let [from, end] = [from, end].map(|at| usize::try_from(at).unwrap());
                prop_assert_eq!(&buf[..read], &bytes[from..end]);
            }
        }
    }
}
