//! Subversion repositories, read through the system's svn, from real servers on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop loudly")]

mod answers;
mod archives;
#[path = "../common/mod.rs"]
mod common;
mod hostile;
mod kit;
mod limits;
mod ways;
