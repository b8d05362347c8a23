//! The shipped binary with a checksum database that is out of reach: what is kept is proven, and proofs are carried along.

#![allow(clippy::unwrap_used, reason = "a test may stop loudly")]

mod air_gap;
mod import;
mod scene;
mod unproven;
mod verify;
