//! go.sum: the hashes that a project holds its modules to (protocol.md F4 to F6).

mod file;
mod parse;

pub use file::{GoSum, Part, Verdict};
pub use parse::{GoSumError, GoSumFlaw};
