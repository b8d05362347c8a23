//! Whether this node wants traffic.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::StatusCode;

/// The node's own word about its readiness, shared by the probe and by whoever ends the node.
#[derive(Clone, Default)]
pub struct Health {
    draining: Arc<AtomicBool>,
    /// What the node cannot do, where it has somebody who knows.
    trouble: Option<Arc<Trouble>>,
}

/// Says in one line what the node cannot do just now, if anything.
type Trouble = dyn Fn() -> Option<String> + Send + Sync;

impl fmt::Debug for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Health").field("draining", &self.draining).finish_non_exhaustive()
    }
}

impl Health {
    /// A node that tells its `trouble`, in one line. It is ready all the same: it answers what it can, and without it there
    /// would be no answer at all.
    pub fn watching(trouble: impl Fn() -> Option<String> + Send + Sync + 'static) -> Self {
        Self { trouble: Some(Arc::new(trouble)), ..Self::default() }
    }

    /// From now on no new traffic is wanted: the node is about to end.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether it can do all that it should, and is not about to end.
    pub fn is_well(&self) -> bool {
        !self.draining.load(Ordering::Relaxed) && self.trouble().is_none()
    }

    fn trouble(&self) -> Option<String> {
        self.trouble.as_ref().and_then(|trouble| trouble())
    }

    /// The answer to `/readyz`: 200, perhaps with what the node cannot do, or 503 with the reason.
    pub(crate) fn readyz(&self) -> (StatusCode, String) {
        if self.draining.load(Ordering::Relaxed) {
            return (StatusCode::SERVICE_UNAVAILABLE, "draining: this node is about to stop\n".to_owned());
        }
        let text = self.trouble().map_or("ok\n".to_owned(), |trouble| format!("degraded: {trouble}\n"));
        (StatusCode::OK, text)
    }
}
