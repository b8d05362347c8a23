#![doc = include_str!("../README.md")]

mod catalogue;
mod fault;
mod proxy;
mod touches;

pub use catalogue::{CATALOGUE, find};
pub use fault::{Fault, Strikes};
pub use proxy::{FaultyProxy, StartError};
pub use touches::Touches;
