#![doc = include_str!("../README.md")]

mod ahead;
mod app;
mod caching;
mod coding;
mod conditional;
mod entity_tag;
mod goproxy;
mod health;
pub mod listen;
mod observe;
mod options;
mod range;
mod redirect;
mod respond;
mod route;
mod status;
mod wish;

pub use app::App;
pub use goproxy::Goproxy;
pub use health::Health;
pub use observe::{Answered, Exchange, Observer, Observers, Outcome};
pub use options::{Options, UnavailableStatus};
pub use redirect::{Redirect, Redirected, Redirects, Target, TargetError};
pub use route::{Prefix, PrefixError};

pub use source::Trail;
