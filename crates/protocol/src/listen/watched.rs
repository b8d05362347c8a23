//! A service whose answers tell an [`Activity`] what happens to them, down to the last byte.
//!
//! The bytes of a body carry their answer with them. So it is known when the socket takes them and when they are thrown
//! away, whatever the HTTP library buffers in between.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body as HttpBody;
use bytes::{Buf, Bytes};
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
            Ok(response.map(|inner| WatchedBody { inner, answer }))
        })
    }
}

/// A body that is watched.
#[derive(Debug)]
pub(super) struct WatchedBody {
    inner: HttpBody,
    answer: Arc<Answer>,
}

impl Body for WatchedBody {
    type Data = Piece;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Piece>, Self::Error>>> {
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
        Piece { bytes, answer: Arc::clone(&self.answer) }
    }
}

/// Bytes on their way to the client. Who writes them advances over what was written, and drops them when they are done.
#[derive(Debug)]
pub(super) struct Piece {
    bytes: Bytes,
    answer: Arc<Answer>,
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
