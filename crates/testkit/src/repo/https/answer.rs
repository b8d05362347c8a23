//! The body of an answer: counted, and stalled or cut where a rule wants it.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_util::stream::{BoxStream, Stream, StreamExt as _};
use http_body::{Body, Frame};

use super::state::State;

/// A body on its way.
pub(super) struct Answer {
    pieces: BoxStream<'static, io::Result<Bytes>>,
    limit: Limit,
    sent_bytes: u64,
    log: Option<(Arc<State>, usize)>,
}

/// Where a body ends before its end.
#[derive(Clone, Copy, Debug)]
pub(super) enum Limit {
    None,
    Stall(u64),
    Cut(u64),
}

impl Limit {
    fn bytes(self) -> u64 {
        match self {
            Self::None => u64::MAX,
            Self::Stall(bytes) | Self::Cut(bytes) => bytes,
        }
    }
}

/// A body of one piece.
pub(super) fn text(whole: String) -> Answer {
    streamed(futures_util::stream::iter([Ok(Bytes::from(whole))]))
}

/// A body of pieces.
pub(super) fn streamed(pieces: impl Stream<Item = io::Result<Bytes>> + Send + 'static) -> Answer {
    Answer { pieces: pieces.boxed(), limit: Limit::None, sent_bytes: 0, log: None }
}

impl Answer {
    /// The same body with a limit, counted in the log.
    pub(super) fn limited(self, limit: Limit, state: Arc<State>, number: usize) -> Self {
        Self { limit, log: Some((state, number)), ..self }
    }

    fn counted(&mut self, mut piece: Bytes) -> Bytes {
        let left = self.limit.bytes().saturating_sub(self.sent_bytes);
        piece.truncate(usize::try_from(left).unwrap_or(usize::MAX));
        self.sent_bytes += piece.len() as u64;
        if let Some((state, number)) = &self.log {
            state.note(*number, |request| request.sent_bytes = self.sent_bytes);
        }
        piece
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        if self.sent_bytes >= self.limit.bytes() {
            return match self.limit {
                // Nobody wakes this up: it ends with the connection.
                Limit::Stall(_) => Poll::Pending,
                _ => Poll::Ready(Some(Err(io::Error::other("cut by the test")))),
            };
        }
        let piece = std::task::ready!(self.pieces.as_mut().poll_next(cx));
        Poll::Ready(piece.map(|piece| piece.map(|piece| Frame::data(self.counted(piece)))))
    }
}
