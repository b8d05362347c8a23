#![doc = include_str!("../README.md")]
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test tool stops the test loudly, and its docs say when only where that is not plain"
)]

mod child;
pub mod dice;
pub mod far;
pub mod go;
pub mod graph;
mod listening;
pub mod module;
pub mod process;
pub mod relay;
pub mod repo;
#[cfg(feature = "s3")]
pub mod s3;
pub mod sumdb;
pub mod upstream;

pub use far::{FarProxy, FarSpec};
pub use go::{Go, GoHome, GoOutput, GoRun};
pub use graph::{Graph, GraphSpec};
pub use module::Module;
pub use process::{ServerCommand, ServerProcess};
pub use relay::{Relay, RelaySpec};
#[cfg(feature = "s3")]
pub use s3::S3;
pub use sumdb::{Lie, SumDb};
pub use upstream::{Action, Authority, FakeUpstream, Gate, Issued, Recorded, Reply, Request};
