//! What clients get over a real socket: what go gets, and what everything else gets.

#![allow(clippy::unwrap_used, reason = "a test may stop loudly")]

#[path = "../common/mod.rs"]
mod common;

mod ahead;
mod coding;
mod conditional;
mod exchange;
mod failures;
mod freshness;
mod range;
mod redirect;
mod routes;
mod shelf;
