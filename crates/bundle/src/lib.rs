#![doc = include_str!("../README.md")]

pub mod build_cache;
mod chain;
mod check;
pub mod create;
pub mod depot;
mod error;
mod layout;
pub mod manifest;
mod open;
mod paths;
mod place;
mod section;
mod verify;
mod writer;

pub use chain::Chain;
pub use create::{CreateError, Outcome, Supply, Unproven, Wanted, create};
pub use error::BundleError;
pub use manifest::{About, Manifest};
pub use open::Bundle;
pub use place::BundleSource;
pub use verify::{Verified, verify};
pub use writer::{Content, Writer};
