//! The output of a program as it comes.

use std::io::{self, Read};
use std::process::ChildStdout;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::retry_on_intr;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use super::ExecError;
use super::group::Group;
use super::programs::ended;
use super::stderr::Stderr;

/// How much later than the deadline the end of the program is still waited for: it was killed, and that takes a moment.
const GRACE: Duration = Duration::from_secs(1);

/// A reader of a program's standard output.
#[derive(Debug)]
pub(super) struct Stream {
    stdout: ChildStdout,
    program: &'static str,
    bytes_max: u64,
    bytes_read: u64,
    deadline: Instant,
    end: mpsc::Receiver<Result<(), ExecError>>,
    /// Dropping it ends the program.
    _held: oneshot::Sender<()>,
    outcome: Option<Result<(), ExecError>>,
}

impl Stream {
    /// Watches over the program in a task of its own, so that it is ended in time when nobody reads.
    pub(super) fn new(
        stdout: ChildStdout,
        group: Group,
        stderr: Stderr,
        program: &'static str,
        bytes_max: u64,
        deadline: Instant,
    ) -> Self {
        let (held, dropped) = oneshot::channel::<()>();
        let (tell, end) = mpsc::channel();
        tokio::spawn(async move {
            let end = tokio::select! {
                end = timeout_at(deadline, group.wait()) => end,
                _ = dropped => return,
            };
            let outcome = match end {
                Err(_) => Err(ExecError::Deadline { program }),
                Ok(end) => ended(program, end, &stderr.text().await),
            };
            drop(group);
            let _ = tell.send(outcome);
        });
        Self { stdout, program, bytes_max, bytes_read: 0, deadline, end, _held: held, outcome: None }
    }

    /// Waits for something to read, no longer than until the deadline: a process that left the group may hold the pipe open.
    fn is_ready(&self) -> io::Result<bool> {
        let mut wanted = [PollFd::new(&self.stdout, PollFlags::IN)];
        let left = self.deadline.saturating_duration_since(Instant::now()) + GRACE;
        let left = Timespec::try_from(left).map_err(io::Error::other)?;
        Ok(retry_on_intr(|| poll(&mut wanted, Some(&left)))? > 0)
    }

    /// How the program ended.
    fn outcome(&mut self) -> Result<(), ExecError> {
        let left = self.deadline.saturating_duration_since(Instant::now()) + GRACE;
        let (end, program) = (&self.end, self.program);
        let wait = || match end.recv_timeout(left) {
            Ok(outcome) => outcome,
            // The watch ends unheard with its runtime alone.
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                Err(ExecError::Deadline { program })
            }
        };
        self.outcome.get_or_insert_with(wait).clone()
    }
}

impl Read for Stream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if !self.is_ready()? {
            return Err(as_io(&ExecError::Deadline { program: self.program }));
        }
        let length = self.stdout.read(buffer)?;
        if length == 0 {
            return self.outcome().map(|()| 0).map_err(|error| as_io(&error));
        }
        self.bytes_read = self.bytes_read.saturating_add(length as u64);
        if self.bytes_read > self.bytes_max {
            return Err(as_io(&ExecError::TooMuchOutput {
                program: self.program,
                bytes_max: self.bytes_max,
            }));
        }
        Ok(length)
    }
}

/// With the error itself inside, for who knows what the program's words mean.
fn as_io(error: &ExecError) -> io::Error {
    let kind = match error {
        ExecError::Deadline { .. } => io::ErrorKind::TimedOut,
        _ => io::ErrorKind::Other,
    };
    io::Error::new(kind, error.clone())
}
