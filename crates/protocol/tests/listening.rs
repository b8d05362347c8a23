//! Connections that do not behave, and how serving ends.

mod common;

use std::time::Duration;

use common::{Node, modules, raw, short_limits};
use http::StatusCode;
use protocol::listen::Ended;
use testkit::FakeUpstream;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test(flavor = "multi_thread")]
async fn a_request_head_that_never_ends_is_cut_and_the_others_are_served() {
    let upstream = FakeUpstream::builder().modules(modules()).start();
    let node = Node::start_with(&upstream.url(), "", short_limits()).await;
    let mut slow = TcpStream::connect(node.address).await.unwrap();
    slow.write_all(b"GET /example.com/m/@v/list HTTP/1.1\r\nX-Slow: ").await.unwrap();
    assert_eq!(node.get("/healthz").await.status(), StatusCode::OK);
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(20), slow.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "the connection is closed by the server");
}

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
