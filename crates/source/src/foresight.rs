//! Whoever wants to know what will be asked.

use std::fmt::Debug;

use crate::Ask;

/// Is told what somebody will ask soon, so that it can have the answers ready.
///
/// A hint and nothing more: it is never an error, it delays nobody, and the one who is told does as much about it as its limits allow.
pub trait Foresight: Debug + Send + Sync {
    /// These questions will be asked, in about this order.
    fn expect(&self, asks: Vec<Ask>);
}
