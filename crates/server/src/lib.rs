#![doc = include_str!("../README.md")]

mod metrics;
mod watch;

pub use metrics::Metrics;
pub use watch::{Labels, Moves, Watch};
