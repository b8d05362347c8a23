//! One fetch at a time; what is wanted meanwhile goes into the next one.

use std::collections::HashMap;
use std::hash::Hash;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use crate::RepoError;

/// How many wants one fetch serves. Those beyond come with the next.
const BATCH_MAX: usize = 256;

/// Whoever fetches what is wanted.
#[async_trait::async_trait]
pub(crate) trait Fetcher: Send + Sync + 'static {
    /// What one asker wants.
    type Want: Clone + Eq + Hash + Send + Sync + 'static;

    /// How long one fetch may take.
    fn time_max(&self) -> Duration;

    /// Fetches all of it. The results are in the order of the wants.
    async fn fetch(&self, wants: &[Self::Want], deadline: Instant) -> Vec<Result<(), RepoError>>;
}

/// The queue before a fetcher. The fetch is a task of its own, which ends early when all that wait for it have gone.
#[derive(Debug)]
pub(crate) struct Lane<F: Fetcher> {
    pub(crate) fetcher: F,
    queue: Mutex<Queue<F::Want>>,
}

#[derive(Debug)]
struct Queue<W> {
    waiting: Vec<(W, Teller)>,
    is_running: bool,
}

type Teller = oneshot::Sender<Result<(), RepoError>>;

impl<F: Fetcher> Lane<F> {
    pub(crate) fn new(fetcher: F) -> Arc<Self> {
        Arc::new(Self { fetcher, queue: Mutex::new(Queue { waiting: Vec::new(), is_running: false }) })
    }

    /// Has it fetched, alone or with what others want.
    pub(crate) async fn want(self: &Arc<Self>, want: F::Want, deadline: Instant) -> Result<(), RepoError> {
        let (tell, told) = oneshot::channel();
        if self.enqueue(want, tell) {
            tokio::spawn(Arc::clone(self).drive());
        }
        match timeout_at(deadline, told).await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(RepoError::unavailable("the fetch was given up")),
            Err(_) => {
                let late = RepoError::unavailable("the fetch from the repository was not done in time");
                Err(late.with_symptom(source::Symptom::Silent))
            }
        }
    }

    /// Whether nothing is fetched just now.
    pub(crate) fn is_idle(&self) -> bool {
        !self.queue.lock().unwrap_or_else(PoisonError::into_inner).is_running
    }

    /// Puts it into the queue. Tells whether somebody has to start working on that.
    fn enqueue(&self, want: F::Want, tell: Teller) -> bool {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        queue.waiting.push((want, tell));
        !mem::replace(&mut queue.is_running, true)
    }

    async fn drive(self: Arc<Self>) {
        while let Some(batch) = self.next() {
            self.serve(batch).await;
        }
    }

    /// What waits, and nothing once there is nothing.
    fn next(&self) -> Option<HashMap<F::Want, Vec<Teller>>> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        // Who has gone wants nothing any more.
        queue.waiting.retain(|(_, tell)| !tell.is_closed());
        queue.is_running = !queue.waiting.is_empty();
        let count = queue.waiting.len().min(BATCH_MAX);
        let mut batch: HashMap<_, Vec<_>> = HashMap::new();
        for (want, tell) in queue.waiting.drain(..count) {
            batch.entry(want).or_default().push(tell);
        }
        queue.is_running.then_some(batch)
    }

    async fn serve(&self, batch: HashMap<F::Want, Vec<Teller>>) {
        let (wants, mut tellers): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        let deadline = Instant::now() + self.fetcher.time_max();
        let all_gone = join_all(tellers.iter_mut().flatten().map(Teller::closed));
        let results = tokio::select! {
            results = self.fetcher.fetch(&wants, deadline) => results,
            _ = all_gone => return,
        };
        for (tellers, result) in tellers.into_iter().zip(results) {
            for tell in tellers {
                let _ = tell.send(result.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::{Semaphore, mpsc};

    use super::*;

    /// Tells what each fetch is for, and waits to be let on.
    struct Slow {
        started: mpsc::UnboundedSender<Vec<u32>>,
        go_on: Semaphore,
    }

    #[async_trait::async_trait]
    impl Fetcher for Slow {
        type Want = u32;

        fn time_max(&self) -> Duration {
            Duration::from_mins(1)
        }

        async fn fetch(&self, wants: &[u32], _: Instant) -> Vec<Result<(), RepoError>> {
            let mut sorted = wants.to_vec();
            sorted.sort_unstable();
            self.started.send(sorted).unwrap();
            self.go_on.acquire().await.unwrap().forget();
            let answer = |want| if want < 10 { Ok(()) } else { Err(RepoError::not_found(format!("{want}"))) };
            wants.iter().map(|want| answer(*want)).collect()
        }
    }

    fn lane() -> (Arc<Lane<Slow>>, mpsc::UnboundedReceiver<Vec<u32>>) {
        let (started, starts) = mpsc::unbounded_channel();
        (Lane::new(Slow { started, go_on: Semaphore::new(0) }), starts)
    }

    fn later() -> Instant {
        Instant::now() + Duration::from_mins(1)
    }

    #[tokio::test]
    async fn what_is_wanted_meanwhile_is_one_fetch() {
        let (lane, mut starts) = lane();
        let asked = |want| {
            let lane = Arc::clone(&lane);
            tokio::spawn(async move { lane.want(want, later()).await })
        };
        let first = asked(1);
        assert_eq!(starts.recv().await, Some(vec![1]));
        let others: Vec<_> = [2, 3, 2, 11].into_iter().map(asked).collect();
        while lane.queue.lock().unwrap().waiting.len() < 4 {
            tokio::task::yield_now().await;
        }
        lane.fetcher.go_on.add_permits(2);
        assert!(first.await.unwrap().is_ok());
        assert_eq!(starts.recv().await, Some(vec![2, 3, 11]));
        let mut results = Vec::new();
        for other in others {
            results.push(other.await.unwrap().map_err(|error| error.message));
        }
        assert_eq!(results, [Ok(()), Ok(()), Ok(()), Err("11".into())]);
    }

    #[tokio::test]
    async fn a_fetch_that_nobody_waits_for_ends() {
        let (lane, mut starts) = lane();
        let asking = lane.want(1, Instant::now() + Duration::from_millis(20));
        assert!(asking.await.is_err());
        assert_eq!(starts.recv().await, Some(vec![1]));
        let next = tokio::spawn({
            let lane = Arc::clone(&lane);
            async move { lane.want(2, later()).await }
        });
        assert_eq!(starts.recv().await, Some(vec![2]), "the first one was never let on");
        lane.fetcher.go_on.add_permits(1);
        assert!(next.await.unwrap().is_ok());
    }
}
