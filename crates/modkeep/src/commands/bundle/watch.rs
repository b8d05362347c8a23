//! Tells how far a bundle is on its way, while it is, and ends in good order when it is told to stop.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::commands::Session;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::report::{Failed, Problem};

/// Runs a transfer on other threads, and tells of the bytes that it sends word of. When it is to stop, it is dropped: that removes
/// what is not whole.
pub(super) fn watch<T, F>(
    mut progress: Progress,
    session: &mut Session<'_>,
    transfer: impl FnOnce(UnboundedSender<u64>) -> F,
) -> Result<T, Failed>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let runtime = tokio::runtime::Runtime::new()?;
    let (sender, mut sent) = unbounded_channel();
    let mut running = runtime.spawn(transfer(sender));
    runtime.block_on(async {
        let mut stopped = std::pin::pin!(stopped());
        loop {
            tokio::select! {
                biased;
                Some(bytes) = sent.recv() => progress.add(bytes, session.err)?,
                done = &mut running => return done.map_err(|error| broken(&error)),
                () = &mut stopped => return Err(was_stopped("it was not done yet")),
            }
        }
    })
}

/// Waits for Ctrl-C, or for the signal by which others end a process.
pub(super) async fn stopped() {
    let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

/// Somebody stopped it.
pub(super) fn was_stopped(what: &str) -> Failed {
    Failed::new(Exit::Failure, Problem::new(format!("stopped: {what}")))
}

fn broken(error: &tokio::task::JoinError) -> Failed {
    Failed::new(Exit::Failure, Problem::new("the transfer broke off").because(error.to_string()))
}
