//! Signals that reach this process, and which of them are to be passed on to the command that it runs.

use std::io;
use std::thread;

use rustix::process::Signal;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2};
use signal_hook::iterator::exfiltrator::WithOrigin;
use signal_hook::iterator::{Handle, SignalsInfo};
use signal_hook::low_level::siginfo::{Cause, Origin};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// Those that people and programs send to a command.
const KNOWN: [i32; 6] = [SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGINT, SIGQUIT];

/// Those that a terminal sends to the whole group in front of it, and so to the command too.
const OF_A_TERMINAL: [i32; 2] = [SIGINT, SIGQUIT];

/// Everything that is listened for.
pub(crate) struct Signals {
    come: UnboundedReceiver<Option<Signal>>,
    handle: Handle,
}

impl Signals {
    /// Listens from now on.
    ///
    /// # Errors
    /// The system does not let us.
    pub(crate) fn install() -> io::Result<Self> {
        let ignored = ignored();
        // What was ignored when we began, as under `nohup`, is not listened for: so it stays ignored here and in the command.
        let wanted = KNOWN.iter().filter(|number| ignored & (1 << (**number - 1)) == 0);
        let mut signals = SignalsInfo::<WithOrigin>::new(wanted)?;
        let handle = signals.handle();
        let (tell, come) = unbounded_channel();
        let listen = move || {
            for origin in signals.forever() {
                // Nobody may be there any more to be told.
                let _ = tell.send(meant(&origin));
            }
        };
        thread::Builder::new().name("signals".to_owned()).spawn(listen)?;
        Ok(Self { come, handle })
    }

    /// The next signal; none where the command has it already.
    pub(crate) async fn next(&mut self) -> Option<Signal> {
        match self.come.recv().await {
            Some(signal) => signal,
            None => std::future::pending().await,
        }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        self.handle.close();
    }
}

/// What is to be passed on. The system itself sends what was typed at a terminal, and sends it to all; what another process sends is taken
/// to be for us alone.
fn meant(origin: &Origin) -> Option<Signal> {
    let is_typed = origin.cause == Cause::Kernel && OF_A_TERMINAL.contains(&origin.signal);
    Signal::from_named_raw(origin.signal).filter(|_| !is_typed)
}

/// The signals that this process ignores, a bit for each (`SigIgn` in proc(5)); none where the system does not tell.
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}
