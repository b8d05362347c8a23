//! How many connections an upstream sees, and what becomes of them.

#![allow(clippy::unwrap_used, reason = "a test may stop loudly")]

mod common;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use common::{PATH, client_with, modules, upstream};
use futures_util::future::join_all;
use source::conformance::asks_about;
use source::upstream::HttpOptions;
use source::{Answer, Ask, Ctx, Failure, Source, Upstream};
use testkit::module::noise;
use testkit::{Action, FakeUpstream, Module, Relay, RelaySpec, Reply, Request};

fn mod_file() -> Ask {
    asks_about(PATH, "v1.0.0")[3].clone()
}

fn zip() -> Ask {
    asks_about(PATH, "v1.2.0")[4].clone()
}

fn place(fake: &FakeUpstream, options: &HttpOptions) -> Arc<Upstream> {
    Arc::new(Upstream::new(&fake.url(), &client_with(fake, options)).unwrap())
}

async fn ask(place: &Upstream, ask: &Ask) -> Result<Answer, Failure> {
    place.ask(ask, &Ctx::within(Duration::from_secs(20))).await
}

/// So many questions at once, each from a task of its own; all are answered to the end.
async fn crowd(place: &Arc<Upstream>, count: usize) {
    let questions = (0..count).map(|_| {
        let place = Arc::clone(place);
        tokio::spawn(async move {
            ask(&place, &mod_file()).await.unwrap().body.into_bytes(1 << 20).await.unwrap()
        })
    });
    for answered in join_all(questions).await {
        assert_eq!(answered.unwrap(), modules()[0].mod_file());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_shares_one_connection_over_http_2() {
    let fake = upstream(true);
    let place = place(&fake, &HttpOptions::default());
    crowd(&place, 200).await;
    crowd(&place, 200).await;
    assert_eq!((fake.count(".mod"), fake.connections()), (400, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_does_so_again_after_that_one_has_gone() {
    let mut fake = upstream(true);
    let place = place(&fake, &HttpOptions::default());
    crowd(&place, 10).await;
    fake.stop();
    ask(&place, &mod_file()).await.unwrap_err();
    fake.restart();
    crowd(&place, 200).await;
    // After a failure two may be opened at once.
    assert!((2..=3).contains(&fake.connections()), "{}", fake.connections());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_connection_that_hangs_holds_nobody_else() {
    let fake = upstream(true);
    let held = fake.hold_connections(1);
    let place = place(&fake, &HttpOptions::default());
    crowd(&place, 200).await;
    held.arrived(1).await;
    // The one behind it; on a machine that is busy, a few more.
    assert!((2..10).contains(&fake.connections()), "{}", fake.connections());
}

#[tokio::test(flavor = "multi_thread")]
async fn over_http_1_there_are_as_many_as_allowed_and_they_are_used_again() {
    for fake in [FakeUpstream::builder().tls_http1(), FakeUpstream::builder()] {
        let fake = fake.modules(modules()).start();
        let gate = fake.hold("*");
        let place = place(&fake, &HttpOptions { at_once_max: 8, ..HttpOptions::default() });
        let ((), ()) = tokio::join!(crowd(&place, 50), async {
            gate.arrived(8).await;
            gate.release();
        });
        assert_eq!(fake.connections(), 8);
        crowd(&place, 50).await;
        assert_eq!((fake.count(".mod"), fake.connections()), (100, 8));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_others_is_not_the_silence_of_the_place() {
    let fake = upstream(false);
    let options = HttpOptions {
        at_once_max: 1,
        first_byte_timeout: Duration::from_millis(300),
        ..HttpOptions::default()
    };
    fake.delay("*", Duration::from_millis(100));
    crowd(&place(&fake, &options), 8).await;
    assert_eq!(fake.connections(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_asked_for_again_with_the_slot_of_the_first() {
    let fake = upstream(false);
    fake.fail_first("*", 1, 403);
    crowd(&place(&fake, &HttpOptions { at_once_max: 1, ..HttpOptions::default() }), 1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_zip_that_breaks_off_goes_on_with_the_slot_of_its_beginning() {
    let fake = upstream(false);
    let whole = modules()[1].zip();
    let place = place(&fake, &HttpOptions { at_once_max: 1, ..HttpOptions::default() });
    let zip_file = whole.clone();
    fake.on(move |request| Some(ranged(request, &zip_file).into()));
    let cut = Action::CutBody { after_bytes: 200_000 };
    fake.on(move |request| request.header("range").is_none().then(|| cut.clone()));
    let body = ask(&place, &zip()).await.unwrap().body;
    assert_eq!(body.into_bytes(1 << 20).await.unwrap(), whole);
}

/// The whole with a tag, or the rest of it.
fn ranged(request: &Request, whole: &Bytes) -> Reply {
    let from: Option<usize> =
        request.header("range").and_then(|range| range["bytes=".len()..range.len() - 1].parse().ok());
    let reply = match from {
        None => Reply::new(200, "application/zip", whole.clone()),
        Some(from) => Reply::new(206, "application/zip", whole.slice(from..))
            .header("content-range", &format!("bytes {from}-{}/{}", whole.len() - 1, whole.len())),
    };
    reply.header("etag", "\"a\"").header("accept-ranges", "bytes")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_answer_is_on_its_way_before_it_is_read() {
    const ON_THE_WAY: usize = 6 << 20;
    let module = Module::new(PATH, "v1.2.0").file("noise.bin", noise(ON_THE_WAY + 1));
    let fake = FakeUpstream::builder().module(module).tls().start();
    let gate = fake.hold_body("*.zip", ON_THE_WAY);
    let answer = ask(&place(&fake, &HttpOptions::default()), &zip()).await.unwrap();
    gate.arrived(1).await;
    drop(answer);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_whose_other_end_has_vanished_is_given_up() {
    let fake = upstream(true);
    let relay = Relay::start(fake.address(), RelaySpec::NONE);
    let options = HttpOptions { ping_after: Duration::from_millis(200), ..HttpOptions::default() };
    let place =
        Upstream::new(&format!("https://{}", relay.address()), &client_with(&fake, &options)).unwrap();
    ask(&place, &mod_file()).await.unwrap();
    relay.freeze();
    let failure = ask(&place, &mod_file()).await.unwrap_err();
    assert!(!failure.message().contains("no answer within"), "{failure}");
    ask(&place, &mod_file()).await.unwrap();
    assert_eq!(relay.connections(), 2);
}
