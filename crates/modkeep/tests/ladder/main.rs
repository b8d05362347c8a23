//! The shipped binary under the real go: what a user gets from `modkeep go`.

#![allow(clippy::unwrap_used, reason = "a test may stop loudly")]

mod blame;
mod bundled;
mod likeness;
mod lock;
mod rungs;
mod scene;
mod static_build;
mod trust;
mod vendor;
