//! The way that a body takes: whole, cut, stalled, dripping.

use std::error::Error;
use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use tokio::time::sleep;

pub(super) type Problem = Box<dyn Error + Send + Sync>;
pub(super) type Body = UnsyncBoxBody<Bytes, Problem>;

type Piece = Result<Frame<Bytes>, Problem>;

/// The pause after each byte of a drip: well below every timeout for idle connections, and hopeless.
const DRIP: Duration = Duration::from_secs(1);

pub(super) fn whole(content: impl Into<Bytes>) -> Body {
    Full::new(content.into()).map_err(|never| match never {}).boxed_unsync()
}

/// Half of it, then a broken connection.
pub(super) fn cut(content: &Bytes) -> Body {
    streamed(half(content).chain(broken()))
}

/// Half of it, then nothing more.
pub(super) fn stalled(content: &Bytes) -> Body {
    streamed(half(content).chain(stream::pending()))
}

/// One byte a second.
pub(super) fn dripping(content: Bytes) -> Body {
    streamed(stream::unfold((content, false), |(mut rest, has_begun)| async move {
        if rest.is_empty() {
            return None;
        }
        if has_begun {
            sleep(DRIP).await;
        }
        Some((Ok(Frame::data(rest.split_to(1))), (rest, true)))
    }))
}

fn streamed(pieces: impl Stream<Item = Piece> + Send + 'static) -> Body {
    StreamBody::new(pieces).boxed_unsync()
}

fn half(content: &Bytes) -> impl Stream<Item = Piece> + Send + use<> {
    stream::iter([Ok(Frame::data(content.slice(..content.len() / 2)))])
}

/// An error, after a turn of the runtime in which what came before is written to the socket.
fn broken() -> impl Stream<Item = Piece> + Send {
    stream::once(async {
        tokio::task::yield_now().await;
        Err(io::Error::other("cut on purpose").into())
    })
}
