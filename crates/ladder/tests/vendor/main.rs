//! The vendor folder as a user has it: made by the real go, damaged, restored, placed for a run.

#![cfg(test)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a test says what it expects")]

mod agreement;
mod checksums;
mod guarding;
mod placing;
mod restoring;
mod scene;
mod snapshots;
mod verifying;
