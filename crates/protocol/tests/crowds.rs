//! Many clients that want nothing, and clients that want too much: others are served all the while.

#![allow(clippy::print_stderr, reason = "a test that does less than it would like to says so")]

mod common;

use std::time::Duration;

use common::{Node, SOON, closed, long_limits};
use http::StatusCode;
use protocol::listen::{CONNECTIONS_MAX, Limits, make_room};
use rustix::process::{Resource, getrlimit};
use testkit::FakeUpstream;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// The test itself holds one end of each connection, so each takes two file descriptors. Some are left for the rest.
fn crowd() -> usize {
    make_room();
    let descriptors = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    let fitting = usize::try_from(descriptors.saturating_sub(500) / 2).unwrap_or(CONNECTIONS_MAX);
    if fitting < CONNECTIONS_MAX {
        eprintln!("only {fitting} connections, for want of file descriptors");
    }
    fitting.min(CONNECTIONS_MAX)
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_idle_connections_are_timed_out_and_harm_nobody() {
    let upstream = FakeUpstream::builder().start();
    // Long enough for an honest client on a busy machine.
    let header_timeout = Duration::from_secs(10);
    let limits = Limits { header_timeout, connections_max: CONNECTIONS_MAX + 10, ..long_limits() };
    let node = Node::start_with(&upstream.url(), "", limits).await;
    let mut idle = Vec::new();
    for _ in 0..crowd() {
        idle.push(TcpStream::connect(node.address).await.unwrap());
    }
    assert_eq!(node.get("/healthz").await.status(), StatusCode::OK);
    for connection in idle {
        assert!(closed(connection).await.is_empty(), "there is nothing to say");
    }
    assert_eq!(node.get("/healthz").await.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_of_a_mebibyte_is_refused_and_harms_nobody() {
    let upstream = FakeUpstream::builder().start();
    let node = Node::start_with(&upstream.url(), "", long_limits()).await;
    let head = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Large: {}\r\n\r\n", "x".repeat(1 << 20));
    let mut large = TcpStream::connect(node.address).await.unwrap();
    // The server may close while the rest is still on its way.
    drop(tokio::time::timeout(SOON, large.write_all(head.as_bytes())).await.expect("it is read or refused"));
    let answer = String::from_utf8_lossy(&closed(large).await).into_owned();
    // A reset may overtake the answer.
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431 "), "{answer}");

    let two = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    let large = two.get(format!("http://{}/healthz", node.address)).header("x-large", "x".repeat(1 << 20));
    let answer = tokio::time::timeout(SOON, large.send()).await.expect("it is refused");
    assert!(answer.map_or(true, |answer| answer.status() != StatusCode::OK), "over HTTP/2");
    assert_eq!(node.get("/healthz").await.status(), StatusCode::OK);
}
