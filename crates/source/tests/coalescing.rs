//! However many ask, a place is asked once.

mod common;

use std::sync::Arc;
use std::time::Duration;

use common::{PATH, checked, upstream};
use futures_util::future::join_all;
use source::conformance::asks_about;
use source::{Ask, Coalesced, Ctx, FailureKind, Source};

const ASKERS: usize = 50;
const PATIENCE: Duration = Duration::from_secs(20);

fn zip() -> Ask {
    asks_about(PATH, "v1.2.0")[4].clone()
}

fn ctx() -> Ctx {
    Ctx::within(PATIENCE)
}

/// Asks `source` from `ASKERS` tasks and counts the answers.
async fn answers(source: Arc<dyn Source>) -> usize {
    let askers = (0..ASKERS).map(|_| {
        let source = source.clone();
        tokio::spawn(async move { source.ask(&zip(), &ctx()).await.is_ok() })
    });
    join_all(askers).await.into_iter().filter(|answered| matches!(answered, Ok(true))).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_askers_are_one_request_and_without_coalescing_fifty() {
    let fake = upstream(false);
    let folder = tempfile::tempdir().unwrap();
    let gate = fake.hold("*.zip");
    let together = tokio::spawn(answers(Arc::new(Coalesced::new(checked(&fake, folder.path()), PATIENCE))));
    gate.arrived(1).await;
    gate.release();
    assert_eq!(together.await.unwrap(), ASKERS);
    assert_eq!(fake.count(".zip"), 1);

    fake.reset_log();
    fake.clear_rules();
    let gate = fake.hold("*.zip");
    let alone = tokio::spawn(answers(Arc::new(checked(&fake, folder.path()))));
    gate.arrived(ASKERS).await;
    gate.release();
    assert_eq!(alone.await.unwrap(), ASKERS);
    assert_eq!(fake.count(".zip"), ASKERS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_outlives_the_asker_that_began_it() {
    let fake = upstream(false);
    let folder = tempfile::tempdir().unwrap();
    let source = Arc::new(Coalesced::new(checked(&fake, folder.path()), PATIENCE));
    let gate = fake.hold("*.zip");
    let first = tokio::spawn({
        let source = source.clone();
        async move { source.ask(&zip(), &ctx()).await.is_ok() }
    });
    gate.arrived(1).await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    let second = tokio::spawn(async move { source.ask(&zip(), &ctx()).await.is_ok() });
    tokio::task::yield_now().await;
    gate.release();
    assert!(second.await.unwrap());
    assert_eq!(fake.count(".zip"), 1, "the second asker joined what the first had begun");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_impatient_asker_does_not_end_the_question_for_the_others() {
    let fake = upstream(false);
    let folder = tempfile::tempdir().unwrap();
    let source = Arc::new(Coalesced::new(checked(&fake, folder.path()), PATIENCE));
    let gate = fake.hold("*.zip");
    let impatient = source.ask(&zip(), &Ctx::within(Duration::from_millis(1))).await.unwrap_err();
    assert_eq!(impatient.kind(), FailureKind::Unavailable);
    gate.arrived(1).await;
    let patient = tokio::spawn(async move { source.ask(&zip(), &ctx()).await.is_ok() });
    tokio::task::yield_now().await;
    gate.release();
    assert!(patient.await.unwrap());
    assert_eq!(fake.count(".zip"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_told_to_all_and_remembered_by_nobody() {
    let fake = upstream(false);
    let folder = tempfile::tempdir().unwrap();
    let source = Arc::new(Coalesced::new(checked(&fake, folder.path()), PATIENCE));
    fake.set_status("*.zip", 503, "try later");
    let failure = source.ask(&zip(), &ctx()).await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Unavailable);
    fake.clear_rules();
    assert!(source.ask(&zip(), &ctx()).await.is_ok());
}
