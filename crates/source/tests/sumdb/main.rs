//! A checksum database over real HTTP, asked through ways that tell the truth, lie, or are dead.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop loudly")]

mod heads;
mod holdings;
mod lies;
mod limits;
mod offline;
mod scene;
mod trees;
mod verified;
