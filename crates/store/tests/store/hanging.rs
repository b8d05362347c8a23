//! Disks and places that never answer: every wait ends.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::future::{join_all, pending};
use futures_util::stream::{self, BoxStream, StreamExt};
use source::conformance::asks_about;
use source::{
    Answer, Ask, Assurance, Body, Chunks, Ctx, Failure, FailureKind, Freshness, Origin, Replay, Source,
    Trail, Vetted, Want,
};
use store::{Entry, Store, StoreError, cached};
use tokio::time::timeout;

use crate::common::{PATH, bytes};

/// What an asker of `modkeep serve` has, about.
const PATIENCE: Duration = Duration::from_mins(1);

const CONTENT: Bytes = Bytes::from_static(b"v1.0.0\n");

fn answer(body: Body) -> Answer {
    let answer = Answer::live(body, Origin::new("place"), Trail::default());
    Answer { assurance: Assurance::recalled("well-formed"), ..answer }
}

/// A place that answers at once, except that its lists may stop before their end.
#[derive(Debug)]
struct Place {
    lists_stall: bool,
}

#[async_trait::async_trait]
impl Source for Place {
    async fn ask(&self, ask: &Ask, _: &Ctx) -> Result<Answer, Failure> {
        let stalls = self.lists_stall && matches!(ask, Ask::List(_));
        let stalling = || Body::stream(stream::pending(), None);
        Ok(answer(if stalls { stalling() } else { CONTENT.into() }))
    }
}

/// A store on a disk that hangs in every call.
#[derive(Debug, Default)]
struct Hung {
    puts: AtomicUsize,
}

#[async_trait::async_trait]
impl Store for Hung {
    async fn get(&self, _: &Ask) -> Result<Option<Answer>, StoreError> {
        pending().await
    }

    async fn put(&self, _: &Ask, _: &Vetted) -> Result<Answer, StoreError> {
        self.puts.fetch_add(1, Ordering::Relaxed);
        pending().await
    }

    async fn remove(&self, _: &Ask) -> Result<bool, StoreError> {
        pending().await
    }

    fn entries(&self) -> BoxStream<'_, Result<Entry, StoreError>> {
        stream::pending().boxed()
    }
}

/// A store that opens everything, and whose files stop before their end. Lists it has whole.
#[derive(Debug)]
struct Stalling;

#[async_trait::async_trait]
impl Store for Stalling {
    async fn get(&self, ask: &Ask) -> Result<Option<Answer>, StoreError> {
        let is_list = matches!(ask, Ask::List(_));
        let body = if is_list { CONTENT.into() } else { Body::replay(Arc::new(StallingFile)) };
        Ok(Some(Answer { freshness: Freshness::Kept(SystemTime::UNIX_EPOCH), ..answer(body) }))
    }

    async fn put(&self, _: &Ask, _: &Vetted) -> Result<Answer, StoreError> {
        Ok(answer(CONTENT.into()))
    }

    async fn remove(&self, _: &Ask) -> Result<bool, StoreError> {
        Ok(false)
    }

    fn entries(&self) -> BoxStream<'_, Result<Entry, StoreError>> {
        stream::empty().boxed()
    }
}

#[derive(Debug)]
struct StallingFile;

impl Replay for StallingFile {
    fn size(&self) -> u64 {
        10
    }

    fn chunks(self: Arc<Self>, _: Range<u64>) -> Chunks {
        stream::iter([Ok(Bytes::from_static(b"begun"))]).chain(stream::pending()).boxed()
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_leaves_time_for_the_source() {
    let source = cached(Arc::new(Hung::default()), Place { lists_stall: false }, PATIENCE);
    for ask in asks_about(PATH, "v1.0.0") {
        let answer = source.ask(&ask, &Ctx::within(PATIENCE)).await;
        assert_eq!(bytes(answer.unwrap_or_else(|failure| panic!("{ask}: {failure}"))).await, CONTENT);
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_store_that_hangs_may_have_is_not_told_as_absent() {
    let source = cached(Arc::new(Hung::default()), Place { lists_stall: false }, PATIENCE);
    let [.., zip] = asks_about(PATH, "v1.0.0");
    let failure = source.ask(&zip, &Ctx::within(PATIENCE).wanting(Want::KeptOnly)).await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Unavailable, "{failure}");
}

#[tokio::test(start_paused = true)]
async fn a_store_that_hangs_does_not_collect_what_it_is_to_keep() {
    let store = Arc::new(Hung::default());
    let source = cached(store.clone(), Place { lists_stall: false }, PATIENCE);
    let questions: Vec<Ask> =
        (0..300).map(|minor| asks_about(PATH, &format!("v1.{minor}.0"))[4].clone()).collect();
    let ctx = Ctx::within(PATIENCE);
    let answers = join_all(questions.iter().map(|ask| source.ask(ask, &ctx))).await;
    assert!(answers.iter().all(Result::is_ok), "all are answered");
    assert_eq!(store.puts.load(Ordering::Relaxed), 64, "the others were not begun");
}

#[tokio::test(start_paused = true)]
async fn a_kept_body_that_stalls_ends_in_an_error() {
    let source = cached(Arc::new(Stalling), Place { lists_stall: false }, PATIENCE);
    let [.., zip] = asks_about(PATH, "v1.0.0");
    let answer = source.ask(&zip, &Ctx::within(PATIENCE)).await.unwrap();
    let read = timeout(Duration::from_mins(10), answer.body.into_bytes(1 << 20)).await;
    assert!(read.expect("the body ends").is_err());
}

#[tokio::test(start_paused = true)]
async fn a_list_that_stalls_is_answered_with_what_is_kept() {
    let source = cached(Arc::new(Stalling), Place { lists_stall: true }, PATIENCE);
    let [list, ..] = asks_about(PATH, "v1.0.0");
    let asked = timeout(PATIENCE * 2, source.ask(&list, &Ctx::within(PATIENCE))).await;
    let answer = asked.expect("the question ends").unwrap();
    assert!(matches!(answer.freshness, Freshness::Stale(_)));
    assert_eq!(bytes(answer).await, CONTENT);
}
