//! A service whose answers tell an [`Activity`] what happens to them, down to the last byte.
//!
//! The bytes of a body carry their answer with them. So it is known when the socket takes them and when they are thrown
//! away, whatever the HTTP library buffers in between.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::Body as HttpBody;
use bytes::{Buf, Bytes};
use futures_util::task::AtomicWaker;
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use hyper::body::Incoming;
use hyper::service::Service;

use super::activity::{Activity, Answer};

/// A service that is watched.
#[derive(Debug)]
pub(super) struct Watched<S> {
    inner: S,
    activity: Arc<Activity>,
}

impl<S> Watched<S> {
    pub(super) fn new(inner: S, activity: Arc<Activity>) -> Self {
        Self { inner, activity }
    }
}

impl<S> Service<Request<Incoming>> for Watched<S>
where
    S: Service<Request<Incoming>, Response = Response<HttpBody>>,
    S::Future: Send + 'static,
{
    type Response = Response<WatchedBody>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let answer = Arc::new(self.activity.begin());
        let response = self.inner.call(request);
        Box::pin(async move {
            let response = response.await?;
            answer.offered();
            Ok(response.map(|inner| WatchedBody { inner, answer, under_way: Arc::default() }))
        })
    }
}

/// A body that is watched.
#[derive(Debug)]
pub(super) struct WatchedBody {
    inner: HttpBody,
    answer: Arc<Answer>,
    under_way: Arc<UnderWay>,
}

impl Body for WatchedBody {
    type Data = Piece;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Piece>, Self::Error>>> {
        if self.under_way.is_held(context) {
            return Poll::Pending;
        }
        self.answer.asked();
        let polled = Pin::new(&mut self.inner).poll_frame(context);
        polled.map(|next| {
            let next = next.map(|frame| frame.map(|frame| frame.map_data(|bytes| self.piece(bytes))));
            self.answer.offered();
            next
        })
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl WatchedBody {
    fn piece(&self, bytes: Bytes) -> Piece {
        self.under_way.held.store(true, Ordering::Release);
        Piece { bytes, answer: Arc::clone(&self.answer), under_way: Arc::clone(&self.under_way) }
    }
}

/// Whether a piece of a body is on its way. There is one at a time: the next is not even read before the socket has taken
/// this one, so that a slow client costs the memory of one piece.
#[derive(Debug, Default)]
struct UnderWay {
    held: AtomicBool,
    waiting: AtomicWaker,
}

impl UnderWay {
    /// Whether there is one; if so, the task is woken when it is gone.
    fn is_held(&self, context: &Context<'_>) -> bool {
        if !self.held.load(Ordering::Acquire) {
            return false;
        }
        self.waiting.register(context.waker());
        // It may have gone between the look and the registration.
        self.held.load(Ordering::Acquire)
    }

    fn let_go(&self) {
        self.held.store(false, Ordering::Release);
        self.waiting.wake();
    }
}

/// Bytes on their way to the client. Who writes them advances over what was written, and drops them when they are done.
#[derive(Debug)]
pub(super) struct Piece {
    bytes: Bytes,
    answer: Arc<Answer>,
    under_way: Arc<UnderWay>,
}

impl Drop for Piece {
    fn drop(&mut self) {
        self.under_way.let_go();
    }
}

impl Buf for Piece {
    fn remaining(&self) -> usize {
        self.bytes.remaining()
    }

    fn chunk(&self) -> &[u8] {
        self.bytes.chunk()
    }

    fn advance(&mut self, count: usize) {
        self.bytes.advance(count);
        self.answer.taken();
    }
}
