//! How many connections are served, and how serving ends.

mod common;

use std::time::{Duration, Instant};

use common::{Node, SOON, closed, connect, http2, long_limits, modules, raw, short_limits};
use http::StatusCode;
use protocol::listen::{Ended, Limits};
use testkit::FakeUpstream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_finishes_what_is_under_way_and_takes_nothing_new() {
    let upstream = FakeUpstream::builder().modules(modules()).start();
    let mut node = Node::start(&upstream.url(), "").await;
    let gate = upstream.hold("*.zip");
    let address = node.address;
    let path = modules()[1].url_path("zip");
    let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let under_way = tokio::spawn(async move { raw(address, &request).await });
    gate.arrived(1).await;
    node.begin_stop();
    node.stops_listening().await;
    gate.release();
    assert!(under_way.await.unwrap().starts_with("HTTP/1.1 200 "));
    assert_eq!(node.ended().await, Ended::Drained);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_has_an_end_even_when_an_answer_has_none() {
    let upstream = FakeUpstream::builder().modules(modules()).start();
    let mut node = Node::start_with(&upstream.url(), "", short_limits()).await;
    let gate = upstream.hold("*.zip");
    let (address, path) = (node.address, modules()[1].url_path("zip"));
    let stuck =
        tokio::spawn(async move { raw(address, &format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n")).await });
    gate.arrived(1).await;
    node.begin_stop();
    assert_eq!(node.ended().await, Ended::Cut);
    stuck.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_stop_is_announced_probes_see_it_and_questions_are_answered() {
    let upstream = FakeUpstream::builder().modules(modules()).start();
    let limits = Limits { drain_delay: Duration::from_mins(1), ..long_limits() };
    let mut node = Node::start_with(&upstream.url(), "", limits).await;
    assert_eq!(node.get("/readyz").await.status(), StatusCode::OK);
    node.begin_stop();
    node.stop_seen().await;
    let path = modules()[0].url_path("mod");
    let seen = Instant::now();
    while seen.elapsed() < Duration::from_millis(300) {
        assert!(ask(&node, "/readyz").await.starts_with("HTTP/1.1 503 "));
        assert!(ask(&node, &path).await.starts_with("HTTP/1.1 200 "));
    }
}

/// The answer over a connection of its own.
async fn ask(node: &Node, path: &str) -> String {
    raw(node.address, &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_announcement_of_a_stop_has_an_end() {
    let upstream = FakeUpstream::builder().start();
    let limits = Limits { drain_delay: Duration::from_millis(100), ..long_limits() };
    let mut node = Node::start_with(&upstream.url(), "", limits).await;
    node.begin_stop();
    node.stops_listening().await;
    assert_eq!(node.ended().await, Ended::Drained);
}

#[tokio::test(flavor = "multi_thread")]
async fn clients_without_an_answer_under_way_do_not_hold_up_a_stop() {
    let upstream = FakeUpstream::builder().start();
    let limits = Limits { drain_timeout: Duration::from_hours(1), ..long_limits() };
    let mut node = Node::start_with(&upstream.url(), "", limits).await;
    let mut idle = Vec::new();
    let hello = [http2::begin(100), http2::get("/healthz")].concat();
    for begin in
        [&b""[..], b"P", &http2::PREFACE[..20], b"GET / HTTP/1.1\r\nX-Slow: ", &http2::begin(1), &hello]
    {
        idle.push(connect(node.address, begin).await);
    }
    http2::read_until(idle.last_mut().unwrap(), http2::DATA).await;
    // It was accepted after the others, so they are all served by now.
    assert_eq!(node.get("/healthz").await.status(), StatusCode::OK);
    node.begin_stop();
    let ended = tokio::time::timeout(SOON, node.ended()).await;
    assert_eq!(ended.expect("it does not wait for them"), Ended::Drained);
    for connection in idle {
        closed(connection).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_that_only_idle_clients_outlast_cuts_no_answer() {
    let upstream = FakeUpstream::builder().start();
    let limits = Limits { drain_timeout: Duration::from_millis(1), ..long_limits() };
    let mut node = Node::start_with(&upstream.url(), "", limits).await;
    let _idle = connect(node.address, "GET / HTTP/1.1\r\nX-Slow: ").await;
    assert_eq!(node.get("/healthz").await.status(), StatusCode::OK);
    node.begin_stop();
    assert_eq!(node.ended().await, Ended::Drained);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_the_client_does_not_take_is_cut_at_the_end_of_a_stop() {
    let upstream = FakeUpstream::builder().start();
    let limits = Limits { drain_timeout: Duration::from_millis(100), ..long_limits() };
    let mut node = Node::start_with(&upstream.url(), "", limits).await;
    let mut stuck = connect(node.address, [http2::begin(1), http2::get("/healthz")].concat()).await;
    http2::read_until(&mut stuck, http2::DATA).await;
    node.begin_stop();
    assert_eq!(node.ended().await, Ended::Cut);
    closed(stuck).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_on_its_way_at_the_stop_is_answered() {
    let upstream = FakeUpstream::builder().start();
    let mut node = Node::start(&upstream.url(), "").await;
    let mut late = connect(node.address, "").await;
    assert_eq!(node.get("/healthz").await.status(), StatusCode::OK);
    node.begin_stop();
    node.stops_listening().await;
    late.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    assert!(closed(late).await.starts_with(b"HTTP/1.1 200 "));
}

#[tokio::test(flavor = "multi_thread")]
async fn above_the_cap_a_client_waits_until_another_is_gone() {
    let upstream = FakeUpstream::builder().start();
    let limits = Limits { connections_max: 2, ..long_limits() };
    let node = Node::start_with(&upstream.url(), "", limits).await;
    let keep = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    let (mut first, mut second) = (connect(node.address, keep).await, connect(node.address, keep).await);
    for open in [&mut first, &mut second] {
        open.read_exact(&mut [0; 15]).await.unwrap();
    }
    let mut third = connect(node.address, keep).await;
    let waits = tokio::time::timeout(Duration::from_millis(200), third.read_exact(&mut [0; 15])).await;
    assert!(waits.is_err(), "nobody serves it yet");
    drop(first);
    let served = tokio::time::timeout(SOON, third.read_exact(&mut [0; 15])).await;
    served.expect("it is served").unwrap();
}
