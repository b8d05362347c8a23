//! Looking at one place: connecting step by step, asking, and writing down what is seen.
//!
//! * [`connect`]: addresses, the connection, the HTTP proxy on the way; [`tls`]: securing it.
//! * [`wire`]: a connection that counts what it hears; [`exchange`]: one request and its answer.
//! * [`get`]: one question with its redirects; [`judge`]: what an answer is worth by itself.
//! * [`questions`]: what is asked in which order; [`folder`]: a place that is no server.

mod connect;
mod exchange;
mod folder;
mod get;
mod judge;
mod questions;
mod tls;
mod wire;

use crate::evidence::Observation;
use crate::options::Options;
use crate::place::{Kind, Place};

/// How much may be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reserve {
    /// Everything, by this machine's own clock.
    None,
    /// The clock is not this machine's own but the one that places agree on. Who we are is told to nobody on its word.
    ByOthersClock,
}

/// Looks at one place.
pub(crate) async fn observe(place: &Place, options: &Options, reserve: Reserve) -> Observation {
    match &place.kind {
        Kind::Folder { root, module } => folder::observe(root, module.as_ref(), options).await,
        Kind::Proxy { url, .. } | Kind::Database { url, .. } => {
            questions::observe(place, url, options, reserve).await
        }
    }
}
