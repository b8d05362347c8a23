//! One connection from its accept to its end.
//!
//! It ends in one of four ways: the client closes it; the client is overdue with taking and is cut off; the client is
//! overdue with asking, or the server stops, and the connection is ended as its protocol asks for.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_io_timeout::TimeoutStream;

use super::Limits;
use super::activity::{Activity, AnswersUnderWay, Turn, Waits};
use super::watched::Watched;
use crate::App;

/// How long a connection that is to end, and on which nothing is under way, stays open: for a request that is on its way
/// already, and for the goodbyes of HTTP/2. Some round trips across the world.
const GRACE: Duration = Duration::from_secs(1);

type Stream = TokioIo<Pin<Box<TimeoutStream<TcpStream>>>>;
type Serving<'a> = auto::Connection<'a, Stream, Watched<App>, TokioExecutor>;
type Served = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// Serves one connection until it ends. When `ending` becomes true, it ends as soon as nothing is under way.
pub(super) async fn attend(
    connection: TcpStream,
    app: App,
    limits: Limits,
    answers: AnswersUnderWay,
    mut ending: watch::Receiver<bool>,
) {
    let activity = Activity::new(answers);
    let service = Watched::new(app, Arc::clone(&activity));
    let builder = builder();
    let mut serving = pin!(builder.serve_connection(stream(connection, limits), service));
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

async fn asked_to_end(ending: &mut watch::Receiver<bool>) {
    drop(ending.wait_for(|ending| *ending).await);
}

/// Says goodbye, and waits for the answers under way and for the client's goodbye.
async fn end(mut serving: Pin<&mut Serving<'_>>, activity: &Activity, limits: Limits) {
    serving.as_mut().graceful_shutdown();
    activity.end();
    let waits = Waits { ask: GRACE, take: limits.write_timeout };
    tokio::select! {
        served = serving => tell(served),
        turn = activity.overdue(waits) => if turn == Turn::Take { tell_cut() },
    }
}

/// The connection below HTTP. A socket that takes nothing at all fails: this is seen here also for heads without a body,
/// which a client may ask for without reading any.
fn stream(connection: TcpStream, limits: Limits) -> Stream {
    if let Err(error) = connection.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    let mut connection = TimeoutStream::new(connection);
    connection.set_write_timeout(Some(limits.write_timeout));
    TokioIo::new(Box::pin(connection))
}

/// HTTP without timers of its own. One for heads would begin before the answer before is taken.
fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().header_read_timeout(None);
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
