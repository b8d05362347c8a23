//! Child processes held in check: how many run at once, what they see of our environment, how much they say, and when they end.
//!
//! A child leads a process group of its own. Whatever ends the wait for it (its own end, the deadline, too much output, an asker
//! that went away) ends the whole group, so that no helper of a helper is left behind.

mod call;
mod environment;
mod error;
mod group;
mod programs;
mod stderr;
mod stream;

pub use environment::Environment;
pub use programs::Programs;

pub(crate) use call::Call;
pub(crate) use error::ExecError;
pub(crate) use programs::Output;

#[cfg(test)]
mod tests;
