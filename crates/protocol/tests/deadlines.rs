//! Every wait for a client has an end, whatever it sends or does not send.

mod common;

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use common::{Node, SOON, closed, connect, http2, long_limits};
use futures_util::stream;
use http::StatusCode;
use protocol::listen::{Limits, serve};
use testkit::FakeUpstream;
use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::timeout;

const SHORT: Duration = Duration::from_millis(200);

/// Only the head of a request has a short deadline: when a connection ends, it is for this.
fn short_to_ask() -> Limits {
    Limits { header_timeout: SHORT, ..long_limits() }
}

/// Only taking has a short deadline.
fn short_to_take() -> Limits {
    Limits { write_timeout: SHORT, ..long_limits() }
}

async fn node(limits: Limits) -> Node {
    let upstream = FakeUpstream::builder().start();
    Node::start_with(&upstream.url(), "", limits).await
}

/// A client that begins like this and then is silent is closed, and not before its time.
async fn is_closed_after(hello: impl AsRef<[u8]>) {
    let node = node(short_to_ask()).await;
    let begun = Instant::now();
    closed(connect(node.address, hello).await).await;
    assert!(begun.elapsed() >= SHORT);
    assert_eq!(node.get("/healthz").await.status(), StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_sends_nothing() {
    is_closed_after("").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_sends_the_first_letter_of_both_versions() {
    is_closed_after("P").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_sends_a_part_of_the_http2_preface() {
    is_closed_after(&http2::PREFACE[..20]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_sends_half_a_head() {
    is_closed_after("GET /healthz HTTP/1.1\r\nX-Slow: ").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_http2_client_that_asks_nothing() {
    is_closed_after(http2::begin(100)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_http1_client_that_keeps_its_connection_and_asks_no_more() {
    is_closed_after("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_http2_client_that_keeps_its_connection_and_asks_no_more() {
    is_closed_after([http2::begin(100), http2::get("/healthz")].concat()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_http2_client_that_is_lively_and_asks_nothing() {
    let node = node(short_to_ask()).await;
    let connection = connect(node.address, [http2::begin(100), http2::ping()].concat()).await;
    timeout(SOON, http2::answer_pings_until_closed(connection)).await.expect("it is closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_http2_client_that_is_lively_and_lets_nothing_be_sent() {
    let node = node(short_to_take()).await;
    let hello = [http2::begin(0), http2::get("/healthz"), http2::ping()].concat();
    let mut connection = connect(node.address, hello).await;
    http2::read_until(&mut connection, http2::HEADERS).await;
    timeout(SOON, http2::answer_pings_until_closed(connection)).await.expect("it is closed");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rest_of_an_answer_has_the_time_for_taking_and_not_that_for_asking() {
    let take = Duration::from_millis(900);
    let node = node(Limits { write_timeout: take, ..short_to_ask() }).await;
    let begun = Instant::now();
    let mut connection = connect(node.address, [http2::begin(1), http2::get("/healthz")].concat()).await;
    http2::read_until(&mut connection, http2::DATA).await;
    closed(connection).await;
    assert!(begun.elapsed() >= take);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_asks_and_does_not_read() {
    for hello in
        [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(), [http2::begin(100), http2::get("/")].concat()]
    {
        let (routes, given_up) = endless();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(serve(listener, routes, short_to_take(), std::future::pending()));
        let _silent = connect(address, hello).await;
        timeout(SOON, given_up).await.expect("the answer is given up").expect_err("nothing is sent by it");
    }
}

/// Takes a part of a large answer at a time. Each takes less than the limit, all of them much longer.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_slow_and_moves_is_not_cut() {
    const SIZE: usize = 64 << 20;
    const PARTS: usize = 8;
    let limits = Limits { write_timeout: Duration::from_secs(2), ..long_limits() };
    let routes = Router::new().fallback(|| async { vec![b'x'; SIZE] });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(serve(listener, routes, limits, std::future::pending()));
    let mut connection = connect(address, "GET / HTTP/1.1\r\nHost: x\r\n\r\n").await;
    let mut part = vec![0; SIZE / PARTS];
    for _ in 0..PARTS {
        tokio::time::sleep(Duration::from_millis(400)).await;
        connection.read_exact(&mut part).await.unwrap();
    }
}

/// An answer without an end, for one client, and what is dropped together with it.
#[allow(clippy::unwrap_used, reason = "a test may stop loudly")]
fn endless() -> (Router, oneshot::Receiver<()>) {
    let (alive, given_up) = oneshot::channel::<()>();
    let chunk = move || {
        let _held = &alive;
        Ok::<_, std::io::Error>(vec![b'x'; 1 << 16])
    };
    let body = Mutex::new(Some(Body::from_stream(stream::iter(std::iter::repeat_with(chunk)))));
    let answer = move || std::future::ready(body.lock().unwrap().take().unwrap());
    let answer = Arc::new(answer);
    (Router::new().fallback(move || answer()), given_up)
}
