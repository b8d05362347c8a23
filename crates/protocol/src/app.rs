//! All that a node answers, as one service: modules, and pages around them.
//!
//! Nearly every request is for a module, so those are told from the others by one look at the path and reach the handler
//! without a router in between, which would cost more than answering from memory does.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use axum::routing::get;
use http::Request;
use hyper::body::Incoming;
use hyper::service::Service;
use tower::ServiceExt;

use crate::{Goproxy, Health};

/// What every GOPROXY path has (protocol.md B20), and no page.
const OF_A_MODULE: &str = "/@";

/// The service. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    goproxy: Option<Goproxy>,
    pages: Router,
}

impl App {
    /// Modules, `/healthz` and `/readyz`, and `pages` with paths of their own.
    ///
    /// `/healthz` says that the process answers; `/readyz` whether it wants traffic. All pages stand outside of the path
    /// prefix, where probes expect them, and cannot collide with a module, whose first element holds a dot (protocol.md
    /// B20). What is neither is a list of what will be asked
    /// ([`Options::foresight`](crate::Options::foresight)), or answered as a module path that is wrong.
    pub fn new(goproxy: Goproxy, health: Health, pages: Router) -> Self {
        let ready = move || async move { health.readyz() };
        let otherwise = goproxy.clone();
        let pages = pages.route("/healthz", get(|| async { "ok\n" })).route("/readyz", get(ready)).fallback(
            move |request: axum::extract::Request| async move { otherwise.handle_other(request).await },
        );
        Self { goproxy: Some(goproxy), pages }
    }
}

/// Modules alone: everything else is answered as a module path that is wrong.
impl From<Goproxy> for App {
    fn from(goproxy: Goproxy) -> Self {
        let otherwise = goproxy.clone();
        let pages = Router::new().fallback(move |request: axum::extract::Request| async move {
            otherwise.handle_other(request).await
        });
        Self { goproxy: Some(goproxy), pages }
    }
}

/// Pages alone.
impl From<Router> for App {
    fn from(pages: Router) -> Self {
        Self { goproxy: None, pages }
    }
}

impl Service<Request<Incoming>> for App {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        match &self.goproxy {
            Some(goproxy) if request.uri().path().contains(OF_A_MODULE) => {
                let goproxy = goproxy.clone();
                // No GOPROXY request has a body that anybody reads.
                Box::pin(async move { Ok(goproxy.handle(&request.into_parts().0).await) })
            }
            _ => Box::pin(self.pages.clone().oneshot(request.map(Body::new))),
        }
    }
}
