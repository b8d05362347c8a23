//! The contract of [`Source`] as a test suite, to be run on every implementation and every decorator.
//!
//! A test builds a source that can answer for a [`World`] and calls [`check`]; a source that cannot answer for all kinds
//! (a module cache does not know `@latest`) leaves those out of its world.

#![allow(clippy::expect_used, clippy::missing_panics_doc, reason = "a test suite stops loudly")]

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::future::join_all;
use gomod::{ModulePath, ModuleVersion, Revision, Version};
use tokio::time::timeout;

use crate::{Answer, Ask, Ctx, Failure, FailureKind, Lifetime, Origin, Source, Want};

/// What the source under test knows, and what it does not.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// Questions that must be answered with exactly this content.
    pub present: Vec<(Ask, Bytes)>,
    /// Questions about things that do not exist.
    pub absent: Vec<Ask>,
}

/// How long any one answer of a healthy source may take in a test.
const PATIENCE: Duration = Duration::from_secs(20);

/// Checks every clause of the contract that can be seen from outside.
pub async fn check(source: Arc<dyn Source>, world: &World) {
    assert!(
        !world.present.is_empty() && !world.absent.is_empty(),
        "a world needs something there and something not"
    );
    answers_are_exact_and_repeatable(&*source, world).await;
    what_does_not_exist_is_not_found(&*source, world).await;
    many_at_once_get_the_same(&source, world).await;
    kept_only_never_asks_further(&*source, world).await;
    a_passed_deadline_ends_the_question(&*source, world).await;
    a_dropped_question_leaves_the_source_usable(&*source, world).await;
}

async fn answers_are_exact_and_repeatable(source: &dyn Source, world: &World) {
    for (ask, content) in world.present.iter().chain(&world.present) {
        let answer = expect_answer(source.ask(ask, &Ctx::within(PATIENCE)).await, ask);
        assert!(!answer.origin.as_str().is_empty(), "{ask}: an answer names its place");
        let size = answer.body.size();
        let bytes =
            answer.body.into_bytes(ask.kind().size_max()).await.expect("a body of a healthy source is whole");
        assert_eq!(&bytes, content, "{ask}: the content is what was put there");
        assert!(size.is_none_or(|size| size == bytes.len() as u64), "{ask}: an announced size is the size");
    }
}

async fn what_does_not_exist_is_not_found(source: &dyn Source, world: &World) {
    for ask in &world.absent {
        let failure = expect_failure(source.ask(ask, &Ctx::within(PATIENCE)).await, ask);
        assert_eq!(failure.kind(), FailureKind::NotFound, "{ask}: {failure}");
        assert!(!failure.message().is_empty(), "{ask}: a failure says what happened");
        let named: HashSet<&Origin> =
            failure.trail().attempts().iter().map(|attempt| &attempt.origin).collect();
        assert!(named.contains(failure.origin()), "{ask}: the trail names the place whose failure it is");
    }
}

async fn many_at_once_get_the_same(source: &Arc<dyn Source>, world: &World) {
    for (ask, content) in &world.present {
        let askers = (0..32).map(|_| {
            let (source, ask) = (source.clone(), ask.clone());
            tokio::spawn(async move {
                let answer = expect_answer(source.ask(&ask, &Ctx::within(PATIENCE)).await, &ask);
                answer.body.into_bytes(ask.kind().size_max()).await.expect("whole for each asker")
            })
        });
        for bytes in join_all(askers).await {
            assert_eq!(&bytes.expect("no asker panics"), content, "{ask}: the same for everybody");
        }
    }
}

async fn kept_only_never_asks_further(source: &dyn Source, world: &World) {
    let ctx = Ctx::within(PATIENCE).wanting(Want::KeptOnly);
    for (ask, content) in &world.present {
        match source.ask(ask, &ctx).await {
            Ok(answer) => {
                let bytes =
                    answer.body.into_bytes(ask.kind().size_max()).await.expect("what is kept is whole");
                assert!(
                    ask.lifetime() == Lifetime::Mutable || bytes == *content,
                    "{ask}: kept content is the content"
                );
            }
            Err(failure) => {
                assert_eq!(failure.kind(), FailureKind::NotFound, "{ask}: a miss is NotFound: {failure}");
            }
        }
    }
    for ask in &world.absent {
        let failure = expect_failure(source.ask(ask, &ctx).await, ask);
        assert_eq!(failure.kind(), FailureKind::NotFound, "{ask}: {failure}");
    }
}

async fn a_passed_deadline_ends_the_question(source: &dyn Source, world: &World) {
    let ctx = Ctx::within(Duration::ZERO);
    for ask in world.present.iter().map(|(ask, _)| ask).chain(&world.absent) {
        let ended = timeout(PATIENCE, source.ask(ask, &ctx)).await.expect("a passed deadline does not hang");
        if let Err(failure) = ended {
            let kind = failure.kind();
            let known = kind == FailureKind::NotFound && world.absent.contains(ask);
            assert!(
                known || kind == FailureKind::Unavailable,
                "{ask}: no time left is Unavailable, not {failure}"
            );
        }
    }
}

async fn a_dropped_question_leaves_the_source_usable(source: &dyn Source, world: &World) {
    for (ask, content) in &world.present {
        // Polled once and dropped: whatever it had begun must not stand in the way of the next.
        let _ = futures_util::FutureExt::now_or_never(source.ask(ask, &Ctx::within(PATIENCE)));
        let answer = expect_answer(source.ask(ask, &Ctx::within(PATIENCE)).await, ask);
        let bytes =
            answer.body.into_bytes(ask.kind().size_max()).await.expect("whole after a dropped question");
        assert_eq!(&bytes, content);
    }
}

fn expect_answer(result: Result<Answer, Failure>, ask: &Ask) -> Answer {
    match result {
        Ok(answer) => answer,
        Err(failure) => unreachable!("{ask} is there, but: {failure} ({})", failure.trail()),
    }
}

fn expect_failure(result: Result<Answer, Failure>, ask: &Ask) -> Failure {
    match result {
        Ok(answer) => unreachable!("{ask} does not exist, but {} answered", answer.origin),
        Err(failure) => failure,
    }
}

/// The five questions about one version of a module.
pub fn asks_about(module: &str, version: &str) -> [Ask; 5] {
    let path = ModulePath::parse(module).expect("a test's module path is valid");
    let parsed = Version::parse(version).expect("a test's version is canonical");
    let at = ModuleVersion::new(path.clone(), parsed).expect("a test's version fits its path");
    let revision = Revision::parse(version).expect("a canonical version is a revision");
    [
        Ask::List(path.clone()),
        Ask::Latest(path.clone()),
        Ask::Info(path, revision),
        Ask::Mod(at.clone()),
        Ask::Zip(at),
    ]
}
