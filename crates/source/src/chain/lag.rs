//! When a place is in arrears, so that the next one is asked as well.
//!
//! Three signs: silence before the head of the answer, a failed attempt that the place is being asked again after, and a body
//! that hardly moves. Not a sign: that it takes long. A large zip that moves is left in peace.

use std::future::pending;
use std::time::Duration;

use tokio::time::{sleep, timeout};

use crate::{Progress, Stage};

/// How often it is looked whether a body moves. A place that stops in the middle costs at most two of these.
const WINDOW: Duration = Duration::from_millis(500);

/// A body that brings fewer bytes than this in a window is in arrears: 32 KiB a second is a slow line on which one can still
/// wait, but not while another place is idle.
const BYTES_MIN: u64 = 16 << 10;

/// Returns when the place is in arrears, having been silent for `silence` or by another sign; never, if it is not.
pub(crate) async fn lags(progress: &Progress, silence: Duration) {
    let sign_of_life = progress.until(|seen| seen.stage != Stage::Asked);
    if timeout(silence, sign_of_life).await.is_err() || progress.seen().stage == Stage::Stumbled {
        return;
    }
    let mut before = progress.seen().bytes;
    loop {
        sleep(WINDOW).await;
        let seen = progress.seen();
        match seen.stage {
            // What is there is looked at, on this machine.
            Stage::Whole => return pending().await,
            Stage::Asked | Stage::Stumbled => return,
            Stage::Head if seen.bytes < before + BYTES_MIN => return,
            Stage::Head => before = seen.bytes,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    const SILENCE: Duration = Duration::from_millis(300);
    const LONG: Duration = Duration::from_mins(10);

    /// After how many milliseconds the place is in arrears when it reports what `reports` does.
    async fn lag(reports: impl AsyncFnOnce(Progress)) -> Option<u128> {
        let (progress, begun) = (Progress::default(), Instant::now());
        let watched = timeout(LONG, lags(&progress, SILENCE));
        let (lagged, ()) = tokio::join!(
            async { watched.await.is_ok().then(|| begun.elapsed().as_millis()) },
            reports(progress.clone())
        );
        lagged
    }

    async fn body(progress: Progress, bytes_a_second: u64) {
        progress.head();
        for _ in 0..600 {
            sleep(Duration::from_millis(100)).await;
            progress.bytes(bytes_a_second / 10);
        }
        progress.whole();
    }

    #[tokio::test(start_paused = true)]
    async fn silence_and_a_failed_attempt_are_signs() {
        assert!((300..310).contains(&lag(async |_| {}).await.unwrap()));
        let stumbling = async |progress: Progress| {
            sleep(Duration::from_millis(20)).await;
            progress.stumbled();
        };
        assert!(lag(stumbling).await.unwrap() < 300);
    }

    #[tokio::test(start_paused = true)]
    async fn a_drip_is_a_sign_and_a_large_body_that_moves_is_none() {
        assert!(lag(async |progress| body(progress, 10).await).await.unwrap() < 1500);
        assert_eq!(lag(async |progress| body(progress, 100_000).await).await, None);
    }

    #[tokio::test(start_paused = true)]
    async fn looking_at_what_came_is_no_arrears() {
        let small = async |progress: Progress| {
            progress.head();
            progress.bytes(10);
            progress.whole();
        };
        assert_eq!(lag(small).await, None);
    }
}
