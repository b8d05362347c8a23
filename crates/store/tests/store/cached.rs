//! What is answered from where (house.md, invariant 1), with an upstream that changes, refuses and goes.

use std::time::Duration;

use source::conformance::asks_about;
use source::{Ask, Ctx, FailureKind, Freshness, Source, Want};
use store::Store;
use testkit::{FakeUpstream, Module};

use crate::common::{PATH, PATIENCE, Serving, ask, bytes, modules, serving, store, upstream};

fn asks(version: &str) -> [Ask; 5] {
    asks_about(PATH, version)
}

fn branch() -> Ask {
    Ask::Info(asks("v1.0.0")[0].module().unwrap().clone(), "main".parse().unwrap())
}

/// Takes the three files of a version through the source, which keeps them.
async fn fetch(source: &Serving, version: &str) {
    for question in &asks(version)[2..] {
        bytes(ask(source, question).await.unwrap()).await;
    }
}

async fn text(source: &Serving, question: &Ask) -> String {
    String::from_utf8(bytes(ask(source, question).await.unwrap()).await.to_vec()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_version_that_was_kept_does_not_vanish_from_the_list() {
    let (fake, (_folder, store)) = (upstream(), store());
    let source = serving(&store, &fake);
    let [list, ..] = asks("v1.0.0");
    fetch(&source, "v1.0.0").await;
    fake.withdraw(PATH, "v1.0.0");
    assert_eq!(text(&source, &list).await, "v1.0.0\nv1.2.0\n");
    assert_eq!(ask(&source, &list).await.unwrap().freshness, Freshness::Live);
    fake.set_status("*/list", 404, "no such module");
    assert_eq!(text(&source, &list).await, "v1.0.0\n", "what is kept of a module that is gone");
    let answer = ask(&source, &list).await.unwrap();
    assert!(matches!(answer.freshness, Freshness::Stale(_)), "{:?}", answer.freshness);
    assert_eq!(answer.trail.attempts()[0].failed, Some(FailureKind::NotFound));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_upstream_the_list_names_only_what_can_be_served() {
    let (mut fake, (_folder, store)) = (upstream(), store());
    let source = serving(&store, &fake);
    fetch(&source, "v1.0.0").await;
    bytes(ask(&source, &asks("v1.2.0")[3]).await.unwrap()).await;
    assert_eq!(text(&source, &asks("v1.0.0")[0]).await, "v1.0.0\nv1.2.0\n");
    fake.stop();
    let answer = ask(&source, &asks("v1.0.0")[0]).await.unwrap();
    assert!(matches!(answer.freshness, Freshness::Stale(_)));
    assert_eq!(answer.trail.attempts()[0].failed, Some(FailureKind::Unavailable));
    assert_eq!(bytes(answer).await, "v1.0.0\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_of_which_only_a_go_mod_is_kept_is_not_told_to_have_no_version() {
    let (mut fake, (folder, store)) = (upstream(), store());
    let source = serving(&store, &fake);
    let [list, latest, _, go_mod, _] = asks("v1.0.0");
    bytes(ask(&source, &go_mod).await.unwrap()).await;
    fake.stop();
    assert_eq!(ask(&source, &list).await.unwrap_err().kind(), FailureKind::Unavailable);
    let file = folder.path().join(list.address());
    assert_eq!(
        std::fs::read(file).unwrap(),
        b"",
        "to a reader of the bare folder, the folder is all there is"
    );
    fake.restart();
    assert_eq!(text(&source, &list).await, "v1.0.0\nv1.2.0\n");
    bytes(ask(&source, &latest).await.unwrap()).await;
    fake.stop();
    assert_eq!(text(&source, &list).await, "", "go asks for @latest next, and gets it");
}

#[tokio::test(flavor = "multi_thread")]
async fn branches_and_latest_are_fresh_while_they_can_be_and_marked_when_not() {
    let (mut fake, (_folder, store)) = (upstream(), store());
    let source = serving(&store, &fake);
    let [_, latest, ..] = asks("v1.0.0");
    bytes(ask(&source, &branch()).await.unwrap()).await;
    let newer = Module::new(PATH, "v1.3.0").file("go.mod", format!("module {PATH}\n")).revision("main");
    fake.withdraw(PATH, "v1.2.0");
    fake.publish(newer.clone());
    for question in [latest, branch()] {
        assert_eq!(bytes(ask(&source, &question).await.unwrap()).await, newer.info(), "{question}");
        fake.stop();
        let answer = ask(&source, &question).await.unwrap();
        assert!(matches!(answer.freshness, Freshness::Stale(_)), "{question}");
        assert_eq!(answer.trail.attempts()[0].failed, Some(FailureKind::Unavailable));
        assert_eq!(bytes(answer).await, newer.info(), "{question}");
        fake.restart();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_passed_on_whatever_is_kept() {
    let (fake, (_folder, store)) = (upstream(), store());
    let source = serving(&store, &fake);
    fetch(&source, "v1.0.0").await;
    bytes(ask(&source, &branch()).await.unwrap()).await;
    fake.set_status("*", 403, "not for you");
    let revalidate = Ctx::within(PATIENCE).wanting(Want::Revalidate);
    let [list, _, _, _, zip] = asks("v1.0.0");
    let results =
        [ask(&source, &list).await, ask(&source, &branch()).await, source.ask(&zip, &revalidate).await];
    for result in results {
        assert_eq!(result.unwrap_err().kind(), FailureKind::Refused);
    }
    assert!(ask(&source, &zip).await.is_ok(), "what is kept and cannot change needs nobody's word");
}

#[tokio::test(flavor = "multi_thread")]
async fn kept_only_asks_nobody_and_revalidate_asks_everybody() {
    let (mut fake, (_folder, store)) = (upstream(), store());
    let source = serving(&store, &fake);
    let [.., zip] = asks("v1.0.0");
    let ctx = Ctx::within(PATIENCE);
    let missed = source.ask(&zip, &ctx.clone().wanting(Want::KeptOnly)).await.unwrap_err();
    assert_eq!((missed.kind(), fake.count("")), (FailureKind::NotFound, 0));
    fetch(&source, "v1.0.0").await;
    assert!(source.ask(&zip, &ctx.clone().wanting(Want::KeptOnly)).await.is_ok());
    assert_eq!(fake.count("v1.0.0.zip"), 1);
    let answer = source.ask(&zip, &ctx.clone().wanting(Want::Revalidate)).await.unwrap();
    assert_eq!((answer.freshness, fake.count("v1.0.0.zip")), (Freshness::Live, 2));
    fake.stop();
    let answer = source.ask(&zip, &ctx.clone().wanting(Want::Revalidate)).await.unwrap();
    assert!(matches!(answer.freshness, Freshness::Kept(_)), "what cannot change is never stale");
    assert_eq!(answer.trail.attempts()[0].failed, Some(FailureKind::Unavailable));
    assert_eq!(bytes(answer).await, modules()[0].zip());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fill_outlives_the_one_who_asked() {
    let (fake, (_folder, store)) = (upstream(), store());
    let source = serving(&store, &fake);
    let [.., zip] = asks("v1.2.0");
    let gate = fake.hold("*.zip");
    let hurried = Ctx::within(Duration::from_millis(50));
    assert_eq!(source.ask(&zip, &hurried).await.unwrap_err().kind(), FailureKind::Unavailable);
    let asking = tokio::spawn(async move {
        let patient = ask(&source, &zip).await;
        (source, zip, patient.is_ok())
    });
    gate.release();
    let (source, zip, answered) = asking.await.unwrap();
    assert!(!answered || store.get(&zip).await.unwrap().is_some());
    assert!(ask(&source, &zip).await.is_ok() && store.get(&zip).await.unwrap().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_not_kept() {
    let (_folder, store) = store();
    let fake = FakeUpstream::builder().modules(modules()).start();
    fake.set_status("*.mod", 200, "<html>please log in</html>");
    let source = serving(&store, &fake);
    let [_, _, _, go_mod, _] = asks("v1.0.0");
    assert_eq!(ask(&source, &go_mod).await.unwrap_err().kind(), FailureKind::Unavailable);
    assert!(store.get(&go_mod).await.unwrap().is_none());
    fake.clear_rules();
    assert_eq!(bytes(ask(&source, &go_mod).await.unwrap()).await, modules()[0].mod_file());
}
