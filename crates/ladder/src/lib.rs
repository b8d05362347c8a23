#![doc = include_str!("../README.md")]

pub mod agent;
pub mod child;
mod climb;
pub mod group;
mod lazy;
mod lineage;
pub mod lock;
pub mod outages;
pub mod pins;
pub mod project;
pub mod quoted;
pub mod rung;
pub mod shelf;
mod signals;
pub mod static_build;
pub mod stats;
mod steps;
pub mod subcommand;
pub mod trace;
mod unusable;
pub mod vendor;
pub mod verdict;

pub use climb::Ladder;
pub use lazy::Lazy;
pub use steps::{Down, Steps, Told};
pub use unusable::Unusable;
