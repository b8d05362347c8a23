//! Running a command so that nobody notices who runs it: its input and output are ours, signals that reach us reach it, and its end
//! is ours.

use std::io;
use std::process::ExitStatus;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::signal::unix::{Signal as Listener, SignalKind, signal};

/// Signals that somebody sends to us alone, and means for the command.
const PASSED_ON: [(fn() -> SignalKind, Signal); 4] = [
    (SignalKind::terminate, Signal::TERM),
    (SignalKind::hangup, Signal::HUP),
    (SignalKind::user_defined1, Signal::USR1),
    (SignalKind::user_defined2, Signal::USR2),
];

/// Signals that a terminal sends to the whole group: the command has them already, and we stay to see what it makes of them.
const LEFT_TO_IT: [fn() -> SignalKind; 2] = [SignalKind::interrupt, SignalKind::quit];

/// How a command has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Its status.
    pub status: ExitStatus,
    /// Whether somebody wanted it to end: a signal came, or it died of one. Then nothing is to be concluded from its failure.
    pub was_interrupted: bool,
}

/// Runs the command to its end.
///
/// # Errors
/// It cannot be started, or signals cannot be listened for.
pub async fn run(mut command: Command) -> io::Result<Ended> {
    use std::os::unix::process::ExitStatusExt as _;
    let mut signals = Signals::install()?;
    let mut child = command.spawn()?;
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

fn pass_on(child: &Child, signal: Option<Signal>) {
    let pid = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    if let (Some(pid), Some(signal)) = (pid, signal) {
        // It may have ended just now, which is what was wanted.
        let _ = kill_process(pid, signal);
    }
}

/// Everything that is listened for.
struct Signals {
    passed_on: Vec<(Listener, Signal)>,
    left: Vec<Listener>,
}

impl Signals {
    fn install() -> io::Result<Self> {
        let passed_on = PASSED_ON.iter().map(|(kind, number)| Ok((signal(kind())?, *number)));
        let left = LEFT_TO_IT.iter().map(|kind| signal(kind()));
        Ok(Self { passed_on: passed_on.collect::<io::Result<_>>()?, left: left.collect::<io::Result<_>>()? })
    }

    /// The next signal; none where nothing is to be done about it.
    async fn next(&mut self) -> Option<Signal> {
        use std::future::poll_fn;
        use std::task::Poll;
        poll_fn(|context| {
            for (listener, number) in &mut self.passed_on {
                if listener.poll_recv(context).is_ready() {
                    return Poll::Ready(Some(*number));
                }
            }
            let is_left = self.left.iter_mut().any(|listener| listener.poll_recv(context).is_ready());
            if is_left { Poll::Ready(None) } else { Poll::Pending }
        })
        .await
    }
}
