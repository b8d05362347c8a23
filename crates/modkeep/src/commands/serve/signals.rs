//! When to stop: SIGTERM or SIGINT, once to finish what is under way, twice to stop at once.

use std::future::Future;
use std::io;
use std::sync::Arc;

use protocol::Health;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Semaphore;

/// Counts the signals to stop. They are caught from [`Signals::install`] on, before anything is promised to anybody.
pub(super) struct Signals {
    /// One permit for each signal that has come.
    came: Arc<Semaphore>,
}

impl Signals {
    /// Catches both signals from now on.
    pub(super) fn install() -> io::Result<Self> {
        let (terminate, interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let came = Arc::new(Semaphore::new(0));
        tokio::spawn(count(terminate, interrupt, came.clone()));
        Ok(Self { came })
    }

    /// Completes at the first signal, with the readiness probe told.
    pub(super) fn first(&self, health: Health) -> impl Future<Output = ()> + use<> {
        let came = self.came.clone();
        async move {
            wait_for(&came, 1).await;
            health.drain();
            tracing::info!("asked to stop; finishing what is under way");
        }
    }

    /// Completes at the second signal.
    pub(super) async fn second(&self) {
        wait_for(&self.came, 2).await;
    }
}

async fn count(mut terminate: Signal, mut interrupt: Signal, came: Arc<Semaphore>) {
    loop {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        came.add_permits(1);
    }
}

/// Waits until that many signals have come, without using them up. The semaphore is never closed.
async fn wait_for(came: &Semaphore, signals: u32) {
    drop(came.acquire_many(signals).await);
}
