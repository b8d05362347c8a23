//! A writer that never makes its caller wait: for stderr, whose reader may be stuck, slow or gone.
//!
//! A pipe that nobody reads is full after a few pages, and from then on a plain write waits for ever: a server that logs in
//! that way stops answering because of its log. Here one thread does the writing. What it cannot get rid of is held up to
//! [`WAITING_MAX`] bytes, and what comes after that is lost and counted.
//!
//! The usual crate for this prints to stdout when it ends with a full queue, and panics where stdout is closed. That is
//! just the moment at which nothing may go wrong, so this is our own.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How much may wait to be written, in bytes: some ten thousand log lines.
pub const WAITING_MAX: usize = 4 << 20;

/// How long [`Unblocked::flush`] waits for a reader: long for one that lives, short for the end of a process.
pub const FLUSH_MAX: Duration = Duration::from_secs(1);

/// How long lines are collected before they are written together. Nobody reads faster, and a busy server writes some
/// thousand lines with one system call instead of waking the thread for each.
const COLLECTING: Duration = Duration::from_millis(20);

/// The writer. Clones write to the same place, in the order of their calls, and each call is written whole or not at all.
#[derive(Debug, Clone)]
pub struct Unblocked {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<u8>,
    /// Whether the thread is about to take what waits, or in the middle of writing it.
    busy: bool,
    /// Whether somebody waits for the end of the writing.
    hurry: bool,
    lost: u64,
}

impl Unblocked {
    /// A writer to `target`. Its thread lives as long as the process.
    ///
    /// # Errors
    /// The system allows no more threads.
    pub fn new(target: impl Write + Send + 'static) -> io::Result<Self> {
        let shared = Arc::<Shared>::default();
        let of_thread = Arc::clone(&shared);
        thread::Builder::new().name("unblocked-writer".to_owned()).spawn(move || of_thread.run(target))?;
        Ok(Self { shared })
    }

    /// How many calls of `write` have been lost so far.
    pub fn lost(&self) -> u64 {
        self.shared.state().lost
    }
}

impl Write for Unblocked {
    /// Puts the text behind what waits, or counts it as lost. Never an error.
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        let mut state = self.shared.state();
        if state.waiting.len() + text.len() > WAITING_MAX {
            state.lost += 1;
        } else {
            state.waiting.extend_from_slice(text);
            if !std::mem::replace(&mut state.busy, true) {
                self.shared.changed.notify_all();
            }
        }
        Ok(text.len())
    }

    /// Waits until everything is written, but not longer than [`FLUSH_MAX`]. Never an error.
    fn flush(&mut self) -> io::Result<()> {
        let mut state = self.shared.state();
        state.hurry = true;
        self.shared.changed.notify_all();
        drop(self.shared.changed.wait_timeout_while(state, FLUSH_MAX, |state| state.busy));
        Ok(())
    }
}

impl Shared {
    fn run(&self, mut target: impl Write) {
        let mut text = Vec::new();
        loop {
            self.collect(&mut text);
            // Nobody is left to be told that the place for telling cannot be written to.
            let _: io::Result<()> = target.write_all(&text).and_then(|()| target.flush());
            text.clear();
            text.shrink_to(WAITING_MAX / 64);
        }
    }

    /// Waits for lines, and a little longer for more of them. Leaves what it was given, which is written, for the next.
    fn collect(&self, text: &mut Vec<u8>) {
        let mut state = self.state();
        if state.waiting.is_empty() {
            (state.busy, state.hurry) = (false, false);
            self.changed.notify_all();
        }
        let state = self.wait_while(state, |state| state.waiting.is_empty());
        let waited = self.changed.wait_timeout_while(state, COLLECTING, |state| !state.hurry);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut state.waiting, text);
    }

    fn wait_while<'a>(
        &self,
        state: MutexGuard<'a, State>,
        condition: impl FnMut(&mut State) -> bool,
    ) -> MutexGuard<'a, State> {
        self.changed.wait_while(state, condition).unwrap_or_else(PoisonError::into_inner)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{PipeReader, Read};
    use std::time::Instant;

    fn pipe() -> (PipeReader, Unblocked) {
        let (reader, writer) = io::pipe().unwrap();
        (reader, Unblocked::new(writer).unwrap())
    }

    #[test]
    fn what_is_written_comes_out_in_order_and_flush_waits_for_it() {
        let (mut reader, mut writer) = pipe();
        writer.write_all(b"one ").unwrap();
        writer.clone().write_all(b"two").unwrap();
        writer.flush().unwrap();
        let mut text = [0; 7];
        reader.read_exact(&mut text).unwrap();
        assert_eq!((&text, writer.lost()), (b"one two", 0));
    }

    #[test]
    fn without_a_reader_nothing_waits_and_the_loss_is_counted() {
        let (_reader, mut writer) = pipe();
        let line = vec![b'x'; WAITING_MAX / 8];
        let begun = Instant::now();
        (0..20).for_each(|_| writer.write_all(&line).unwrap());
        writer.flush().unwrap();
        assert!(begun.elapsed() < FLUSH_MAX * 10);
        // The thread may have taken what waited once, and hold it.
        assert!((4..=12).contains(&writer.lost()), "{}", writer.lost());
    }

    #[test]
    fn a_reader_that_has_left_stops_nothing() {
        let (reader, mut writer) = pipe();
        drop(reader);
        writer.write_all(b"x").unwrap();
        writer.flush().unwrap();
        assert_eq!(writer.lost(), 0);
    }
}
