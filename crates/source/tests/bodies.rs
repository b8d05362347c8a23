//! What becomes of a body that is too slow or breaks off.

#![allow(clippy::unwrap_used, reason = "a test may stop loudly")]

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use common::{PATH, client_with, modules, steady, upstream};
use http::HeaderMap;
use source::conformance::asks_about;
use source::upstream::HttpOptions;
use source::{Answer, Ask, Ctx, Failure, Source, Upstream};
use testkit::{Action, FakeUpstream, Reply};

const CUT_AT: usize = 100_000;

fn info() -> Ask {
    asks_about(PATH, "v1.0.0")[2].clone()
}

fn zip() -> Ask {
    asks_about(PATH, "v1.2.0")[4].clone()
}

fn content() -> Bytes {
    modules()[1].zip()
}

fn ctx() -> Ctx {
    Ctx::within(Duration::from_secs(30))
}

#[tokio::test]
async fn a_drip_is_dead_although_it_never_pauses_for_long() {
    let fake = upstream(false);
    fake.trickle_body("*.info", 1, Duration::from_millis(20));
    for (rate_min, whole) in [(10_000, false), (0, true)] {
        let options =
            HttpOptions { idle_timeout: Duration::from_millis(400), rate_min, ..HttpOptions::default() };
        let upstream = Upstream::new(&fake.url(), &client_with(&fake, &options)).unwrap();
        let body = upstream.ask(&info(), &ctx()).await.unwrap().body.into_bytes(1 << 20).await;
        assert_eq!(body.is_ok(), whole, "at least {rate_min} bytes a second: {body:?}");
        assert!(whole || body.unwrap_err().to_string().contains("drips"));
    }
}

/// Cuts the first answers to zips, and answers ranges if `ranges`. Gives the count of the bytes of zips that were sent.
fn cutting(fake: &FakeUpstream, cuts: usize, ranges: bool) -> Arc<AtomicUsize> {
    let (sent, counter) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let total = sent.clone();
    fake.on(move |request| {
        let start = is_zip(request).then(|| start_of(&request.headers).filter(|_| ranges))?;
        Some(answer(start, &total))
    });
    let total = sent.clone();
    fake.on(move |request| {
        let cut = is_zip(request) && counter.fetch_add(1, Ordering::SeqCst) < cuts;
        cut.then(|| {
            let rest = content().len() - start_of(&request.headers).filter(|_| ranges).unwrap_or(0);
            total.fetch_sub(rest - CUT_AT.min(rest), Ordering::SeqCst);
            Action::CutBody { after_bytes: CUT_AT }
        })
    });
    sent
}

fn is_zip(request: &testkit::Request) -> bool {
    request.path.contains(".zip")
}

fn start_of(headers: &HeaderMap) -> Option<usize> {
    assert!(!headers.contains_key("range") || headers["if-range"] == "\"v\"");
    headers.get("range")?.to_str().unwrap().strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()
}

fn answer(start: Option<usize>, sent: &AtomicUsize) -> Action {
    let (whole, size) = (content(), content().len());
    let status = if start.is_some() { 206 } else { 200 };
    let rest = whole.slice(start.unwrap_or(0)..);
    sent.fetch_add(rest.len(), Ordering::SeqCst);
    let reply =
        Reply::new(status, "application/zip", rest).header("etag", "\"v\"").header("accept-ranges", "bytes");
    let range = format!("bytes {}-{}/{size}", start.unwrap_or(0), size - 1);
    Action::Answer(if start.is_some() { reply.header("content-range", &range) } else { reply })
}

async fn fetch(fake: &FakeUpstream) -> Result<Answer, Failure> {
    let folder = tempfile::tempdir().unwrap();
    let answer = steady(fake, folder.path()).ask(&zip(), &ctx()).await?;
    assert_eq!(answer.body.share().unwrap().into_bytes(1 << 30).await.unwrap(), content());
    Ok(answer)
}

#[tokio::test]
async fn a_zip_that_breaks_off_is_gone_on_with_and_no_byte_is_fetched_twice() {
    let fake = upstream(false);
    let sent = cutting(&fake, 2, true);
    fetch(&fake).await.unwrap();
    let ranges: Vec<Option<usize>> =
        fake.requests().iter().map(|request| start_of(&request.headers)).collect();
    assert_eq!(ranges, [None, Some(CUT_AT), Some(2 * CUT_AT)]);
    assert_eq!(sent.load(Ordering::SeqCst), content().len());
}

#[tokio::test]
async fn where_the_place_answers_no_ranges_the_zip_is_fetched_anew() {
    let fake = upstream(false);
    let sent = cutting(&fake, 1, false);
    fetch(&fake).await.unwrap();
    assert_eq!(sent.load(Ordering::SeqCst), CUT_AT + 2 * content().len(), "one refused rest, and one anew");
}

#[tokio::test]
async fn a_zip_that_changed_meanwhile_is_not_glued_together() {
    let fake = upstream(false);
    let part = content().slice(CUT_AT + 1..);
    let size = content().len();
    let _ = cutting(&fake, 1, true);
    let shifted = Reply::new(206, "application/zip", part)
        .header("content-range", &format!("bytes {}-{}/{size}", CUT_AT + 1, size - 1));
    fake.on(move |request| request.header("range").is_some().then(|| Action::Answer(shifted.clone())));
    fetch(&fake).await.unwrap();
    let anew = fake.requests().iter().filter(|request| request.header("range").is_none()).count();
    assert_eq!(anew, 2, "it was asked for anew");
}

#[tokio::test]
async fn a_place_that_always_cuts_is_given_up() {
    let fake = upstream(false);
    let _ = cutting(&fake, usize::MAX, false);
    let failure = fetch(&fake).await.unwrap_err();
    assert!(failure.message().contains("broke off"), "{failure}");
    assert!(fake.count(".zip") <= 6, "{} requests", fake.count(".zip"));
}
