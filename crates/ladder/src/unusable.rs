//! A place that is configured and cannot be used: it says why to whoever asks it.

use std::time::Duration;

use source::{Answer, Ask, Ctx, Failure, Origin, Source};

/// Fails every question with one reason.
#[derive(Debug)]
pub struct Unusable {
    origin: Origin,
    reason: String,
}

impl Unusable {
    /// A place of this name, which cannot be used for this reason.
    pub fn new(origin: Origin, reason: String) -> Self {
        Self { origin, reason }
    }

    /// Its name.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }
}

#[async_trait::async_trait]
impl Source for Unusable {
    async fn ask(&self, _: &Ask, _: &Ctx) -> Result<Answer, Failure> {
        Err(Failure::unavailable(&self.origin, &self.reason, Duration::ZERO).permanent())
    }
}
