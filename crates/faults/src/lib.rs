#![doc = include_str!("../README.md")]

mod catalogue;
mod fault;
mod proxy;

pub use catalogue::{CATALOGUE, find};
pub use fault::{Fault, Strikes, Touches};
pub use proxy::{FaultyProxy, StartError};
