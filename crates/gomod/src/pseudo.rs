//! Pseudo-versions: versions that stand for a commit without a tag (protocol.md A20 to A24).

mod recognise;

pub use recognise::is_pseudo_version;
