//! Running a command that may hang: it leads a process group of its own, and when it ends, or its time is up, or nobody waits any more,
//! the whole group is killed.

use std::io;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use rustix::io::retry_on_intr;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use tokio::sync::oneshot;

/// How long a killed command is waited for, which cannot refuse; only a disk that hangs holds it.
const DYING_MAX: Duration = Duration::from_secs(5);

/// Runs the command to its end; `None` when it still ran after `deadline`, and was killed. Dropped before that, it kills the command, too.
///
/// # Errors
/// It cannot be started, or waited for.
pub async fn run(command: &mut Command, deadline: Duration) -> io::Result<Option<ExitStatus>> {
    let mut group = Group::start(command)?;
    match tokio::time::timeout(deadline, &mut group.end).await {
        Ok(Ok(status)) => status.map(Some),
        Ok(Err(_)) => Err(io::Error::other("nobody waited for the command")),
        Err(_) => Ok(None),
    }
}

/// A running group.
struct Group {
    leader: Arc<Leader>,
    end: oneshot::Receiver<io::Result<ExitStatus>>,
    /// Closed when the leader has been reaped.
    reaped: mpsc::Receiver<()>,
}

/// The number of the leader, for as long as it names this group and nothing else.
struct Leader {
    pid: Pid,
    is_reaped: Mutex<bool>,
}

impl Group {
    fn start(command: &mut Command) -> io::Result<Self> {
        let (hand_over, take_over) = mpsc::channel::<(Child, Arc<Leader>)>();
        let (ended, end) = oneshot::channel();
        let (until, reaped) = mpsc::channel::<()>();
        let body = move || {
            // Nothing comes when the command could not be started.
            if let Ok((child, leader)) = take_over.recv() {
                // Nobody may be there any more to be told.
                let _ = ended.send(reap(child, &leader));
            }
            drop(until);
        };
        // The thread first: a child without one would never be reaped.
        thread::Builder::new().name("reaper".to_owned()).spawn(body)?;
        let child = command.process_group(0).spawn()?;
        let leader = Arc::new(Leader { pid: Pid::from_child(&child), is_reaped: Mutex::new(false) });
        let _ = hand_over.send((child, Arc::clone(&leader)));
        Ok(Self { leader, end, reaped })
    }
}

impl Drop for Group {
    /// What the command wrote to is of use only when it has ended.
    fn drop(&mut self) {
        self.leader.kill();
        let _ = self.reaped.recv_timeout(DYING_MAX);
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

/// Waits for the leader. While it is dead and not reaped, its number still names the group: that is when the rest is killed.
fn reap(mut child: Child, leader: &Leader) -> io::Result<ExitStatus> {
    let _ = retry_on_intr(|| waitid(WaitId::Pid(leader.pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT));
    leader.kill();
    let mut is_reaped = leader.is_reaped.lock().unwrap_or_else(PoisonError::into_inner);
    *is_reaped = true;
    child.wait()
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::process::Stdio;

    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]).stdin(Stdio::null());
        command
    }

    #[tokio::test]
    async fn a_command_ends_by_itself_or_at_its_deadline() {
        let long = Duration::from_mins(1);
        assert_eq!(run(&mut shell("exit 3"), long).await.unwrap().unwrap().code(), Some(3));
        let never = run(&mut shell("sleep 60 & wait"), Duration::from_millis(1)).await;
        assert_eq!(never.unwrap(), None);
        assert!(run(&mut Command::new("/nowhere"), long).await.is_err());
    }

    /// The pipe ends when the last process is gone that could write to it.
    #[tokio::test]
    async fn what_it_started_ends_with_it() {
        let (mut reader, writer) = std::io::pipe().unwrap();
        let mut command = shell("sleep 100 & exit 0");
        command.stdout(writer).stderr(Stdio::null());
        assert!(run(&mut command, Duration::from_mins(1)).await.unwrap().is_some());
        drop(command);
        let (ended, end) = mpsc::channel();
        thread::spawn(move || ended.send(reader.read_to_end(&mut Vec::new()).unwrap()));
        assert_eq!(end.recv_timeout(Duration::from_secs(30)), Ok(0));
    }
}
