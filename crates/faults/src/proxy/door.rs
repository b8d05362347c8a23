//! Connections: how they are accepted, and what becomes of them before there is a request.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, copy, sink};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::tls::Identity;
use super::{Shared, StartError, effect};
use crate::fault::{Door, Effect};

/// How many connections are open at once; more wait to be accepted. A build opens a few dozen.
const CONNECTIONS_MAX: usize = 1000;
/// How long to wait after the system had no socket for a new connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How long a client may take for the handshake and for the head of each request; idle connections are closed after it.
const CLIENT_WAIT: Duration = Duration::from_secs(30);
/// How much of a request is read before the connection is closed or broken: the head of any request of go fits.
const REQUEST_BYTES: usize = 16 << 10;

/// What a client finds at the port.
pub(super) enum Entrance {
    Plain,
    Tls(Identity),
    Mute,
    Closing,
    Breaking,
    Nobody(&'static str),
}

impl Entrance {
    pub(super) fn build(door: Door) -> Result<Self, StartError> {
        Ok(match door {
            Door::Plain => Self::Plain,
            Door::Tls(certificate) => Self::Tls(Identity::make(certificate)?),
            Door::Mute => Self::Mute,
            Door::Closing => Self::Closing,
            Door::Breaking => Self::Breaking,
            Door::Nobody(url) => Self::Nobody(url),
        })
    }

    pub(super) fn url(&self, address: SocketAddr) -> String {
        match self {
            Self::Nobody(url) => (*url).to_owned(),
            Self::Tls(_) | Self::Mute => format!("https://{address}"),
            Self::Plain | Self::Closing | Self::Breaking => format!("http://{address}"),
        }
    }

    pub(super) fn ca_pem(&self) -> Option<&str> {
        match self {
            Self::Tls(identity) => Some(&identity.ca_pem),
            _ => None,
        }
    }

    async fn welcome(&self, stream: TcpStream, shared: Arc<Shared>) {
        match self {
            Self::Plain => serve(stream, shared).await,
            Self::Tls(identity) => handshake(identity, stream, shared).await,
            Self::Mute => hold(stream, &shared).await,
            Self::Closing => close(stream, &shared).await,
            Self::Breaking => tear(stream, &shared).await,
            Self::Nobody(_) => {}
        }
    }
}

/// Accepts connections for ever. They are part of this future: whoever drops it closes them.
pub(super) async fn accept(listener: TcpListener, entrance: Entrance, shared: Arc<Shared>) {
    let entrance = Arc::new(entrance);
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if open.len() < CONNECTIONS_MAX => match accepted {
                Ok((stream, _)) => {
                    let (entrance, shared) = (Arc::clone(&entrance), Arc::clone(&shared));
                    open.spawn(async move { entrance.welcome(stream, shared).await });
                }
                Err(_) => sleep(ACCEPT_PAUSE).await,
            },
            Some(_) = open.join_next() => {}
        }
    }
}

async fn handshake(identity: &Identity, stream: TcpStream, shared: Arc<Shared>) {
    match timeout(CLIENT_WAIT, identity.acceptor.accept(stream)).await {
        Ok(Ok(stream)) => serve(stream, shared).await,
        // It does not like the certificate. That counts where the certificate is the fault.
        Ok(Err(_)) | Err(_) => {
            shared.note(!shared.fault.is_harmless() && shared.fault.effect == Effect::Nothing);
        }
    }
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin, shared: Arc<Shared>) {
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { effect::answer(&shared, request).await }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(CLIENT_WAIT);
    // That a connection breaks is what many faults are about.
    let _ = http.serve_connection(TokioIo::new(stream), service).await;
}

/// Takes all that comes, and says nothing until the client goes.
async fn hold(mut stream: TcpStream, shared: &Shared) {
    shared.note(true);
    let _ = copy(&mut stream, &mut sink()).await;
}

async fn close(mut stream: TcpStream, shared: &Shared) {
    read_request(&mut stream, shared).await;
}

async fn tear(mut stream: TcpStream, shared: &Shared) {
    read_request(&mut stream, shared).await;
    // Without it the client sees a close, which is a fault as well.
    let _ = stream.set_zero_linger();
}

/// Bytes that nobody read would turn an orderly close into a break.
async fn read_request(stream: &mut TcpStream, shared: &Shared) {
    let mut request = vec![0; REQUEST_BYTES];
    if timeout(CLIENT_WAIT, stream.read(&mut request))
        .await
        .is_ok_and(|read| read.is_ok_and(|bytes| bytes > 0))
    {
        shared.note(true);
    }
}
