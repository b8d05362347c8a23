//! Git repositories, read through the system's git, from real servers on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop loudly")]

mod answers;
mod archives;
#[path = "../common/mod.rs"]
mod common;
mod damage;
mod hostile;
mod identity;
mod kit;
mod limits;
mod probe;
mod servers;
mod sharing;
mod ways;
mod zips;
