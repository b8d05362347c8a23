//! `FarProxy`: a folder of files behind HTTP, as far away as one likes.
//!
//! The folder is laid out as a GOPROXY is, and so is `cache/download` in go's module cache. Files are read as they are asked for, in pieces, so that
//! a tree of a gigabyte takes no memory, and with as little processor time as can be: the rest is for what is measured against it.

mod answer;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::dice::Dice;
use crate::listening::Listening;

/// How far away a folder is.
#[derive(Clone, Copy, Debug)]
pub struct FarSpec {
    /// How long each request waits for its answer; the answer itself then comes as fast as it can.
    pub delay: Duration,
    /// Requests that wait longer than the others.
    pub silence: Option<Silence>,
}

/// Some requests that wait much longer.
#[derive(Clone, Copy, Debug)]
pub struct Silence {
    /// Which ones: it follows from the path, and from how often that was asked for. Who asks again may be luckier.
    pub dice: Dice,
    /// How long they wait, beyond what all wait.
    pub pause: Duration,
}

/// What was asked since the last [`FarProxy::begin`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// How many requests came.
    pub requests: u64,
    /// How many bytes of bodies were handed to connections, those of answers that were cut included.
    pub body_bytes: u64,
    /// How many requests were among those that wait longer.
    pub silent: u64,
}

/// A folder served over HTTP/1.1 on a loopback port, by a thread of its own. Dropping it closes the port and all connections.
///
/// ```
/// use testkit::far::{FarProxy, FarSpec};
///
/// let folder = tempfile::tempdir().unwrap();
/// let far = FarProxy::start(folder.path(), FarSpec { delay: std::time::Duration::from_millis(1), silence: None });
/// assert!(far.url().starts_with("http://127.0.0.1:"));
/// assert_eq!(far.traffic().requests, 0);
/// ```
#[derive(Debug)]
pub struct FarProxy {
    listening: Listening,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    folder: PathBuf,
    spec: FarSpec,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    traffic: Traffic,
    /// How often each path was asked for.
    asked: HashMap<String, u64>,
}

impl FarProxy {
    /// Serves `folder`.
    pub fn start(folder: &Path, spec: FarSpec) -> Self {
        let shared = Arc::new(Shared { folder: folder.to_owned(), spec, seen: Mutex::default() });
        let of_connections = Arc::clone(&shared);
        let listening = Listening::start(move |stream| serve(stream, Arc::clone(&of_connections)));
        Self { listening, shared }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.listening.address()
    }

    /// The value for GOPROXY.
    pub fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Forgets what was asked, so that the dice fall anew, and counts from 0.
    pub fn begin(&self) {
        *self.shared.seen() = Seen::default();
    }

    /// What was asked since then.
    pub fn traffic(&self) -> Traffic {
        self.shared.seen().traffic
    }
}

impl Shared {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long this request for `path` waits.
    fn pause(&self, path: &str) -> Duration {
        let mut seen = self.seen();
        seen.traffic.requests += 1;
        let Some(Silence { dice, pause }) = self.spec.silence else { return self.spec.delay };
        let asked = seen.asked.entry(path.to_owned()).or_default();
        let is_silent = dice.throw(0, 0, path, *asked).is_some();
        *asked += 1;
        seen.traffic.silent += u64::from(is_silent);
        if is_silent { self.spec.delay + pause } else { self.spec.delay }
    }

    fn sent(&self, bytes: usize) {
        self.seen().traffic.body_bytes += bytes as u64;
    }
}

async fn serve(stream: TcpStream, shared: Arc<Shared>) {
    let service = service_fn(move |request: http::Request<Incoming>| {
        let shared = Arc::clone(&shared);
        async move {
            tokio::time::sleep(shared.pause(request.uri().path())).await;
            answer::answer(&shared, &request)
        }
    });
    // A connection that breaks is the business of the side that broke it.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}
