//! Pseudo-versions: versions that stand for a commit without a tag, `vX.Y.Z-…-yyyymmddhhmmss-revision`
//! (protocol.md A20 to A24).
//!
//! They sort after the tag that they are based on and before the next one, by time. [`pseudo_version`] makes one;
//! [`time`], [`rev`] and [`base`] take one apart.

mod build;
mod decimal;
mod parse;
mod recognise;
mod stamp;

pub use build::{pseudo_version, zero};
pub use parse::{base, rev, time};
pub use recognise::is_pseudo_version;
pub use stamp::PseudoTime;
