//! The tests of the room that need a disk, an upstream or the real go.

#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "tests stop loudly")]

mod common;
mod conformance;
