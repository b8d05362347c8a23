//! The patterns of GOPRIVATE, GONOPROXY and GONOSUMDB (protocol.md A25).

mod pattern;
mod prefix;

pub use pattern::{PATTERN_BYTES_MAX, Pattern};
pub use prefix::PrefixPatterns;
