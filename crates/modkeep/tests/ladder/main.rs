//! The shipped binary under the real go: what a user gets from `modkeep go`.

#![allow(clippy::unwrap_used, reason = "a test may stop loudly")]

mod ahead;
mod blame;
mod bundled;
mod commands;
#[path = "../common/mod.rs"]
mod common;
mod dice;
mod goauth;
mod hostile;
mod island;
mod likeness;
mod lines;
mod lock;
mod memory;
mod own_git;
mod rungs;
mod scene;
mod static_build;
mod stats;
mod terminal;
mod toolchain;
mod trust;
mod vendor;
