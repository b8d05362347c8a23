//! Saying that the store fails, without saying it a thousand times a second.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use source::Ask;
use tokio::time::Instant;

use crate::StoreError;

/// At most one line of log per this much time; the next one says how many were left out.
const INTERVAL: Duration = Duration::from_secs(10);

/// Logs the failures of a store that a request went on without.
#[derive(Debug, Default)]
pub(crate) struct Complaint(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    last: Option<Instant>,
    left_out: u64,
}

impl Complaint {
    /// Reports that `doing` (a verb) failed for a question.
    pub(crate) fn make(&self, doing: &'static str, ask: &Ask, error: &StoreError) {
        if let Some(left_out) = self.turn() {
            tracing::warn!(%ask, %error, left_out, "the store cannot {doing}; the request goes on without it");
        }
    }

    /// How many lines were left out since the last one; `None` when this one is to be left out too.
    fn turn(&self) -> Option<u64> {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.last.is_some_and(|last| last.elapsed() < INTERVAL) {
            state.left_out += 1;
            return None;
        }
        state.last = Some(Instant::now());
        Some(std::mem::take(&mut state.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_line_per_interval_which_counts_the_others() {
        let complaint = Complaint::default();
        assert_eq!([complaint.turn(), complaint.turn(), complaint.turn()], [Some(0), None, None]);
        tokio::time::advance(INTERVAL).await;
        assert_eq!([complaint.turn(), complaint.turn()], [Some(2), None]);
    }
}
