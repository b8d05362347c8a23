//! `modkeep vendor` as a user has it: the shipped binary, the real go, a disk that is full and runs that are killed.

#![cfg(test)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says what it expects")]

mod commands;
mod crash;
mod room;
mod scene;
