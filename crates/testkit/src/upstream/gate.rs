//! A gate at which requests wait, so that a test can arrange what happens at the same time without sleeping.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// How long [`Gate::arrived`] waits before it stops the test: long for a slow machine, short for a person.
const ARRIVAL_DEADLINE: Duration = Duration::from_secs(30);

/// Made by [`super::FakeUpstream::hold`]. Clones are the same gate.
#[derive(Clone, Debug)]
pub struct Gate {
    arrivals: Arc<watch::Sender<usize>>,
    open: Arc<watch::Sender<bool>>,
}

impl Gate {
    pub(super) fn new() -> Self {
        Self { arrivals: Arc::new(watch::Sender::new(0)), open: Arc::new(watch::Sender::new(false)) }
    }

    /// Waits until `n` requests have come to the gate since it was made. Stops the test after 30 seconds.
    pub async fn arrived(&self, n: usize) {
        let mut arrivals = self.arrivals.subscribe();
        // What it gives is a lock on the number, which must be let go before anybody looks at it again.
        let enough = async { drop(arrivals.wait_for(|seen| *seen >= n).await.expect("an open channel")) };
        if tokio::time::timeout(ARRIVAL_DEADLINE, enough).await.is_err() {
            let seen = self.arrivals_so_far();
            panic!("{seen} of {n} requests came to the gate within {ARRIVAL_DEADLINE:?}");
        }
    }

    /// How many requests have come to the gate since it was made.
    pub fn arrivals_so_far(&self) -> usize {
        *self.arrivals.borrow()
    }

    /// Lets the waiting requests and all later ones pass.
    pub fn release(&self) {
        self.open.send_replace(true);
    }

    pub(super) async fn pass(&self) {
        let mut open = self.open.subscribe();
        self.arrivals.send_modify(|seen| *seen += 1);
        open.wait_for(|is_open| *is_open).await.expect("this gate holds the sender");
    }
}
