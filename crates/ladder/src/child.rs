//! Running a command so that nobody notices who runs it: its input and output are ours, signals that reach us reach it, and its end
//! is ours.

use std::io;
use std::process::ExitStatus;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};

use crate::signals::Signals;

/// How a command has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Its status.
    pub status: ExitStatus,
    /// Whether somebody wanted it to end: a signal came, or it died of one. Then nothing is to be concluded from its failure.
    pub was_interrupted: bool,
}

/// Runs the command to its end. `begun` is told its number.
///
/// # Errors
/// It cannot be started, or signals cannot be listened for.
pub async fn run(mut command: Command, begun: impl FnOnce(u32)) -> io::Result<Ended> {
    use std::os::unix::process::ExitStatusExt as _;
    let mut signals = Signals::install()?;
    let mut child = command.spawn()?;
    if let Some(number) = child.id() {
        begun(number);
    }
    let mut has_come = false;
    loop {
        tokio::select! {
            ended = child.wait() => {
                let status = ended?;
                return Ok(Ended { status, was_interrupted: has_come || status.signal().is_some() });
            }
            signal = signals.next() => {
                has_come = true;
                pass_on(&child, signal);
            }
        }
    }
}

/// What a shell would make of the end of a command: its code, or 128 and the number of the signal that ended it.
pub fn code(status: ExitStatus) -> u8 {
    use std::os::unix::process::ExitStatusExt as _;
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default());
    u8::try_from(code).unwrap_or(u8::MAX)
}

/// The signal that a command died of, if it did.
pub fn died_of(status: ExitStatus) -> Option<u8> {
    use std::os::unix::process::ExitStatusExt as _;
    status.signal().and_then(|signal| u8::try_from(signal).ok())
}

fn pass_on(child: &Child, signal: Option<Signal>) {
    let pid = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    if let (Some(pid), Some(signal)) = (pid, signal) {
        // It may have ended just now, which is what was wanted.
        let _ = kill_process(pid, signal);
    }
}
