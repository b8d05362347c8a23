//! The listener: connections with limits, and an end that loses nobody.
//!
//! It is our own because a ready-made one leaves out what a public server needs: `TCP_NODELAY` (streamed bodies stall
//! without it), a deadline for every wait for a client, a cap on connections, and a drain that has an end.
//!
//! * [`connection`]: one connection from its accept to its end.
//! * [`activity`]: whose turn it is on a connection, and until when (pure).
//! * [`watched`]: what tells it: the service, the bodies and their bytes.
//! * [`room`]: how many connections fit.
//! * [`seldom`]: trouble that is told once in a while.
//! * [`tls`]: the certificate that https is served with.

mod activity;
mod connection;
mod room;
mod seldom;
mod tls;
mod watched;

use std::future::Future;
use std::io;
use std::pin::pin;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::App;
use activity::AnswersUnderWay;
use seldom::Seldom;

pub use room::{CONNECTIONS_MAX, make_room};
pub use tls::{CertificateError, ServerCertificate, Tls};

/// Where connections come in, and what they are: https where there is a certificate, else http.
#[derive(Debug)]
pub struct Front {
    /// The socket that listens.
    pub listener: TcpListener,
    /// The certificate to show.
    pub tls: Option<Tls>,
}

impl From<TcpListener> for Front {
    /// Serves http.
    fn from(listener: TcpListener) -> Self {
        Self { listener, tls: None }
    }
}

/// How long to wait for a client, and for how many.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For the whole head of a request, counted from the accept or from the end of the answer before: also how long a
    /// connection may idle.
    pub header_timeout: Duration,
    /// For a client to take the next bytes of an answer.
    pub write_timeout: Duration,
    /// How long connections are still accepted after the node was asked to stop. It is the time in which a load balancer
    /// can see that the node does not want traffic any more. Zero is allowed.
    pub drain_delay: Duration,
    /// For the answers under way when connections are accepted no more.
    pub drain_timeout: Duration,
    /// How many connections may be open at once, at least 1. Those above it wait in the kernel's backlog until one ends.
    pub connections_max: usize,
}

/// After an accept that failed for lack of something (file descriptors, memory): how long until the next.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How serving ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Every answer under way was finished.
    Drained,
    /// The drain timeout passed with answers still under way; they were cut.
    Cut,
}

/// Serves `app` on `front` until `stop` completes and the drain delay has passed, then finishes what is under way.
///
/// Dropping the future closes every connection at once.
pub async fn serve(
    front: impl Into<Front>,
    app: impl Into<App>,
    limits: Limits,
    stop: impl Future<Output = ()>,
) -> Ended {
    let Front { listener, tls } = front.into();
    let mut server = Server::new(app.into(), tls, limits);
    server.accept_until(&listener, stop).await;
    server.accept_until(&listener, sleep(limits.drain_delay)).await;
    drop(listener);
    server.drain().await
}

/// The open connections and what they share.
struct Server {
    app: App,
    tls: Option<Tls>,
    limits: Limits,
    connections: JoinSet<()>,
    answers: AnswersUnderWay,
    /// Becomes true when connections are to end.
    ending: watch::Sender<bool>,
    accepts_failed: Seldom,
    was_full: Seldom,
}

impl Server {
    fn new(app: App, tls: Option<Tls>, limits: Limits) -> Self {
        Self {
            app,
            tls,
            limits,
            connections: JoinSet::new(),
            answers: AnswersUnderWay::default(),
            ending: watch::Sender::new(false),
            accepts_failed: Seldom::default(),
            was_full: Seldom::default(),
        }
    }

    /// Accepts connections until `end` completes. While all places are taken it waits for one of them.
    async fn accept_until(&mut self, listener: &TcpListener, end: impl Future<Output = ()>) {
        let mut end = pin!(end);
        loop {
            let has_room = self.connections.len() < self.limits.connections_max.max(1);
            tokio::select! {
                biased;
                () = &mut end => return,
                Some(_) = self.connections.join_next() => {}
                accepted = listener.accept(), if has_room => match accepted {
                    Ok((connection, _)) => self.attend(connection),
                    Err(error) => self.pause_after(&error).await,
                },
            }
        }
    }

    /// Serves one connection in a task of its own.
    fn attend(&mut self, stream: TcpStream) {
        let (answers, ending) = (self.answers.clone(), self.ending.subscribe());
        let (tls, app) = (self.tls.as_ref().map(Tls::acceptor), self.app.clone());
        self.connections.spawn(connection::attend(stream, tls, app, self.limits, answers, ending));
        if self.connections.len() >= self.limits.connections_max
            && let Some(times) = self.was_full.count(Instant::now())
        {
            let connections = self.limits.connections_max;
            tracing::warn!(connections, times, "as many connections are open as may be; others wait");
        }
    }

    /// A client that went away before it was accepted is no reason to wait; lack of file descriptors is.
    async fn pause_after(&mut self, error: &io::Error) {
        use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
        if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
            return;
        }
        if let Some(times) = self.accepts_failed.count(Instant::now()) {
            tracing::warn!(%error, times, "cannot accept connections");
        }
        sleep(ACCEPT_PAUSE).await;
    }

    /// Asks every connection to end and waits for them. What counts at the end is answers: a connection that nobody waits
    /// for may be dropped.
    async fn drain(mut self) -> Ended {
        self.ending.send_replace(true);
        let all = async { while self.connections.join_next().await.is_some() {} };
        match timeout(self.limits.drain_timeout, all).await {
            Err(_) if self.answers.count() > 0 => Ended::Cut,
            _ => Ended::Drained,
        }
    }
}
