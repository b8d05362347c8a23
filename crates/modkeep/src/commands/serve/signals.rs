//! When to stop: SIGTERM or SIGINT, once to finish what is under way, twice to stop at once. And when not to: a file that
//! grows over the limit of this process is a fault of the store, which may end no answer and no server.

use std::future::Future;
use std::io;

use protocol::Health;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// SIGXFSZ, for which the library has no name: a file would grow over `ulimit -f`. The same number on Linux and macOS.
const FILE_TOO_LARGE: i32 = 25;

/// Counts the signals to stop. They are caught from [`Signals::install`] on, before anything is promised to anybody.
pub(super) struct Signals {
    came: watch::Receiver<u32>,
}

impl Signals {
    /// Catches both signals from now on, and SIGXFSZ: once it is caught, the write fails (EFBIG) and the process lives.
    pub(super) fn install() -> io::Result<Self> {
        // Nobody has to hear of it. The handler stays when the receiver is gone.
        drop(signal(SignalKind::from_raw(FILE_TOO_LARGE))?);
        let (terminate, interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let (count, came) = watch::channel(0);
        tokio::spawn(count_signals(terminate, interrupt, count));
        Ok(Self { came })
    }

    /// Completes at the first signal, with the readiness probe told.
    pub(super) fn first(&self, health: Health) -> impl Future<Output = ()> + use<> {
        let came = self.came.clone();
        async move {
            wait_for(came, 1).await;
            health.drain();
            tracing::info!("asked to stop; finishing what is under way");
        }
    }

    /// Completes at the second signal.
    pub(super) async fn second(&self) {
        wait_for(self.came.clone(), 2).await;
    }
}

async fn count_signals(mut terminate: Signal, mut interrupt: Signal, count: watch::Sender<u32>) {
    loop {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        count.send_modify(|count| *count += 1);
    }
}

/// Waits until that many signals have come. The sender lives as long as the runtime.
async fn wait_for(mut came: watch::Receiver<u32>, signals: u32) {
    drop(came.wait_for(|count| *count >= signals).await);
}
