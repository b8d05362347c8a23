//! The shipped binary, the real go, and a fake upstream: what a user gets from `modkeep serve`.

#![allow(clippy::unwrap_used, reason = "a test may stop loudly")]

mod accept;
mod access;
mod ahead;
mod crash;
mod damage;
mod direct;
mod early;
mod faults;
mod graph;
mod http;
mod imports;
mod keeping;
mod memory;
mod node;
mod once;
mod operations;
mod passes;
mod proxies;
mod repositories;
mod semantics;
mod steady;
mod sumdb;
mod tls;
mod tunnel;
mod upstreams;
