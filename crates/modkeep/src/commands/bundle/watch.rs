//! Tells how far a bundle is on its way, while it is.

use std::sync::mpsc::{Sender, channel};

use crate::commands::Session;
use crate::exit::Exit;
use crate::progress::Progress;
use crate::report::{Failed, Problem};

/// Runs a transfer on other threads, and tells of the bytes that it sends word of.
pub(super) fn watch<T, F>(
    mut progress: Progress,
    session: &mut Session<'_>,
    transfer: impl FnOnce(Sender<u64>) -> F,
) -> Result<T, Failed>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let runtime = tokio::runtime::Runtime::new()?;
    let (sender, sent) = channel();
    let running = runtime.spawn(transfer(sender));
    // It ends when the transfer does, which holds the other end.
    for bytes in sent {
        progress.add(bytes, session.err)?;
    }
    let done = runtime.block_on(running);
    done.map_err(|error| {
        Failed::new(Exit::Failure, Problem::new("the transfer broke off").because(error.to_string()))
    })
}
