//! The TLS handshake, its deadline and its end; what a certificate says of itself.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop loudly")]

mod common;

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use common::{SOON, closed, connect, long_limits, short_limits};
use protocol::listen::{Ended, Front, Limits, ServerCertificate, Tls, serve};
use testkit::Authority;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

/// The first bytes of a TLS record, whose rest does not come.
const BEGINNING: [u8; 5] = [22, 3, 1, 2, 0];

struct Secure {
    address: SocketAddr,
    authority: Authority,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<Ended>,
}

/// A server that answers nothing but probes, over TLS.
async fn start(limits: Limits) -> Secure {
    let authority = Authority::new();
    let tls = Some(Tls::new(certificate(&authority)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let probes = axum::Router::new().route("/healthz", axum::routing::get(async || "ok"));
    let stopped = async move { drop(stopped.await) };
    let serving = tokio::spawn(serve(Front { listener, tls }, probes, limits, stopped));
    Secure { address, authority, stop, serving }
}

fn certificate(authority: &Authority) -> ServerCertificate {
    let issued = authority.issue(&["127.0.0.1"]);
    ServerCertificate::from_pem(issued.certificate.as_bytes(), issued.key.as_bytes()).unwrap()
}

impl Secure {
    async fn probe(&self) {
        let authority = reqwest::Certificate::from_pem(self.authority.pem().as_bytes()).unwrap();
        let client = reqwest::Client::builder().tls_certs_only([authority]).build().unwrap();
        let answer = client.get(format!("https://{}/healthz", self.address)).send().await.unwrap();
        assert_eq!(answer.text().await.unwrap(), "ok");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_has_the_deadline_of_a_head() {
    let server = start(short_limits()).await;
    let (silent, slow) = (connect(server.address, b"").await, connect(server.address, BEGINNING).await);
    server.probe().await;
    assert!(closed(silent).await.is_empty());
    assert!(closed(slow).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_handshake_that_does_not_end_does_not_hold_up_a_stop() {
    let hour = Duration::from_hours(1);
    let server = start(Limits { header_timeout: hour, drain_timeout: hour, ..long_limits() }).await;
    let slow = connect(server.address, BEGINNING).await;
    server.probe().await;
    drop(server.stop);
    assert_eq!(timeout(SOON, server.serving).await.expect("it ends").unwrap(), Ended::Drained);
    closed(slow).await;
}

#[tokio::test]
async fn a_certificate_says_until_when_it_is_valid() {
    let not_after = certificate(&Authority::new()).not_after();
    let year = Duration::from_hours(365 * 24 + 6);
    assert!(not_after > SystemTime::UNIX_EPOCH + year * 2000, "the testkit's are for two thousand years");
    assert!(not_after < SystemTime::UNIX_EPOCH + year * 3000);
}
