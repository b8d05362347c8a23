//! `modkeep init` as the shipped binary runs it, with the real go and git.

#![allow(clippy::unwrap_used, reason = "a test may stop loudly")]

mod existing;
mod failures;
mod new;
mod scene;
