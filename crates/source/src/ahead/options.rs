//! What is not to be asked ahead, and when nothing is.

use std::fmt;
use std::time::Duration;

use gomod::ModulePath;

use crate::Ask;

/// How to look ahead.
pub struct AheadOptions {
    /// How long one question may take.
    pub patience: Duration,
    /// Modules that are neither asked ahead nor taken notice of: their names are told to nobody before a client asks.
    pub is_private: Box<dyn Fn(&ModulePath) -> bool + Send + Sync>,
    /// Questions that clients are told to ask elsewhere.
    pub is_elsewhere: Box<dyn Fn(&Ask) -> bool + Send + Sync>,
    /// Whether anything may be begun now: what cannot be kept, or comes when nobody is answered any more, is fetched for nothing.
    pub may_begin: Box<dyn Fn() -> bool + Send + Sync>,
}

impl AheadOptions {
    /// Questions that may take `patience`, about all modules.
    pub fn new(patience: Duration) -> Self {
        Self {
            patience,
            is_private: Box::new(|_| false),
            is_elsewhere: Box::new(|_| false),
            may_begin: Box::new(|| true),
        }
    }
}

impl fmt::Debug for AheadOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AheadOptions").field("patience", &self.patience).finish_non_exhaustive()
    }
}
