//! The most memory that a process held while something was done to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::proc::{Memory, memory};

/// How often it is looked: a peak that is shorter than this may be missed.
const EVERY: Duration = Duration::from_millis(5);

/// Looks at a process from a thread of its own.
#[derive(Debug)]
pub(crate) struct Watch {
    is_over: Arc<AtomicBool>,
    peak: JoinHandle<Memory>,
}

impl Watch {
    /// Begins to look at `pid` and its descendants.
    pub(crate) fn begin(pid: u32) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&is_over);
        let peak = thread::spawn(move || {
            let mut peak = memory(pid);
            while !seen.load(Ordering::Relaxed) {
                thread::sleep(EVERY);
                peak = peak.max(memory(pid));
            }
            peak
        });
        Self { is_over, peak }
    }

    /// The peak so far; ends the looking.
    pub(crate) fn end(self) -> Memory {
        self.is_over.store(true, Ordering::Relaxed);
        self.peak.join().expect("the watcher only looks")
    }
}
