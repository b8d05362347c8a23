//! What stands between the pool and its connections, and asks the door before it opens one.
//!
//! The pool opens a connection within the question that needs it, and waits at the same time for one that becomes free. When that comes
//! first, the opening is left to a task of its own. So a value of the task tells both which door the question goes through, and
//! whether the question is still there. Where nobody has set it, there is no door.

use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper_util::client::legacy::connect::Connection;
use tower::{BoxError, Layer, Service};

use super::door::Door;

tokio::task_local! {
    static DOOR: Arc<Door>;
}

/// Sends a request so that the connection which may be opened for it goes through this door.
pub(in super::super) async fn through<F: Future>(door: Arc<Door>, request: F) -> F::Output {
    DOOR.scope(door, request).await
}

/// Puts a [`Kept`] around what opens connections.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Keeper;

impl<S> Layer<S> for Keeper {
    type Service = Kept<S>;

    fn layer(&self, inner: S) -> Kept<S> {
        Kept { inner }
    }
}

/// Opens connections when the door of the question lets it.
#[derive(Debug, Clone)]
pub(in super::super) struct Kept<S> {
    inner: S,
}

impl<S, R> Service<R> for Kept<S>
where
    S: Service<R, Error = BoxError> + Clone + Send + 'static,
    S::Response: Connection + Send,
    S::Future: Send,
    R: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, to: R) -> Self::Future {
        // The clone may not be ready yet, so that the one is used which is.
        let clone = self.inner.clone();
        let mut inner = mem::replace(&mut self.inner, clone);
        match DOOR.try_with(Arc::clone) {
            Ok(door) => Box::pin(open(door, inner, to)),
            Err(_) => Box::pin(inner.call(to)),
        }
    }
}

async fn open<S, R>(door: Arc<Door>, mut inner: S, to: R) -> Result<S::Response, BoxError>
where
    S: Service<R, Error = BoxError>,
    S::Response: Connection,
{
    let is_needed = || DOOR.try_with(|_| ()).is_ok();
    let opening = door.turn(is_needed).await.ok_or("another connection has come free")?;
    match inner.call(to).await {
        Ok(connection) => {
            opening.stands(connection.connected().is_negotiated_h2());
            Ok(connection)
        }
        Err(error) => {
            opening.failed();
            Err(error)
        }
    }
}
