//! Bundles as a whole: made from a source, opened, asked, and used by the real go.

#![cfg(test)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may stop loudly")]

mod create;
mod depots;
mod incremental;
mod place;
mod real_go;
mod scene;
mod tampered;
