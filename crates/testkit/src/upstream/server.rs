//! The accept loop, and the way of one request through the rules.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use http::Response;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;
use tokio_rustls::TlsAcceptor;

use super::body::{Body, respond};
use super::catalogue::Catalogue;
use super::{Action, Gate, Recorded, Reply, Request};

/// Connections that wait to be accepted; enough for go's bursts.
const BACKLOG: u32 = 1024;

pub(super) type Hook = Arc<dyn Fn(&Request) -> Option<Action> + Send + Sync>;

/// What the test and the server thread share.
pub(super) struct Shared {
    catalogue: Mutex<Catalogue>,
    rules: Mutex<Vec<Hook>>,
    log: Mutex<Vec<Recorded>>,
    connections: AtomicUsize,
    /// Where so many of the next connections wait.
    held: Mutex<Option<(usize, Gate)>>,
}

impl Shared {
    pub(super) fn new(catalogue: Catalogue) -> Self {
        Self {
            catalogue: Mutex::new(catalogue),
            rules: Mutex::default(),
            log: Mutex::default(),
            connections: AtomicUsize::new(0),
            held: Mutex::default(),
        }
    }

    pub(super) fn catalogue(&self) -> MutexGuard<'_, Catalogue> {
        lock(&self.catalogue)
    }

    pub(super) fn rules(&self) -> MutexGuard<'_, Vec<Hook>> {
        lock(&self.rules)
    }

    pub(super) fn log(&self) -> MutexGuard<'_, Vec<Recorded>> {
        lock(&self.log)
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    pub(super) fn hold_connections(&self, count: usize, gate: Gate) {
        *lock(&self.held) = Some((count, gate));
    }

    /// Counts a connection; where it has to wait, if it has to.
    fn connected(&self) -> Option<Gate> {
        self.connections.fetch_add(1, Ordering::SeqCst);
        let mut held = lock(&self.held);
        let (left, gate) = held.as_mut().filter(|(left, _)| *left > 0)?;
        *left -= 1;
        Some(gate.clone())
    }

    async fn handle(&self, request: &Request) -> io::Result<Response<Body>> {
        self.log().push(Recorded { request: request.clone(), at: Instant::now() });
        let hooks: Vec<Hook> = self.rules().iter().rev().cloned().collect();
        let mut travel = None;
        for action in hooks.iter().filter_map(|hook| hook(request)) {
            match action {
                Action::Answer(reply) => return Ok(respond(reply, travel.as_ref())),
                Action::HangUp => return Err(io::Error::other("hung up by the test")),
                Action::Delay(pause) => tokio::time::sleep(pause).await,
                Action::Hold(gate) => gate.pass().await,
                body => travel = travel.or(Some(body)),
            }
        }
        Ok(respond(self.reply(request), travel.as_ref()))
    }

    fn reply(&self, request: &Request) -> Reply {
        match request.method.as_str() {
            "GET" | "HEAD" => self.catalogue().answer(&request.path),
            method => Reply::text(405, &format!("{method} is not allowed here")),
        }
    }
}

/// A test that panicked in one thread has failed already; the others may still read.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Chooses a free loopback port, and keeps it from others where the system allows two sockets on one port when only one
/// listens (Linux).
pub(super) fn reserve_port() -> (Option<TcpSocket>, SocketAddr) {
    let socket = bind((Ipv4Addr::LOCALHOST, 0).into());
    let address = socket.local_addr().expect("a bound socket has an address");
    (cfg!(target_os = "linux").then_some(socket), address)
}

fn bind(address: SocketAddr) -> TcpSocket {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.set_reuseaddr(true).expect("SO_REUSEADDR");
    socket.bind(address).unwrap_or_else(|error| panic!("cannot bind {address}: {error}"));
    socket
}

/// The server thread; dropping this ends it and closes its port and connections.
pub(super) struct Running {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Running {
    /// Returns when the port is open.
    pub(super) fn start(address: SocketAddr, tls: Option<TlsAcceptor>, shared: Arc<Shared>) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (ready, is_ready) = std::sync::mpsc::channel();
        let serve = async move {
            let listener = bind(address).listen(BACKLOG).expect("a port to listen on");
            ready.send(()).expect("the test waits for this");
            tokio::select! {
                () = accept(listener, tls, shared) => {}
                _ = stopped => {}
            }
        };
        let thread = std::thread::spawn(move || runtime().block_on(serve));
        is_ready.recv().unwrap_or_else(|_| panic!("the fake upstream could not listen on {address}"));
        Self { stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let _ = stream.set_nodelay(true);
        tokio::spawn(connection(stream, tls.clone(), Arc::clone(&shared)));
    }
}

async fn connection(stream: TcpStream, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    if let Some(gate) = shared.connected() {
        gate.pass().await;
    }
    match tls {
        None => serve(stream, shared, false).await,
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                let has_shown = stream.get_ref().1.peer_certificates().is_some();
                serve(stream, shared, has_shown).await;
            }
        }
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    shared: Arc<Shared>,
    has_shown: bool,
) {
    let service = service_fn(move |request: http::Request<Incoming>| {
        let shared = Arc::clone(&shared);
        async move { shared.handle(&Request::read(&request, has_shown)).await }
    });
    // A connection that breaks is the business of the side that broke it, often the test itself.
    let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service).await;
}
