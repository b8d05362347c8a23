//! The tests of the room that need a disk, an upstream or the real go.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "tests stop loudly")]

mod artifacts;
mod cached;
mod common;
mod conformance;
mod crash;
mod damage;
mod faults;
mod file_proxy;
mod first_seen;
mod foreign;
mod gc;
mod gc_killed;
mod hanging;
mod last_use;
mod opening;
mod verify;
mod witnesses;
