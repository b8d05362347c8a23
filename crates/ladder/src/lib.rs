#![doc = include_str!("../README.md")]

pub mod agent;
pub mod ahead;
pub mod child;
mod climb;
mod counted;
mod flock;
pub mod group;
mod lazy;
mod lineage;
pub mod lock;
pub mod outages;
pub mod pins;
pub mod project;
mod proxied;
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
pub use counted::Counted;
pub use lazy::Lazy;
pub use proxied::Proxied;
pub use steps::{Down, Step, Steps, Told};
pub use unusable::Unusable;
