//! Ctrl-C: until the files are put in their places nothing has been changed, and from then on it takes a moment.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use crate::exit::Exit;
use crate::report::{Failed, Problem};

/// What a shell makes of SIGINT.
const INTERRUPTED: u8 = 130;

/// SIGINT, SIGTERM and SIGHUP, caught from [`Interrupts::install`] on.
pub(super) struct Interrupts(watch::Receiver<bool>);

impl Interrupts {
    pub(super) fn install() -> std::io::Result<Self> {
        let (sender, came) = watch::channel(false);
        for kind in [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()] {
            let (mut signals, sender) = (signal(kind)?, sender.clone());
            tokio::spawn(async move {
                while signals.recv().await.is_some() {
                    sender.send_replace(true);
                }
            });
        }
        Ok(Self(came))
    }

    /// Completes at the first one.
    pub(super) async fn came(&mut self) -> Failed {
        // The senders live as long as the runtime.
        drop(self.0.wait_for(|came| *came).await);
        interrupted()
    }

    /// An error if one has come.
    pub(super) fn check(&self) -> Result<(), Failed> {
        if *self.0.borrow() { Err(interrupted()) } else { Ok(()) }
    }
}

fn interrupted() -> Failed {
    Failed::new(Exit::Command(INTERRUPTED), Problem::new("interrupted; nothing was changed"))
}
