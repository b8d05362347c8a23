//! Mercurial repositories, read through the system's hg, from real servers on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop loudly")]

mod answers;
mod changes;
#[path = "../common/mod.rs"]
mod common;
mod damage;
mod hostile;
mod kit;
mod limits;
mod ways;
