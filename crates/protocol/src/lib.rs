#![doc = include_str!("../README.md")]

mod caching;
mod coding;
mod conditional;
mod entity_tag;
mod goproxy;
mod health;
pub mod listen;
mod options;
mod range;
mod redirect;
mod respond;
mod route;
mod status;
mod wish;

pub use goproxy::Goproxy;
pub use health::Health;
pub use options::{Options, UnavailableStatus};
pub use redirect::{Redirect, Redirected, Redirects, Target, TargetError};
pub use route::{Prefix, PrefixError};

use axum::Router;
use axum::routing::get;

/// Everything that a node answers: the GOPROXY routes, `/healthz` and `/readyz`.
///
/// `/healthz` says that the process answers; `/readyz` whether it wants traffic. Both stand outside of the path prefix,
/// where probes expect them, and cannot collide with a module, whose first element holds a dot (protocol.md B20).
pub fn router(goproxy: Goproxy, health: Health) -> Router {
    let ready = move || async move { health.readyz() };
    Router::new().route("/healthz", get(|| async { "ok\n" })).route("/readyz", get(ready)).fallback_service(
        tower::service_fn(move |request| {
            let goproxy = goproxy.clone();
            async move { Ok::<_, std::convert::Infallible>(goproxy.handle(request).await) }
        }),
    )
}
