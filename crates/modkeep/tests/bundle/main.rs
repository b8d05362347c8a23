//! `modkeep bundle`, as a user meets it: a project is packed with the real go, and built from the bundle when nothing answers.

#![cfg(test)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop loudly")]

mod create;
mod depots;
mod project;
mod record;
mod verify;
