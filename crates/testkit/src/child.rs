//! Ends a child process together with everything that it started.

use rustix::process::{Pid, Signal, kill_process_group};

/// Sends a signal to the process group that a child leads. The child must have been started with `process_group(0)` and
/// not been waited for, so that its number is still its own.
pub(crate) fn signal_group(pid: u32, signal: Signal) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    if let Some(pid) = pid {
        // It may have ended meanwhile; then there is nothing to end.
        let _ = kill_process_group(pid, signal);
    }
}
