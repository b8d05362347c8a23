//! Tells how far a long command is, while it runs, and ends it in good order when it is told to stop.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use crate::commands::Session;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::report::{Failed, Problem};

/// Runs something long on other threads, and tells of the bytes or things that it sends word of. When it is to stop, it is dropped:
/// that removes what is not whole, and ends what it has started.
pub(in crate::commands) fn watch<T, F>(
    mut progress: Progress,
    session: &mut Session<'_>,
    work: impl FnOnce(UnboundedSender<u64>) -> F,
) -> Result<T, Failed>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let runtime = tokio::runtime::Runtime::new()?;
    let (sender, mut sent) = unbounded_channel();
    runtime.block_on(async {
        let mut stopped = std::pin::pin!(stopped());
        let mut running = tokio::spawn(work(sender));
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

/// Waits for Ctrl-C, or for the signal by which others end a process. From the call on, even before it is waited for, neither ends the
/// process itself. It is to be called on a runtime.
pub(in crate::commands) fn stopped() -> impl Future<Output = ()> {
    let signals = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    async move {
        let [Ok(mut interrupt), Ok(mut terminate)] = signals else { return std::future::pending().await };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}

/// Somebody stopped it.
pub(in crate::commands) fn was_stopped(what: &str) -> Failed {
    Failed::new(Exit::Failure, Problem::new(format!("stopped: {what}")))
}

fn broken(error: &tokio::task::JoinError) -> Failed {
    Failed::new(Exit::Failure, Problem::new("it broke off").because(error.to_string()))
}
