//! Whether this node wants traffic.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::StatusCode;

/// The node's own word about its readiness, shared by the probe and by whoever ends the node.
#[derive(Debug, Clone, Default)]
pub struct Health {
    draining: Arc<AtomicBool>,
}

impl Health {
    /// From now on no new traffic is wanted: the node is about to end.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// The answer to `/readyz`: 200, or 503 with the reason.
    pub(crate) fn readyz(&self) -> (StatusCode, &'static str) {
        if self.draining.load(Ordering::Relaxed) {
            (StatusCode::SERVICE_UNAVAILABLE, "draining: this node is about to stop\n")
        } else {
            (StatusCode::OK, "ok\n")
        }
    }
}
