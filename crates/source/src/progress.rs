//! How far an answer has come, for those who may ask the next place before this one is given up.
//!
//! The place that is asked reports (the head of an answer, bytes, the end, a failed attempt that is tried again), and whoever
//! asked watches. A report never waits for anybody and keeps nothing but the latest state.

use std::future::pending;

use tokio::sync::watch;
use tokio::time::Instant;

/// Where the answer to one question to one place stands. Clones report and watch the same one.
#[derive(Debug, Clone)]
pub struct Progress(watch::Sender<Seen>);

/// What was reported last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Seen {
    /// How far it is.
    pub stage: Stage,
    /// When the head of the answer came.
    pub head_at: Option<Instant>,
    /// Bytes of the body so far.
    pub bytes: u64,
    /// Whether another place has answered while this one was in arrears.
    pub overtaken: bool,
}

/// The stages of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Stage {
    /// Nothing has come yet.
    #[default]
    Asked,
    /// An attempt has failed, and the place is about to be asked again.
    Stumbled,
    /// The head of an answer is there; the body is coming.
    Head,
    /// The body is there; it may still be looked at.
    Whole,
}

impl Default for Progress {
    fn default() -> Self {
        Self(watch::Sender::new(Seen::default()))
    }
}

impl Progress {
    /// The head of an answer has come.
    pub fn head(&self) {
        self.0.send_modify(|seen| {
            seen.stage = Stage::Head;
            seen.head_at = Some(Instant::now());
        });
    }

    /// More bytes of the body have come.
    pub fn bytes(&self, more: u64) {
        self.0.send_modify(|seen| seen.bytes += more);
    }

    /// The body has come to its end.
    pub fn whole(&self) {
        self.0.send_modify(|seen| seen.stage = Stage::Whole);
    }

    /// An attempt has failed and another one follows.
    pub fn stumbled(&self) {
        self.0.send_modify(|seen| seen.stage = Stage::Stumbled);
    }

    /// What came was something else that had to be asked first: the answer itself has yet to begin.
    pub fn anew(&self) {
        self.0.send_modify(|seen| *seen = Seen { overtaken: seen.overtaken, ..Seen::default() });
    }

    /// Another place has answered while this one was in arrears.
    pub fn overtaken(&self) {
        self.0.send_modify(|seen| seen.overtaken = true);
    }

    /// What was reported last.
    pub fn seen(&self) -> Seen {
        *self.0.borrow()
    }

    /// Waits until what was reported is as wished.
    pub async fn until(&self, wish: impl FnMut(&Seen) -> bool) {
        let mut watcher = self.0.subscribe();
        // It only fails when nobody is left to report, and `self` is.
        if watcher.wait_for(wish).await.is_err() {
            pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_watches_sees_the_latest_state() {
        let progress = Progress::default();
        let reporter = progress.clone();
        let watching = tokio::spawn(async move { progress.until(|seen| seen.bytes >= 7).await });
        reporter.head();
        reporter.bytes(3);
        reporter.bytes(4);
        watching.await.unwrap();
        assert_eq!((reporter.seen().stage, reporter.seen().bytes), (Stage::Head, 7));
    }
}
