//! One connection from its accept to its end.
//!
//! It ends in one of four ways: the client closes it; the client is overdue with taking and is cut off; the client is
//! overdue with asking, or the server stops, and the connection is ended as its protocol asks for.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_io_timeout::TimeoutStream;
use tokio_rustls::TlsAcceptor;

use super::Limits;
use super::activity::{Activity, AnswersUnderWay, Turn, Waits};
use super::tls::shake_hands;
use super::watched::Watched;
use crate::App;

/// How long a connection that is to end, and on which nothing is under way, stays open: for a request that is on its way
/// already, and for the goodbyes of HTTP/2. Some round trips across the world.
pub(super) const GRACE: Duration = Duration::from_secs(1);

/// How many bytes of an answer wait for a client beyond the piece that is being sent, and how long a head of HTTP/1 may be: more
/// than that in memory makes no client faster, and a thousand slow ones have it all at once.
const BUFFER_MAX: usize = 32 << 10;

/// How long the head of an HTTP/2 request may be: the same.
const HEAD_MAX: u32 = 32 << 10;

type Socket = Pin<Box<TimeoutStream<TcpStream>>>;
type Serving<'a, IO> = auto::Connection<'a, TokioIo<IO>, Watched<App>, TokioExecutor>;
type Served = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// Serves one connection until it ends. When `ending` becomes true, it ends as soon as nothing is under way.
pub(super) async fn attend(
    connection: TcpStream,
    tls: Option<TlsAcceptor>,
    app: App,
    limits: Limits,
    answers: AnswersUnderWay,
    mut ending: watch::Receiver<bool>,
) {
    let socket = socket(connection, limits);
    let Some(tls) = tls else { return serve(socket, app, limits, answers, ending).await };
    // The handshake is a part of asking, so it has the deadline of a head.
    let secured = shake_hands(tls.accept(socket), limits.header_timeout, &mut ending).await;
    if let Some(stream) = secured {
        // Most connections of a server are of one kind; those of the other need not be as large as the larger.
        Box::pin(serve(stream, app, limits, answers, ending)).await;
    }
}

async fn serve<IO: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: IO,
    app: App,
    limits: Limits,
    answers: AnswersUnderWay,
    mut ending: watch::Receiver<bool>,
) {
    let activity = Activity::new(answers);
    let service = Watched::new(app, Arc::clone(&activity));
    let builder = builder();
    let mut serving = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let waits = Waits { ask: limits.header_timeout, take: limits.write_timeout };
    tokio::select! {
        served = serving.as_mut() => return tell(served),
        turn = activity.overdue(waits) => if turn == Turn::Take { return tell_cut() },
        () = asked_to_end(&mut ending) => if !activity.has_begun() {
            // A client that has just come may have asked already. Ending at once would be an answer lost.
            if let Ok(served) = timeout(GRACE, serving.as_mut()).await { return tell(served) }
        },
    }
    end(serving, &activity, limits).await;
}

pub(super) async fn asked_to_end(ending: &mut watch::Receiver<bool>) {
    drop(ending.wait_for(|ending| *ending).await);
}

/// Says goodbye, and waits for the answers under way and for the client's goodbye.
async fn end<IO: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    mut serving: Pin<&mut Serving<'_, IO>>,
    activity: &Activity,
    limits: Limits,
) {
    serving.as_mut().graceful_shutdown();
    activity.end();
    let waits = Waits { ask: GRACE, take: limits.write_timeout };
    tokio::select! {
        served = serving => tell(served),
        turn = activity.overdue(waits) => if turn == Turn::Take { tell_cut() },
    }
}

/// The connection below TLS and HTTP. A socket that takes nothing at all fails: this is seen here also for heads without a body,
/// which a client may ask for without reading any.
fn socket(connection: TcpStream, limits: Limits) -> Socket {
    if let Err(error) = connection.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    let mut connection = TimeoutStream::new(connection);
    connection.set_write_timeout(Some(limits.write_timeout));
    Box::pin(connection)
}

/// HTTP without timers of its own. One for heads would begin before the answer before is taken.
fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().header_read_timeout(None).max_buf_size(BUFFER_MAX);
    builder.http2().max_send_buf_size(BUFFER_MAX).max_header_list_size(HEAD_MAX);
    builder
}

fn tell(served: Served) {
    if let Err(error) = served {
        tracing::debug!(%error, "connection ended");
    }
}

fn tell_cut() {
    tracing::debug!("connection cut: the client takes nothing of its answer");
}
