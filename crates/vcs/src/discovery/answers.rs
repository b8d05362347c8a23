//! What hosts said, kept for a while: fresh, or stale while a host is down, and asked for once at a time.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use moka::sync::Cache;
use source::FailureKind;
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use super::client::Reach;
use crate::RepoError;

/// What is kept in memory, in bytes as [`Weigh`] counts.
const KEPT_BYTES_MAX: u64 = 16 << 20;

/// What one entry takes besides, in bytes.
const ENTRY_BYTES: usize = 256;

/// As many questions can be under way and be recognised as the same.
const FLIGHTS_MAX: u64 = 4096;

/// How large something is in memory, in bytes, about.
pub(super) trait Weigh {
    fn weight(&self) -> usize;
}

/// A question about a path, for a reach: what was learnt without checking a certificate is not told to those who want it
/// checked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Question {
    pub(super) path: String,
    pub(super) reach: Reach,
}

/// Something new, or something from an earlier run that may be served while nothing new is to be had.
pub(super) enum Found<V> {
    New(V),
    Old(V),
}

/// How long what is kept counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lifetimes {
    pub(super) good: Duration,
    pub(super) failure: Duration,
}

/// Answers by question.
#[derive(Debug)]
pub(super) struct Answers<V: Clone + Send + Sync + 'static> {
    kept: Cache<Question, Kept<V>>,
    flights: Cache<Question, Arc<Mutex<()>>>,
    lifetimes: Lifetimes,
}

#[derive(Debug, Clone)]
struct Kept<V> {
    /// What the host said last, when it said something.
    good: Option<V>,
    failure: Option<RepoError>,
    until: Instant,
}

impl<V> Kept<V> {
    /// What is told without asking: a host that is down has what it said before told for it.
    fn told(self) -> Option<Result<V, RepoError>> {
        match (self.good, self.failure) {
            (Some(good), _) => Some(Ok(good)),
            (None, failure) => failure.map(Err),
        }
    }
}

impl<V: Weigh + Clone + Send + Sync + 'static> Answers<V> {
    pub(super) fn new(lifetimes: Lifetimes) -> Self {
        let weight = |question: &Question, kept: &Kept<V>| {
            let good = kept.good.as_ref().map_or(0, Weigh::weight);
            let failure = kept.failure.as_ref().map_or(0, |failure| failure.message.len());
            u32::try_from(ENTRY_BYTES + question.path.len() + good + failure).unwrap_or(u32::MAX)
        };
        let kept = Cache::builder().weigher(weight).max_capacity(KEPT_BYTES_MAX).build();
        Self { kept, flights: Cache::new(FLIGHTS_MAX), lifetimes }
    }

    /// The answer, by asking only if nothing fresh is there and nobody else is asking the same already.
    ///
    /// # Errors
    /// Those of `ask`, if nothing older can be told instead; and when the deadline passes, which is then not remembered.
    pub(super) async fn get<A>(&self, question: &Question, deadline: Instant, ask: A) -> Result<V, RepoError>
    where
        A: Future<Output = Result<Found<V>, RepoError>>,
    {
        if let Some(answer) = self.fresh(question) {
            return answer;
        }
        let answer = timeout_at(deadline, self.ask(question, ask)).await;
        answer.unwrap_or_else(|_| self.stale(question).ok_or_else(|| late(question)))
    }

    async fn ask<A>(&self, question: &Question, ask: A) -> Result<V, RepoError>
    where
        A: Future<Output = Result<Found<V>, RepoError>>,
    {
        let flight = self.flights.get_with(question.clone(), Arc::default);
        let _alone = flight.lock().await;
        match self.fresh(question) {
            Some(answer) => answer,
            None => self.note(question, ask.await),
        }
    }

    fn fresh(&self, question: &Question) -> Option<Result<V, RepoError>> {
        let kept = self.kept.get(question)?;
        (Instant::now() < kept.until).then(|| kept.told()).flatten()
    }

    fn stale(&self, question: &Question) -> Option<V> {
        self.kept.get(question)?.good
    }

    /// Keeps what came. A host that cannot be asked does not undo what it said before; one that says no does. One that was not asked has
    /// said nothing.
    fn note(&self, question: &Question, came: Result<Found<V>, RepoError>) -> Result<V, RepoError> {
        if let Err(spared) = &came
            && spared.is_spared
        {
            return self.stale(question).ok_or_else(|| spared.clone());
        }
        let (good, failure, lifetime) = match came {
            Ok(Found::New(good)) => (Some(good), None, self.lifetimes.good),
            Ok(Found::Old(good)) => {
                (Some(self.stale(question).unwrap_or(good)), None, self.lifetimes.failure)
            }
            Err(failure) if failure.kind == FailureKind::Unavailable => {
                (self.stale(question), Some(failure), self.lifetimes.failure)
            }
            Err(failure) => (None, Some(failure), self.lifetimes.failure),
        };
        if let (Some(_), Some(failure)) = (&good, &failure) {
            tracing::warn!(path = question.path, %failure, "served what the host said before");
        }
        let kept = Kept { good, failure, until: Instant::now() + lifetime };
        self.kept.insert(question.clone(), kept.clone());
        kept.told().unwrap_or_else(|| Err(late(question)))
    }
}

fn late(question: &Question) -> RepoError {
    RepoError::unavailable(format!("where {} is was not found out in time", question.path))
        .with_symptom(source::Symptom::Silent)
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Weigh for u32 {
        fn weight(&self) -> usize {
            4
        }
    }

    const LIFETIMES: Lifetimes = Lifetimes { good: Duration::from_mins(1), failure: Duration::from_secs(10) };

    fn question() -> Question {
        let reach = Reach { is_private: false, is_insecure: false };
        Question { path: "a.example".to_owned(), reach }
    }

    async fn ask(answers: &Answers<u32>, says: Result<Found<u32>, RepoError>) -> Result<u32, String> {
        let deadline = Instant::now() + Duration::from_secs(1);
        answers.get(&question(), deadline, async { says }).await.map_err(|error| error.message)
    }

    fn down<V>() -> Result<V, RepoError> {
        Err(RepoError::unavailable("down"))
    }

    fn gone<V>() -> Result<V, RepoError> {
        Err(RepoError::not_found("gone"))
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_told_again_until_it_is_old() {
        let answers = Answers::new(LIFETIMES);
        assert_eq!(ask(&answers, Ok(Found::New(1))).await, Ok(1));
        assert_eq!(ask(&answers, Ok(Found::New(2))).await, Ok(1));
        tokio::time::advance(LIFETIMES.good).await;
        assert_eq!(ask(&answers, Ok(Found::New(3))).await, Ok(3));
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_is_told_again_for_a_short_time() {
        let answers = Answers::new(LIFETIMES);
        assert_eq!(ask(&answers, gone()).await, Err("gone".to_owned()));
        assert_eq!(ask(&answers, Ok(Found::New(1))).await, Err("gone".to_owned()));
        tokio::time::advance(LIFETIMES.failure).await;
        assert_eq!(ask(&answers, Ok(Found::New(1))).await, Ok(1));
    }

    #[tokio::test(start_paused = true)]
    async fn what_was_said_is_served_while_the_host_is_down_but_not_when_it_says_no() {
        let answers = Answers::new(LIFETIMES);
        assert_eq!(ask(&answers, Ok(Found::New(1))).await, Ok(1));
        tokio::time::advance(LIFETIMES.good).await;
        assert_eq!(ask(&answers, down()).await, Ok(1));
        assert_eq!(
            ask(&answers, Ok(Found::New(2))).await,
            Ok(1),
            "a host that is down is not asked at once again"
        );
        tokio::time::advance(LIFETIMES.failure).await;
        assert_eq!(ask(&answers, gone()).await, Err("gone".to_owned()));
        tokio::time::advance(LIFETIMES.failure).await;
        assert_eq!(ask(&answers, down()).await, Err("down".to_owned()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_is_only_the_askers_own() {
        let answers = Answers::new(LIFETIMES);
        let deadline = Instant::now() + Duration::from_secs(1);
        let late = answers.get(&question(), deadline, std::future::pending()).await;
        assert_eq!(late.map_err(|error| error.kind), Err(FailureKind::Unavailable));
        assert_eq!(ask(&answers, Ok(Found::New(1))).await, Ok(1));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_from_an_earlier_run_is_not_fresh_for_long() {
        let answers = Answers::new(LIFETIMES);
        assert_eq!(ask(&answers, Ok(Found::Old(1))).await, Ok(1));
        tokio::time::advance(LIFETIMES.failure).await;
        assert_eq!(ask(&answers, Ok(Found::New(2))).await, Ok(2));
        tokio::time::advance(LIFETIMES.good).await;
        assert_eq!(ask(&answers, Ok(Found::Old(1))).await, Ok(2), "what this run heard is newer");
    }
}
