//! The accept loop: connections with limits, and an end that loses nobody.
//!
//! It is our own because three things are needed that a ready-made one leaves out: `TCP_NODELAY` (streamed bodies stall
//! without it), a deadline for a request's head (else a slow sender holds a connection for ever), and a drain that has an
//! end.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio_io_timeout::TimeoutStream;

/// How long to wait for a client.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// For the whole head of a request, counted from the end of the one before: also how long a connection may idle.
    pub header_timeout: Duration,
    /// For a client to take the next piece of an answer.
    pub write_timeout: Duration,
    /// For the answers under way when the node is asked to stop.
    pub drain_timeout: Duration,
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

/// Serves `router` on `listener` until `stop` completes, then finishes what is under way.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    stop: impl Future<Output = ()>,
) -> Ended {
    let graceful = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((connection, _)) => attend(connection, router.clone(), limits, &graceful),
                Err(error) => pause_after(&error).await,
            },
            () = &mut stop => break,
        }
    }
    drop(listener);
    match tokio::time::timeout(limits.drain_timeout, graceful.shutdown()).await {
        Ok(()) => Ended::Drained,
        Err(_) => Ended::Cut,
    }
}

/// Serves one connection in a task of its own.
fn attend(connection: TcpStream, router: Router, limits: Limits, graceful: &GracefulShutdown) {
    if let Err(error) = connection.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    let mut connection = TimeoutStream::new(connection);
    connection.set_write_timeout(Some(limits.write_timeout));
    let service = TowerToHyperService::new(router);
    let serving = builder(limits).serve_connection(TokioIo::new(Box::pin(connection)), service).into_owned();
    let serving = graceful.watch(serving);
    tokio::spawn(async move {
        if let Err(error) = serving.await {
            tracing::debug!(%error, "connection ended");
        }
    });
}

fn builder(limits: Limits) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(limits.header_timeout);
    builder.http2().timer(TokioTimer::new()).keep_alive_interval(limits.header_timeout);
    builder
}

/// A client that went away before it was accepted is no reason to wait; lack of file descriptors is.
async fn pause_after(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::warn!(%error, "cannot accept a connection");
        tokio::time::sleep(ACCEPT_PAUSE).await;
    }
}
