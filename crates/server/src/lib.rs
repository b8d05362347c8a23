#![doc = include_str!("../README.md")]

mod metrics;

pub use metrics::Metrics;
