//! Collects the lines of two pipes while a test waits for one of them.

use std::fmt;
use std::io::{BufRead as _, BufReader, Read};
use std::process::{ChildStderr, ChildStdout};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Which output a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    Out,
    Err,
}

/// Why a line did not come.
#[derive(Clone, Copy, Debug)]
pub(super) enum NoLine {
    Ended,
    Late(Duration),
}

impl fmt::Display for NoLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended => f.write_str("the process closed its outputs"),
            Self::Late(deadline) => write!(f, "it did not come within {deadline:?}"),
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Lines(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    lines: Vec<(Stream, String)>,
    ended: usize,
}

impl Lines {
    /// Begins to read both pipes, each on a thread.
    pub(super) fn collect(stdout: ChildStdout, stderr: ChildStderr) -> Self {
        let lines = Self::default();
        lines.clone().read(Stream::Out, stdout);
        lines.clone().read(Stream::Err, stderr);
        lines
    }

    /// What `wanted` finds in the first line in which it finds something.
    pub(super) fn wait_for<T>(
        &self,
        wanted: impl Fn(&str) -> Option<T>,
        deadline: Duration,
    ) -> Result<T, NoLine> {
        let end = Instant::now() + deadline;
        let mut state = self.state();
        let mut seen = 0;
        loop {
            if let Some(found) = state.lines[seen..].iter().find_map(|(_, line)| wanted(line)) {
                return Ok(found);
            }
            if state.has_ended() {
                return Err(NoLine::Ended);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(NoLine::Late(deadline));
            }
            seen = state.lines.len();
            state = self.0.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Waits until both pipes are closed and read, so that nothing that was printed is missing.
    pub(super) fn wait_for_end(&self, deadline: Duration) {
        let _ = self.wait_for(|_| None::<()>, deadline);
    }

    /// The lines so far, of the streams that are wanted.
    pub(super) fn text(&self, wanted: impl Fn(Stream) -> bool) -> String {
        let state = self.state();
        let wanted = state.lines.iter().filter(|(stream, _)| wanted(*stream));
        wanted.flat_map(|(_, line)| [line, "\n"]).collect()
    }

    fn read(self, stream: Stream, pipe: impl Read + Send + 'static) {
        thread::spawn(move || {
            for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
                self.change(|state| state.lines.push((stream, line)));
            }
            self.change(|state| state.ended += 1);
        });
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.0.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn has_ended(&self) -> bool {
        self.ended == 2
    }
}
