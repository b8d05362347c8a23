//! The contracts of Store and Source, checked on everything in this room that has to keep them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use source::conformance::check as check_source;
use source::{Ask, Lifetime};
use store::Filling;
use store::conformance::check as check_store;

use crate::common::{checked, serving, store, upstream, world};

#[tokio::test(flavor = "multi_thread")]
async fn the_disk_store() {
    let (folder, store) = store();
    check_store(Arc::new(store)).await;
    assert_eq!(folder.path().join(".tmp").read_dir().unwrap().count(), 0, "no draft is left");
    assert!(!folder.path().join(".damaged").exists(), "a healthy store never takes its own work for damage");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_fills_a_store() {
    let (fake, (folder, store)) = (upstream(), store());
    check_source(Arc::new(Filling::new(Arc::new(store.clone()), checked(&store, &fake))), &world()).await;
    // What a question left behind that was given up is removed off the workers.
    let spool = folder.path().join(".tmp");
    let begun = Instant::now();
    while spool.read_dir().unwrap().count() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(20), "nothing is left in the spool");
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cached_source_with_its_upstream_and_then_without() {
    let (mut fake, (_folder, store)) = (upstream(), store());
    let source = Arc::new(serving(&store, &fake));
    check_source(source.clone(), &world()).await;
    fake.stop();
    // What does not exist is only known while somebody can be asked.
    let mut kept = world();
    kept.absent = vec![];
    for (ask, content) in &kept.present {
        let answer = crate::common::ask(&*source, ask).await.unwrap();
        assert_eq!(answer.trail.is_empty(), ask.lifetime() == Lifetime::Immutable, "{ask}");
        assert_eq!(&crate::common::bytes(answer).await, content);
    }
    let branch = source::conformance::asks_about(crate::common::PATH, "v1.9.0");
    assert!(
        crate::common::ask(&*source, &branch[4])
            .await
            .is_err_and(|f| f.kind() == source::FailureKind::Unavailable)
    );
    assert_eq!(fake.count("v1.2.0.zip"), 1, "each artifact is fetched once");
    assert!(matches!(branch[0], Ask::List(_)));
}
