//! Every fault of the catalogue, met by the shipped binary and the real go: the first upstream is bad, the second is good.
//!
//! A row passes when a project downloads and builds into an empty module cache before the deadline, and nothing that go
//! took differs in a byte from what it takes on a healthy day. `cargo xtask faults` prints the same rows as a table, beside
//! what go does alone.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop loudly")]

mod both_bad;
mod rows;
mod scene;
