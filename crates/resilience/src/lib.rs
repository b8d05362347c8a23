#![doc = include_str!("../README.md")]

mod backoff;
mod breaker;
mod budget;
mod health;
mod hedge;
mod rate;

pub use backoff::Backoff;
pub use breaker::{Admission, Breaker, Fault, Open};
pub use budget::RetryBudget;
pub use health::{Health, Rank};
pub use hedge::HedgeDelay;
pub use rate::{MinimumRate, Pace};
