//! A child process with a deadline for its end, that takes along whatever it started.

use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use rustix::io::retry_on_intr;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, waitid};

/// A child that leads a process group of its own. When it ends, the rest of the group is killed.
#[derive(Debug)]
pub(crate) struct GroupLeader {
    pid: Pid,
    end: Receiver<ExitStatus>,
    status: Option<ExitStatus>,
}

impl GroupLeader {
    /// Starts the command with nothing to read and two pipes to write to. Stops the test if it cannot be started.
    #[track_caller]
    pub(crate) fn spawn(command: &mut Command) -> (Self, ChildStdout, ChildStderr) {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
        let mut child = command.spawn().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        let (stdout, stderr) = (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
        let pid = Pid::from_child(&child);
        (Self { pid, end: reap(child, pid), status: None }, stdout, stderr)
    }

    /// The process number.
    pub(crate) fn id(&self) -> u32 {
        self.pid.as_raw_nonzero().get().unsigned_abs()
    }

    /// How it ended, or `None` if it still runs after `deadline`.
    pub(crate) fn wait(&mut self, deadline: Duration) -> Option<ExitStatus> {
        self.status = self.status.or_else(|| self.end.recv_timeout(deadline).ok());
        self.status
    }

    /// Sends a signal to the process alone, if it still runs.
    pub(crate) fn signal(&mut self, signal: Signal) {
        if self.wait(Duration::ZERO).is_none() {
            // It may end just now; then there is nothing to tell it.
            let _ = kill_process(self.pid, signal);
        }
    }

    /// Kills the whole group and waits for the process, which cannot refuse.
    pub(crate) fn kill(&mut self) -> ExitStatus {
        if self.wait(Duration::ZERO).is_none() {
            let _ = kill_process_group(self.pid, Signal::KILL);
        }
        *self.status.get_or_insert_with(|| self.end.recv().expect("a killed process ends"))
    }
}

impl Drop for GroupLeader {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Waits on a thread. While the dead leader has not been reaped its number still names the group and nothing else, so that
/// is when the rest of the group is killed.
fn reap(mut child: Child, pid: Pid) -> Receiver<ExitStatus> {
    let (ended, end) = mpsc::channel();
    thread::spawn(move || {
        let _ = retry_on_intr(|| waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT));
        let _ = kill_process_group(pid, Signal::KILL);
        let _ = ended.send(child.wait().expect("a child can be waited for"));
    });
    end
}
