//! The decorator that counts what was really asked: what the ladder did for questions that nobody has asked yet is no part of a run.

use std::sync::Arc;

use source::{Answer, Ask, Ctx, Failure, Source};

use crate::steps::Steps;

/// A ladder, perhaps with others around it that ask ahead, whose questions from outside are those of the run.
#[derive(Debug)]
pub struct Counted<S> {
    inner: S,
    steps: Arc<Steps>,
}

impl<S: Source> Counted<S> {
    /// Counts in `steps`, which the ladder inside tells what it did.
    pub fn new(inner: S, steps: Arc<Steps>) -> Self {
        Self { inner, steps }
    }
}

#[async_trait::async_trait]
impl<S: Source> Source for Counted<S> {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        let outcome = self.inner.ask(ask, ctx).await;
        self.steps.count(ask, outcome.as_ref().err());
        outcome
    }
}
