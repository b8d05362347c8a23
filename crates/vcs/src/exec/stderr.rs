//! The end of what a child writes to its standard error.

use std::io;
use std::os::fd::OwnedFd;
use std::process::ChildStderr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::net::unix::pipe::Receiver;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// How much is kept: its end, where programs say why they failed.
const KEPT_BYTES: usize = 16 << 10;

/// How long the end of it is waited for after the end of the child: a process that left the group may hold the pipe open.
const GRACE: Duration = Duration::from_millis(250);

/// Reads on for as long as there is something, so that the child never waits for us.
#[derive(Debug)]
pub(super) struct Stderr {
    kept: Arc<Mutex<Vec<u8>>>,
    reading: JoinHandle<()>,
}

impl Stderr {
    /// Starts to read.
    pub(super) fn collect(pipe: ChildStderr) -> io::Result<Self> {
        let mut pipe = Receiver::from_owned_fd(OwnedFd::from(pipe))?;
        let kept = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&kept);
        let reading = tokio::spawn(async move {
            let mut buffer = vec![0; 4096];
            while let Ok(length @ 1..) = pipe.read(&mut buffer).await {
                append(&mut keep.lock().unwrap_or_else(PoisonError::into_inner), &buffer[..length]);
            }
        });
        Ok(Self { kept, reading })
    }

    /// What was written, after the child has ended.
    pub(super) async fn text(mut self) -> String {
        let _ = timeout(GRACE, &mut self.reading).await;
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&kept).into_owned()
    }
}

impl Drop for Stderr {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

fn append(kept: &mut Vec<u8>, more: &[u8]) {
    kept.extend_from_slice(more);
    let surplus = kept.len().saturating_sub(KEPT_BYTES);
    kept.drain(..surplus);
}
