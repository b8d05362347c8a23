//! A modkeep is told once what will be asked of it; nobody else is told anything.

#![allow(clippy::unwrap_used, reason = "a test may stop loudly")]

mod common;

use std::time::Duration;

use common::{PATH, client, client_with, modules};
use gomod::glob::PrefixPatterns;
use gomod::{ModuleVersion, Revision};
use source::chain::policy::Policy;
use source::conformance::asks_about;
use source::upstream::{Access, Credentials, HttpOptions, Notice};
use source::{Ask, Ctx, Foresight, Source, Upstream};
use testkit::FakeUpstream;
use testkit::upstream::Reply;

/// A proxy that is a modkeep, or says so: it marks what it answers.
fn marked(tls: bool) -> FakeUpstream {
    let builder = FakeUpstream::builder().modules(modules());
    let fake = if tls { builder.tls().start() } else { builder.start() };
    fake.on(|request| {
        let reply = Reply::text(200, "module example.com/Big/mod\n").header("Modkeep-Cache", "hit");
        (request.method == "GET").then(|| reply.into())
    });
    fake
}

fn policy() -> Policy {
    let patterns = PrefixPatterns::parse;
    Policy {
        goprivate: patterns("private.example"),
        gonoproxy: patterns("unproxied.example"),
        gonosumdb: patterns("unsummed.example"),
        ..Policy::default()
    }
}

/// Some things that will be asked.
fn expected() -> Vec<Ask> {
    let zip = |path: &str| Ask::Zip(ModuleVersion::parse(path, "v1.0.0").unwrap());
    let [list, _, info, ..] = asks_about(PATH, "v1.2.0");
    let branch = Ask::Info(list.module().unwrap().clone(), Revision::parse("main").unwrap());
    let hidden = ["private.example/a", "unproxied.example/b", "unsummed.example/c"].map(zip);
    [vec![zip(PATH), info, list, branch], hidden.to_vec()].concat()
}

/// Asks twice; how often a list was sent.
async fn ask_twice(upstream: &Upstream, fake: &FakeUpstream) -> usize {
    for version in ["v1.0.0", "v1.2.0"] {
        let go_mod = asks_about(PATH, version)[3].clone();
        upstream.ask(&go_mod, &Ctx::within(Duration::from_secs(20))).await.unwrap();
    }
    fake.requests().iter().filter(|request| request.method == "POST").count()
}

async fn sent(fake: &FakeUpstream) -> testkit::upstream::Recorded {
    loop {
        if let Some(post) = fake.requests().into_iter().find(|request| request.method == "POST") {
            return post;
        }
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_told_with_its_first_answer_and_once() {
    let fake = marked(false);
    let notice = Notice::new(policy(), false);
    let upstream = Upstream::new(&format!("{}/go", fake.url()), &client(&fake)).unwrap();
    let upstream = upstream.with_notice(notice.clone());
    assert_eq!(ask_twice(&upstream, &fake).await, 0, "there is nothing to tell");
    notice.expect(expected());
    ask_twice(&upstream, &fake).await;
    let post = sent(&fake).await;
    assert_eq!(post.path, "/go/ahead");
    assert_eq!(post.header("content-type"), Some("text/plain; charset=utf-8"));
    ask_twice(&upstream, &fake).await;
    assert_eq!(fake.requests().iter().filter(|request| request.method == "POST").count(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_no_modkeep_is_told_nothing() {
    let fake = FakeUpstream::builder().modules(modules()).start();
    let notice = Notice::new(policy(), false);
    notice.expect(expected());
    let upstream = Upstream::new(&fake.url(), &client(&fake)).unwrap().with_notice(notice);
    assert_eq!(ask_twice(&upstream, &fake).await, 0);
    fake.requests().iter().for_each(|request| assert_eq!(request.method, "GET"));
}

/// What a place redirects to is somebody else, modkeep or not.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_who_only_answers_in_place_of_another() {
    let (fake, other) = (FakeUpstream::builder().start(), marked(false));
    fake.redirect("*", &format!("{}/x", other.url()));
    let notice = Notice::new(policy(), false);
    notice.expect(expected());
    let upstream = Upstream::new(&fake.url(), &client(&fake)).unwrap().with_notice(notice);
    assert_eq!(ask_twice(&upstream, &other).await, 0);
    assert!(fake.requests().iter().chain(&other.requests()).all(|request| request.method == "GET"));
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_are_those_of_the_place() {
    let fake = marked(true);
    let notice = Notice::new(policy(), false);
    notice.expect(expected());
    let credentials = Some(Credentials::basic("user", "word").unwrap());
    let access = Access { credentials, ..Access::default() };
    let client = client_with(&fake, &HttpOptions::default());
    let upstream = Upstream::with_access(&fake.url(), &client, access).unwrap().with_notice(notice);
    ask_twice(&upstream, &fake).await;
    assert_eq!(sent(&fake).await.header("authorization"), Some("Basic dXNlcjp3b3Jk"));
}
