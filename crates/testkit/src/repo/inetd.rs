//! A server that is one process per connection, as inetd starts them: it is ready at once, and nothing of it is left behind.

use std::os::fd::OwnedFd;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

use crate::listening::Listening;

#[derive(Debug)]
pub(super) struct Inetd {
    listening: Listening,
    connections: Arc<AtomicUsize>,
}

impl Inetd {
    /// Starts what `command` makes for each connection, with the connection as its input and output.
    pub(super) fn start(command: impl Fn() -> std::process::Command + Send + 'static) -> Self {
        let connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&connections);
        let listening = Listening::start(move |stream| {
            counted.fetch_add(1, Ordering::Relaxed);
            let session = Session::start(command(), stream);
            async move { session.end().await }
        });
        Self { listening, connections }
    }

    pub(super) fn port(&self) -> u16 {
        self.listening.address().port()
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

/// One process with its connection; its group is killed when this goes.
struct Session(Child);

impl Session {
    fn start(mut command: std::process::Command, stream: TcpStream) -> Self {
        let stream = stream.into_std().expect("a socket");
        stream.set_nonblocking(false).expect("a socket");
        let twin = stream.try_clone().expect("a second handle of a socket");
        command.stdin(OwnedFd::from(stream)).stdout(OwnedFd::from(twin)).stderr(Stdio::null());
        let mut command = Command::from(command);
        command.process_group(0).kill_on_drop(true);
        Self(command.spawn().unwrap_or_else(|error| panic!("cannot start {command:?}: {error}")))
    }

    async fn end(mut self) {
        let _ = self.0.wait().await;
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // No number means that it was waited for, and then the group may be another one by now.
        let pid = self.0.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        if let Some(pid) = pid {
            let _ = kill_process_group(pid, Signal::KILL);
        }
    }
}
