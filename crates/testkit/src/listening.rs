//! A thread that accepts connections on a loopback port and serves them, until it is dropped.

use std::net::{Ipv4Addr, SocketAddr};
use std::thread::JoinHandle;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::oneshot;

/// Connections that wait to be accepted.
const BACKLOG: u32 = 1024;

/// An open port. Dropping this closes it, ends all connections and everything that was started for them.
#[derive(Debug)]
pub(crate) struct Listening {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Listening {
    /// Opens a free port and serves each connection with a task of its own. Returns when the port is open.
    pub(crate) fn start<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (stop, stopped) = oneshot::channel();
        let (open, is_open) = std::sync::mpsc::channel();
        let run = async move {
            let listener = listen();
            open.send(listener.local_addr().expect("an address")).expect("the test waits for this");
            tokio::select! {
                () = accept(listener, serve) => {}
                _ = stopped => {}
            }
        };
        let thread = std::thread::spawn(move || runtime().block_on(run));
        let address = is_open.recv().unwrap_or_else(|_| panic!("no port on loopback could be opened"));
        Self { address, stop: Some(stop), thread: Some(thread) }
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn listen() -> TcpListener {
    let socket = TcpSocket::new_v4().expect("a socket");
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).expect("a free port");
    socket.listen(BACKLOG).expect("a port to listen on")
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

async fn accept<F>(listener: TcpListener, serve: impl Fn(TcpStream) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let _ = stream.set_nodelay(true);
        tokio::spawn(serve(stream));
    }
}
