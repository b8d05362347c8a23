//! What an HTTP upstream may do to us, and what we conclude from it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop loudly")]

mod common;

use std::time::Duration;

use common::{PATH, chain_with, checked, client, client_with, upstream};
use source::conformance::asks_about;
use source::upstream::HttpOptions;
use source::{Answer, Ask, Ctx, Failure, FailureKind, Retry, Source, Upstream};
use testkit::{Action, FakeUpstream, Reply};
use tokio::time::Instant;

fn info() -> Ask {
    asks_about(PATH, "v1.0.0")[2].clone()
}

fn zip() -> Ask {
    asks_about(PATH, "v1.2.0")[4].clone()
}

fn ctx() -> Ctx {
    Ctx::within(Duration::from_secs(20))
}

async fn ask(fake: &FakeUpstream, question: &Ask) -> Result<Answer, Failure> {
    Upstream::new(&fake.url(), &client(fake)).unwrap().ask(question, &ctx()).await
}

/// Asks a checked upstream, so that bodies are looked at.
async fn vet(fake: &FakeUpstream, question: &Ask) -> Result<Answer, Failure> {
    let folder = tempfile::tempdir().unwrap();
    checked(fake, folder.path()).ask(question, &ctx()).await
}

#[tokio::test]
async fn each_status_means_what_the_contract_says() {
    let fake = upstream(false);
    for (status, kind) in [
        (404, FailureKind::NotFound),
        (410, FailureKind::NotFound),
        (401, FailureKind::Refused),
        (403, FailureKind::Refused),
        (451, FailureKind::Refused),
        (204, FailureKind::Unavailable),
        (400, FailureKind::Unavailable),
        (429, FailureKind::Unavailable),
        (500, FailureKind::Unavailable),
        (503, FailureKind::Unavailable),
    ] {
        fake.clear_rules();
        fake.set_status("*", status, "the reason in words");
        let failure = ask(&fake, &info()).await.unwrap_err();
        assert_eq!(failure.kind(), kind, "{status}");
        assert!(failure.message().contains(&status.to_string()), "{failure}");
        assert!(status == 204 || failure.message().contains("the reason in words"), "{failure}");
    }
}

#[tokio::test]
async fn a_refusal_counts_only_when_it_is_repeated() {
    let fake = upstream(false);
    fake.fail_first("*", 1, 403);
    assert!(ask(&fake, &info()).await.is_ok());
    assert_eq!(fake.count(".info"), 2);
}

#[tokio::test]
async fn silence_ends_at_the_deadline_of_its_phase() {
    let fake = upstream(false);
    let _gate = fake.hold("*");
    let options = HttpOptions { first_byte_timeout: Duration::from_millis(200), ..HttpOptions::default() };
    let upstream = Upstream::new(&fake.url(), &client_with(&fake, &options)).unwrap();
    let begun = Instant::now();
    let failure = upstream.ask(&info(), &ctx()).await.unwrap_err();
    assert_eq!((failure.kind(), failure.retry()), (FailureKind::Unavailable, Retry::MayHelp));
    assert!(begun.elapsed() < Duration::from_secs(15), "not the question's own deadline");
}

#[tokio::test]
async fn the_next_place_is_asked_when_the_first_keeps_silent() {
    let (silent, good) = (upstream(false), upstream(false));
    let _gate = silent.hold("*");
    let folder = tempfile::tempdir().unwrap();
    let first_byte_timeout = Duration::from_millis(200);
    let options = HttpOptions { first_byte_timeout, ..HttpOptions::default() };
    let chain = chain_with(&[&silent, &good], folder.path(), &options);
    let answer = chain.ask(&info(), &ctx()).await.unwrap();
    assert_eq!(answer.origin.as_str(), good.url());
    let [first, second] = answer.trail.attempts() else { panic!("two places: {}", answer.trail) };
    assert_eq!(
        (first.origin.as_str(), first.failed),
        (silent.url().as_str(), Some(FailureKind::Unavailable))
    );
    assert!(first.took >= first_byte_timeout && first.note.contains("no answer"), "{first}");
    assert_eq!((second.origin.as_str(), second.failed), (good.url().as_str(), None));
}

#[tokio::test]
async fn a_body_that_stops_moving_is_an_error_and_not_a_short_body() {
    let fake = upstream(false);
    fake.stall_body("*.zip", 1000);
    let options = HttpOptions { idle_timeout: Duration::from_millis(200), ..HttpOptions::default() };
    let upstream = Upstream::new(&fake.url(), &client_with(&fake, &options)).unwrap();
    let body = upstream.ask(&zip(), &ctx()).await.unwrap().body;
    assert!(body.into_bytes(1 << 30).await.is_err());
}

#[tokio::test]
async fn a_place_that_thinks_longer_than_it_may_pause_is_waited_for() {
    let fake = upstream(false);
    let idle_timeout = Duration::from_millis(100);
    fake.delay("*", 3 * idle_timeout);
    let options = HttpOptions { idle_timeout, ..HttpOptions::default() };
    let upstream = Upstream::new(&fake.url(), &client_with(&fake, &options)).unwrap();
    assert!(upstream.ask(&info(), &ctx()).await.is_ok());
}

#[tokio::test]
async fn a_folder_that_is_not_there_says_nothing_about_modules() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("file://{}/not-mounted", folder.path().display());
    let upstream = Upstream::new(&url, &client(&upstream(false))).unwrap();
    let failure = upstream.ask(&info(), &ctx()).await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Unavailable, "{failure}");
    std::fs::create_dir(folder.path().join("not-mounted")).unwrap();
    assert_eq!(upstream.ask(&info(), &ctx()).await.unwrap_err().kind(), FailureKind::NotFound);
}

#[tokio::test]
async fn an_info_that_go_would_refuse_is_not_an_answer() {
    let fake = upstream(false);
    let bad = Reply::new(200, "application/json", r#"{"Version":"v1.0.0","Time":"yesterday"}"#);
    fake.on(move |_| Some(Action::Answer(bad.clone())));
    assert_eq!(vet(&fake, &info()).await.unwrap_err().kind(), FailureKind::Unavailable);
}

#[tokio::test]
async fn a_body_cut_short_is_an_error() {
    let fake = upstream(false);
    fake.cut_body("*.zip", 1000);
    assert_eq!(vet(&fake, &zip()).await.unwrap_err().kind(), FailureKind::Unavailable);
}

#[tokio::test]
async fn a_page_with_status_200_is_not_an_answer() {
    let fake = upstream(false);
    let page = Reply::new(200, "text/html", "<!doctype html>\n<html><body>Please log in</body></html>\n");
    fake.on(move |_| Some(Action::Answer(page.clone())));
    for question in asks_about(PATH, "v1.2.0") {
        let failure = vet(&fake, &question).await.unwrap_err();
        assert_eq!(failure.kind(), FailureKind::Unavailable, "{question}: {failure}");
        assert!(ask(&fake, &question).await.is_ok(), "{question}: without the check it would be believed");
    }
}

#[tokio::test]
async fn nothing_with_status_200_is_an_answer_only_for_a_list() {
    let fake = upstream(false);
    fake.set_status("*", 200, "");
    for question in asks_about(PATH, "v1.2.0") {
        let is_list = matches!(question, Ask::List(_));
        assert_eq!(vet(&fake, &question).await.is_ok(), is_list, "{question}");
    }
}

#[tokio::test]
async fn an_answer_about_another_version_is_not_an_answer() {
    let fake = upstream(false);
    let other = Reply::new(200, "application/json", r#"{"Version":"v1.2.0"}"#);
    fake.on(move |request| request.path.ends_with("v1.0.0.info").then(|| Action::Answer(other.clone())));
    let failure = vet(&fake, &info()).await.unwrap_err();
    assert!(failure.message().contains("v1.2.0 instead of v1.0.0"), "{failure}");

    let zip_of_other = common::modules()[1].zip();
    let reply = Reply::new(200, "application/zip", zip_of_other);
    fake.on(move |request| request.path.ends_with("v1.0.0.zip").then(|| Action::Answer(reply.clone())));
    let failure = vet(&fake, &asks_about(PATH, "v1.0.0")[4]).await.unwrap_err();
    assert_eq!(failure.kind(), FailureKind::Unavailable, "{failure}");
}

#[tokio::test]
async fn redirects_are_followed_but_never_down_from_https() {
    let (plain, secure) = (upstream(false), upstream(true));
    let target = format!("{}{}", plain.url(), "/example.com/!big/mod/@v/v1.0.0.info");
    secure.redirect("*", &target);
    let failure = ask(&secure, &info()).await.unwrap_err();
    assert_eq!((failure.kind(), failure.retry()), (FailureKind::Unavailable, Retry::Useless), "{failure}");
    assert_eq!(plain.requests().len(), 0, "the other place was not asked");

    let first = upstream(false);
    first.redirect("*", &target);
    assert!(ask(&first, &info()).await.is_ok());
    first.clear_rules();
    first.redirect("*", "/round/and/round");
    let failure = ask(&first, &info()).await.unwrap_err();
    assert!(failure.message().contains("redirect"), "{failure}");
}

#[tokio::test]
async fn nobody_listening_and_a_certificate_nobody_signed_are_told_apart() {
    let mut fake = upstream(false);
    fake.stop();
    let refused = ask(&fake, &info()).await.unwrap_err();
    assert!(refused.message().contains("refused"), "{refused}");

    let stranger = upstream(true);
    let unknown =
        Upstream::new(&stranger.url(), &client(&fake)).unwrap().ask(&info(), &ctx()).await.unwrap_err();
    assert!(unknown.message().contains("certificate"), "{unknown}");
    assert_eq!(unknown.kind(), FailureKind::Unavailable);
}

#[tokio::test]
async fn a_coding_that_was_not_asked_for_is_not_kept_as_content() {
    let fake = upstream(false);
    let reply = Reply::new(200, "application/json", "rubbish").header("content-encoding", "gzip");
    fake.on(move |_| Some(Action::Answer(reply.clone())));
    let failure = ask(&fake, &info()).await.unwrap_err();
    assert!(failure.message().contains("gzip"), "{failure}");
}
