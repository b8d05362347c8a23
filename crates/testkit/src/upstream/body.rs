//! Turns a reply into a response whose body travels as a rule wants it.

use std::io;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, Stream, StreamExt as _};
use http::Response;
use http::header::{CONTENT_LENGTH, HeaderValue};
use http_body::Frame;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};

use super::{Action, Gate, Reply};

pub(super) type Body = UnsyncBoxBody<Bytes, io::Error>;

type Piece = io::Result<Frame<Bytes>>;

/// How large the pieces are in which a body goes out that is held.
const PIECE_BYTES: usize = 64 << 10;

/// The response for a reply; `travel` is one of the body actions, or nothing for a body that goes out whole.
pub(super) fn respond(reply: Reply, travel: Option<&Action>) -> Response<Body> {
    let length = HeaderValue::from(reply.body.len());
    let mut response = Response::new(body(reply.body, travel));
    *response.status_mut() = reply.status;
    *response.headers_mut() = reply.headers;
    response.headers_mut().entry(CONTENT_LENGTH).or_insert(length);
    response
}

fn body(whole: Bytes, travel: Option<&Action>) -> Body {
    match travel {
        Some(Action::CutBody { after_bytes }) => streamed(head(&whole, *after_bytes).chain(broken())),
        Some(Action::StallBody { after_bytes }) => {
            streamed(head(&whole, *after_bytes).chain(stream::pending()))
        }
        Some(Action::HoldBody { after_bytes, gate }) => {
            let rest = whole.slice((*after_bytes).min(whole.len())..);
            streamed(pieces(&whole, *after_bytes).chain(held(rest, gate.clone())))
        }
        Some(Action::TrickleBody { chunk_bytes, pause }) => streamed(trickle(whole, *chunk_bytes, *pause)),
        _ => Full::new(whole).map_err(|never| match never {}).boxed_unsync(),
    }
}

fn streamed(pieces: impl Stream<Item = Piece> + Send + 'static) -> Body {
    StreamBody::new(pieces).boxed_unsync()
}

fn head(whole: &Bytes, bytes: usize) -> impl Stream<Item = Piece> + Send + use<> {
    let head = whole.slice(..bytes.min(whole.len()));
    stream::iter([Ok(Frame::data(head))])
}

/// The same in pieces, so that no more of it leaves than the other side has room for.
fn pieces(whole: &Bytes, bytes: usize) -> impl Stream<Item = Piece> + Send + use<> {
    let head = whole.slice(..bytes.min(whole.len()));
    let piece = move |from: usize| Ok(Frame::data(head.slice(from..head.len().min(from + PIECE_BYTES))));
    stream::iter((0..bytes.min(whole.len())).step_by(PIECE_BYTES).map(piece))
}

/// An error, after a turn of the runtime in which what came before is written to the socket.
fn broken() -> impl Stream<Item = Piece> + Send {
    stream::once(async {
        tokio::task::yield_now().await;
        Err(io::Error::other("cut by the test"))
    })
}

/// Comes when the gate opens. It is asked for, and so has arrived there, when what came before is on its way.
fn held(rest: Bytes, gate: Gate) -> impl Stream<Item = Piece> + Send {
    stream::once(async move {
        gate.pass().await;
        Ok(Frame::data(rest))
    })
}

fn trickle(whole: Bytes, chunk_bytes: usize, pause: Duration) -> impl Stream<Item = Piece> + Send {
    stream::unfold(whole, move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        let piece = rest.split_to(chunk_bytes.clamp(1, rest.len()));
        if !rest.is_empty() {
            tokio::time::sleep(pause).await;
        }
        Some((Ok(Frame::data(piece)), rest))
    })
}
