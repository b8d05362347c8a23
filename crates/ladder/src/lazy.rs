//! A source that is made when it is first asked: most go commands ask nothing, and should not wait for certificates to be read.

use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use source::{Answer, Ask, Ctx, Failure, Source};
use tokio::sync::OnceCell;

type Make = dyn Fn() -> BoxFuture<'static, Result<Arc<dyn Source>, Failure>> + Send + Sync;

/// A source to be.
pub struct Lazy {
    made: OnceCell<Result<Arc<dyn Source>, Failure>>,
    make: Box<Make>,
}

impl Lazy {
    /// Calls `make` once, with the first question. If it fails, every question does.
    pub fn new(
        make: impl Fn() -> BoxFuture<'static, Result<Arc<dyn Source>, Failure>> + Send + Sync + 'static,
    ) -> Self {
        Self { made: OnceCell::new(), make: Box::new(make) }
    }
}

impl fmt::Debug for Lazy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lazy").field("made", &self.made).finish_non_exhaustive()
    }
}

#[async_trait::async_trait]
impl Source for Lazy {
    async fn ask(&self, ask: &Ask, ctx: &Ctx) -> Result<Answer, Failure> {
        match self.made.get_or_init(|| (self.make)()).await {
            Ok(source) => source.ask(ask, ctx).await,
            Err(failure) => Err(failure.clone()),
        }
    }
}
