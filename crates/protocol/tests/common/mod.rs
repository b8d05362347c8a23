//! A node on a free port, around a checked upstream.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "each test file uses its own part, and a test may stop loudly"
)]

pub(crate) mod http2;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use protocol::listen::{Ended, Limits, serve};
use protocol::{App, Goproxy, Health, Options, Prefix};
use source::upstream::{HttpClient, HttpOptions};
use source::{Checked, Source, Spool, Upstream};
use testkit::Module;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub(crate) const PATH: &str = "example.com/Big/mod";

pub(crate) fn modules() -> Vec<Module> {
    let module = |version: &str| Module::new(PATH, version).file("go.mod", format!("module {PATH}\n"));
    vec![
        module("v1.0.0").file("a.go", "package a\n"),
        module("v1.2.0").file("a.go", "package a\n").revision("main"),
    ]
}

pub(crate) fn long_limits() -> Limits {
    let minute = Duration::from_mins(1);
    Limits {
        header_timeout: minute,
        write_timeout: minute,
        drain_delay: Duration::ZERO,
        drain_timeout: minute,
        connections_max: 100,
    }
}

pub(crate) fn short_limits() -> Limits {
    let short = Duration::from_millis(300);
    Limits { header_timeout: short, write_timeout: short, drain_timeout: short, ..long_limits() }
}

/// A running node; it ends with the test.
pub(crate) struct Node {
    pub(crate) address: SocketAddr,
    client: reqwest::Client,
    health: Health,
    stop: Option<oneshot::Sender<()>>,
    stop_seen: Option<oneshot::Receiver<()>>,
    serving: JoinHandle<Ended>,
    _spool: Option<tempfile::TempDir>,
}

impl Node {
    pub(crate) async fn start(upstream: &str, prefix: &str) -> Self {
        Self::start_with(upstream, prefix, long_limits()).await
    }

    pub(crate) async fn start_with(upstream: &str, prefix: &str, limits: Limits) -> Self {
        let spool = tempfile::tempdir().unwrap();
        let client = HttpClient::new(&HttpOptions::default()).unwrap();
        let source = Checked::new(Upstream::new(upstream, &client).unwrap(), Spool::new(spool.path()));
        let prefix = Prefix::parse(prefix).unwrap();
        let options = Options { prefix, ask_timeout: Duration::from_mins(1), ..Options::default() };
        Self { _spool: Some(spool), ..Self::around(Arc::new(source), options, limits).await }
    }

    /// A node around any source.
    pub(crate) async fn around(source: Arc<dyn Source>, options: Options, limits: Limits) -> Self {
        let goproxy = Goproxy::new(source, options);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let health = Health::default();
        let (stop, stopped) = oneshot::channel::<()>();
        let (seen, stop_seen) = oneshot::channel::<()>();
        let stopped = async move { drop((stopped.await, seen.send(()))) };
        let serving = tokio::spawn(serve(
            listener,
            App::new(goproxy, health.clone(), axum::Router::new()),
            limits,
            stopped,
        ));
        let (stop, stop_seen) = (Some(stop), Some(stop_seen));
        Self { address, client: reqwest::Client::new(), health, stop, stop_seen, serving, _spool: None }
    }

    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        self.client.get(format!("http://{}{path}", self.address)).send().await.unwrap()
    }

    pub(crate) async fn head(&self, path: &str) -> reqwest::Response {
        self.client.head(format!("http://{}{path}", self.address)).send().await.unwrap()
    }

    pub(crate) fn begin_stop(&mut self) {
        self.health.drain();
        drop(self.stop.take());
    }

    /// Waits until the listener was told to stop.
    pub(crate) async fn stop_seen(&mut self) {
        self.stop_seen.take().unwrap().await.unwrap();
    }

    /// Waits until connections are refused.
    pub(crate) async fn stops_listening(&self) {
        while TcpStream::connect(self.address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    }

    pub(crate) async fn ended(self) -> Ended {
        self.serving.await.unwrap()
    }
}

/// Sends bytes as they are and reads until the other side closes.
pub(crate) async fn raw(address: SocketAddr, request: &str) -> String {
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// The time within which everything in these tests happens, also on a machine that is busy.
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// Connects and sends bytes as they are.
pub(crate) async fn connect(address: SocketAddr, bytes: impl AsRef<[u8]>) -> TcpStream {
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(bytes.as_ref()).await.unwrap();
    connection
}

/// Waits until the server closes the connection; what it sent until then.
pub(crate) async fn closed(mut connection: TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    // A reset is an end as well: bytes that the server did not read cause one.
    drop(tokio::time::timeout(SOON, connection.read_to_end(&mut answer)).await.expect("it is closed"));
    answer
}
