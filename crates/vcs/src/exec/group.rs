//! A process group, from its start to its end.

use std::os::unix::process::CommandExt as _;
use std::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use rustix::io::retry_on_intr;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::sync::watch;

/// Enough for a thread that waits.
const STACK_BYTES: usize = 64 << 10;

/// How a child ended: `None` when that cannot be known.
pub(super) type End = Option<ExitStatus>;

/// A running child that leads a group of its own. When it ends, or when this is dropped, the whole group is killed and the
/// child reaped.
#[derive(Debug)]
pub(super) struct Group {
    leader: Arc<Leader>,
    end: watch::Receiver<Option<End>>,
}

/// The pipes to and from a child.
#[derive(Debug)]
pub(super) struct Pipes {
    pub(super) stdin: Option<ChildStdin>,
    pub(super) stdout: Option<ChildStdout>,
    pub(super) stderr: Option<ChildStderr>,
}

/// The number of the child, for as long as it names this child and nothing else.
#[derive(Debug)]
struct Leader {
    pid: Pid,
    is_reaped: Mutex<bool>,
}

impl Group {
    /// Starts the command. `permit` is let go of once the child has been reaped.
    pub(super) fn spawn(
        command: &mut Command,
        permit: impl Send + 'static,
    ) -> std::io::Result<(Self, Pipes)> {
        let (hand_over, take_over) = mpsc::channel::<(Child, Arc<Leader>)>();
        let (ended, end) = watch::channel(None);
        let body = move || {
            // Nothing comes when the child could not be started.
            if let Ok((child, leader)) = take_over.recv() {
                let status = reap(child, &leader);
                drop(permit);
                ended.send_replace(Some(status));
            }
        };
        // The thread first: a child without one would never be reaped.
        thread::Builder::new().name("reaper".into()).stack_size(STACK_BYTES).spawn(body)?;
        let mut child = command.process_group(0).spawn()?;
        let pipes =
            Pipes { stdin: child.stdin.take(), stdout: child.stdout.take(), stderr: child.stderr.take() };
        let leader = Arc::new(Leader { pid: Pid::from_child(&child), is_reaped: Mutex::new(false) });
        let _ = hand_over.send((child, Arc::clone(&leader)));
        Ok((Self { leader, end }, pipes))
    }

    /// Kills all of it, if it still runs.
    pub(super) fn kill(&self) {
        self.leader.kill();
    }

    /// Waits for the end of the child. May be called again.
    pub(super) async fn wait(&self) -> End {
        let mut end = self.end.clone();
        end.wait_for(Option::is_some).await.ok().and_then(|end| *end).flatten()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Leader {
    fn kill(&self) {
        let is_reaped = self.is_reaped.lock().unwrap_or_else(PoisonError::into_inner);
        if !*is_reaped {
            // It fails when all of the group is gone already.
            let _ = kill_process_group(self.pid, Signal::KILL);
        }
    }
}

/// Waits for the child. While the dead child has not been reaped, its number still names the group and nothing else: that is when
/// the rest of the group is killed.
fn reap(mut child: Child, leader: &Leader) -> End {
    let _ = retry_on_intr(|| waitid(WaitId::Pid(leader.pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT));
    leader.kill();
    let mut is_reaped = leader.is_reaped.lock().unwrap_or_else(PoisonError::into_inner);
    *is_reaped = true;
    child.wait().ok()
}
