//! When an artifact was last used: what garbage collection goes by.
//!
//! It is the modification time of the sidecar, whose content is the same from its making on, so that it costs no file, no format
//! and no fsync; a copy that keeps times keeps it, and one that does not makes things look younger, which errs on the safe side.
//! It is noted when the last note is a day old, by a thread that the reader does not wait for. What is lost of
//! it in a crash, or cannot be noted on a disk that is only read, is the age of an artifact and nothing else.

use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use source::Ask;

use super::Disk;
use super::layout::sidecar_of;

/// How exact the noted time is. Garbage is weeks old; a note per read would make each read a write.
pub(super) const PRECISION: Duration = Duration::from_hours(24);

/// Whether a look at an artifact is a use of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Somebody wants its content.
    Yes,
    /// It is looked at for the store's own purposes.
    No,
}

/// Whether a note is due. One from the future was made by a clock that was wrong: gc would spare the artifact until then.
fn is_due(noted: SystemTime, now: SystemTime) -> bool {
    now.duration_since(noted).unwrap_or_else(|ahead| ahead.duration()) >= PRECISION
}

impl Disk {
    /// Sees to it that the use of an artifact is noted, if that is due. Does not wait for it.
    pub(super) fn note_use(self: &Arc<Self>, ask: &Ask, noted: SystemTime, is_use: Use) {
        let now = (self.clock)();
        if is_use == Use::No || !is_due(noted, now) {
            return;
        }
        // Without a free hand the disk has too much to do already. The next reader tries again.
        let Ok(hand) = self.hands.clone().try_acquire_owned() else { return };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let sidecar = sidecar_of(&self.layout.artifact(ask));
        runtime.spawn_blocking(move || {
            let _hand = hand;
            if let Err(error) = File::open(&sidecar).and_then(|file| file.set_modified(now)) {
                tracing::debug!(file = %sidecar.display(), %error, "cannot note the use of a kept file");
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_due_after_a_day_and_when_the_last_one_cannot_be() {
        let now = SystemTime::UNIX_EPOCH + PRECISION * 1000;
        let second = Duration::from_secs(1);
        let due = [now - PRECISION, SystemTime::UNIX_EPOCH, now + PRECISION];
        let fresh = [now, now + second, now - PRECISION + second];
        assert!(due.into_iter().all(|noted| is_due(noted, now)));
        assert!(!fresh.into_iter().any(|noted| is_due(noted, now)));
    }
}
