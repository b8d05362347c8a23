//! The decorator that gives up on a shelf that does not answer: what hangs is a miss, and never a hung request.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::timeout;

use super::shelf::Shelf;

/// How long a shelf may take for one small file. A healthy disk needs milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// A shelf that answers in time or fails.
#[derive(Debug)]
pub(super) struct Prompt(pub(super) Arc<dyn Shelf>);

async fn in_time<T>(work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(PATIENCE, work).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

#[async_trait::async_trait]
impl Shelf for Prompt {
    async fn read(&self, address: &str) -> io::Result<Option<Bytes>> {
        in_time(self.0.read(address)).await
    }

    async fn write(&self, address: &str, content: Bytes) -> io::Result<()> {
        in_time(self.0.write(address, content)).await
    }

    async fn forget(&self, address: &str) -> io::Result<()> {
        in_time(self.0.forget(address)).await
    }

    async fn keep_evidence(&self, name: &str, text: String) -> io::Result<()> {
        in_time(self.0.keep_evidence(name, text)).await
    }
}
