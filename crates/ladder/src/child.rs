//! Running a command so that nobody notices who runs it: its input and output are ours, signals that reach us reach it, and its end
//! is ours.

use std::fs::File;
use std::io;
use std::process::ExitStatus;
use std::task::Context;

use rustix::process::{Pid, Signal, getpgrp, kill_process};
use rustix::termios::tcgetpgrp;
use tokio::process::{Child, Command};
use tokio::signal::unix::{Signal as Listener, SignalKind, signal};

/// A signal, as it is listened for and as it is sent.
type Known = (fn() -> SignalKind, Signal);

/// Signals that somebody sends to us alone, and means for the command.
const PASSED_ON: [Known; 4] = [
    (SignalKind::terminate, Signal::TERM),
    (SignalKind::hangup, Signal::HUP),
    (SignalKind::user_defined1, Signal::USR1),
    (SignalKind::user_defined2, Signal::USR2),
];

/// Signals that a terminal sends to the whole group in front of it: then the command has them already. From elsewhere they are for
/// us alone.
const OF_A_TERMINAL: [Known; 2] = [(SignalKind::interrupt, Signal::INT), (SignalKind::quit, Signal::QUIT)];

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

/// Everything that is listened for.
struct Signals {
    passed_on: Vec<(Listener, Signal)>,
    of_a_terminal: Vec<(Listener, Signal)>,
}

impl Signals {
    fn install() -> io::Result<Self> {
        Ok(Self { passed_on: listen(&PASSED_ON)?, of_a_terminal: listen(&OF_A_TERMINAL)? })
    }

    /// The next signal; none where nothing is to be done about it.
    async fn next(&mut self) -> Option<Signal> {
        use std::future::poll_fn;
        use std::task::Poll;
        poll_fn(|context| {
            if let Some(number) = come(&mut self.passed_on, context) {
                return Poll::Ready(Some(number));
            }
            match come(&mut self.of_a_terminal, context) {
                Some(number) => Poll::Ready((!is_in_front()).then_some(number)),
                None => Poll::Pending,
            }
        })
        .await
    }
}

/// What was ignored when we began, as under `nohup`, is not listened for: so it stays ignored here and in the command.
fn listen(signals: &[Known]) -> io::Result<Vec<(Listener, Signal)>> {
    let ignored = ignored();
    let wanted = signals.iter().filter(|(kind, _)| ignored & (1 << (kind().as_raw_value() - 1)) == 0);
    wanted.map(|(kind, number)| Ok((signal(kind())?, *number))).collect()
}

/// The signals that this process ignores, a bit for each (`SigIgn` in proc(5)); none where the system does not tell.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

/// One that has come, if any.
fn come(listeners: &mut [(Listener, Signal)], context: &mut Context<'_>) -> Option<Signal> {
    listeners
        .iter_mut()
        .find_map(|(listener, number)| listener.poll_recv(context).is_ready().then_some(*number))
}

/// Whether our group is the one that a terminal sends its signals to.
fn is_in_front() -> bool {
    let terminal = File::open("/dev/tty");
    terminal.is_ok_and(|terminal| tcgetpgrp(terminal).is_ok_and(|group| group == getpgrp()))
}
