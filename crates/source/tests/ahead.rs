//! What was begun ahead costs nobody who really asks.

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{PATH, chain_of, checked, upstream, world};
use futures_util::FutureExt;
use source::conformance::{asks_about, check};
use source::{Ahead, AheadOptions, Ask, Coalesced, Ctx, FailureKind, MemoryOptions, Remembered, Source};

const PATIENCE: Duration = Duration::from_secs(20);

fn ctx() -> Ctx {
    Ctx::within(PATIENCE)
}

fn zip() -> Ask {
    asks_about(PATH, "v1.2.0")[4].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_contract_holds() {
    let fake = upstream(false);
    let folder = tempfile::tempdir().unwrap();
    let coalesced = Coalesced::new(checked(&fake, folder.path()), PATIENCE);
    check(Arc::new(Ahead::new(coalesced, AheadOptions::new(PATIENCE))), &world()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_joins_what_is_under_way() {
    let fake = upstream(false);
    let folder = tempfile::tempdir().unwrap();
    let source = Arc::new(Coalesced::new(checked(&fake, folder.path()), PATIENCE));
    let gate = fake.hold("*.zip");
    let ahead = ask(&source, ctx().ahead());
    gate.arrived(1).await;
    let mut asked = Box::pin(failure(source, ctx()));
    assert!((&mut asked).now_or_never().is_none());
    gate.release();
    assert_eq!((asked.await, ahead.await.unwrap()), (None, None));
    assert_eq!(fake.count(".zip"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_ahead_is_asked_anew() {
    let fake = upstream(false);
    let folder = tempfile::tempdir().unwrap();
    let source = Arc::new(Coalesced::new(checked(&fake, folder.path()), PATIENCE));
    fake.fail_first("*.zip", 1, 404);
    let gate = fake.hold("*.zip");
    let ahead = ask(&source, ctx().ahead());
    gate.arrived(1).await;
    let mut asked = Box::pin(failure(source, ctx()));
    assert!((&mut asked).now_or_never().is_none());
    gate.release();
    assert_eq!((asked.await, ahead.await.unwrap()), (None, Some(FailureKind::NotFound)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_place_that_was_asked_ahead_is_not_waited_for() {
    let (silent, second) = (upstream(false), upstream(false));
    let folder = tempfile::tempdir().unwrap();
    let source = Arc::new(Coalesced::new(chain_of(&[&silent, &second], folder.path()), PATIENCE));
    let gate = silent.hold("*");
    let ahead = ask(&source, ctx().ahead());
    gate.arrived(1).await;
    assert_eq!(second.count(""), 0, "ahead, one place is asked at a time");
    assert_eq!(ask(&source, ctx()).await.unwrap(), None);
    assert_eq!(second.count(".zip"), 1);
    gate.release();
    ahead.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_there_ahead_is_not_remembered_as_missing() {
    let fake = upstream(false);
    let folder = tempfile::tempdir().unwrap();
    let source = Remembered::new(checked(&fake, folder.path()), MemoryOptions::default());
    fake.fail_first("*.zip", 1, 404);
    assert_eq!(source.ask(&zip(), &ctx().ahead()).await.unwrap_err().kind(), FailureKind::NotFound);
    assert!(source.ask(&zip(), &ctx()).await.is_ok());
}

/// Asks in a task; how it failed.
fn ask(source: &Arc<impl Source + 'static>, ctx: Ctx) -> tokio::task::JoinHandle<Option<FailureKind>> {
    tokio::spawn(failure(source.clone(), ctx))
}

async fn failure(source: Arc<impl Source>, ctx: Ctx) -> Option<FailureKind> {
    source.ask(&zip(), &ctx).await.err().map(|failure| failure.kind())
}
