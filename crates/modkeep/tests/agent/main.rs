//! The agent of a user as the shipped binary runs it, with the real go before it.

#![allow(clippy::unwrap_used, reason = "a test may stop loudly")]

mod builds;
#[path = "../common/mod.rs"]
mod common;
mod life;
mod scene;
mod secrecy;
#[cfg(target_os = "linux")]
mod strangers;
