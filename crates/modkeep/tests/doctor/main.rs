//! `modkeep doctor` as a user has it: the shipped binary, its settings, and places on loopback.

#![allow(clippy::unwrap_used, reason = "a test may stop loudly")]

mod reports;
mod scene;
mod trust;
