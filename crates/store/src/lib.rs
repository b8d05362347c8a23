#![doc = include_str!("../README.md")]

mod cached;
mod complaint;
mod condition;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod disk;
mod error;
mod filling;
mod healing;
mod patience;
mod scrub;
mod vouched;

pub use cached::{Cached, cached};
pub use condition::Condition;
pub use disk::DiskStore;
pub use error::StoreError;
pub use filling::Filling;
pub use scrub::{Scrub, ScrubCounters};
pub use vouched::Vouched;

use std::fmt::Debug;
use std::time::SystemTime;

use futures_util::stream::BoxStream;
use gomod::H1;
use source::{Answer, Ask, Assurance, Vetted};

/// A place that keeps what sources gave.
///
/// The contract, which the suite `conformance` checks on every implementation:
///
/// * A reader sees a whole artifact or none, whatever happens to the writer, `kill -9` and power loss included.
/// * When `put` has returned, the artifact survives both.
/// * Only what was looked at can be put: [`Vetted`] has no other constructor.
/// * Bytes are kept as they came. `.info`, `.mod` and `.zip` are kept independently of each other.
/// * `Ask::List` is never put: the list of a store is made from what it can serve, which is every version of which
///   `.info`, `.mod` and `.zip` are all there, written as [`VersionList`](source::VersionList) writes it. It is `None` for
///   a module of which go could choose nothing: no version is there whole, pseudo-versions included, and no `@latest` either.
///   An empty list says that there is no version, and a store that holds a lone `.mod` does not know that.
/// * `Ask::SumDb` is never put, and never kept: whoever has proven what a checksum database says keeps it.
/// * Damage that a read notices is an error of that read and never a wrong byte; the entry is set aside, so that the
///   next `get` is a miss and the caller heals it by another `put`.
/// * Errors are of the store, never of the artifact: a caller treats each as a miss and goes on.
///
/// What nobody looked at cannot be put, because it does not compile:
///
/// ```compile_fail,E0308
/// # async fn example(store: &dyn store::Store, ask: &source::Ask, answer: source::Answer) {
/// let _ = store.put(ask, &answer).await;
/// # }
/// ```
/// ```compile_fail,E0451
/// # fn example(content: source::Whole, origin: source::Origin) -> source::Vetted {
/// source::Vetted { content, origin, assurance: source::Assurance::RECEIVED, h1: None, sha256: None }
/// # }
/// ```
#[async_trait::async_trait]
pub trait Store: Debug + Send + Sync {
    /// What is kept for this question. The answer's freshness is `Kept`, with the time when it was put, its origin and
    /// assurance those it had then. Opening does not read the whole artifact.
    async fn get(&self, ask: &Ask) -> Result<Option<Answer>, StoreError>;

    /// Keeps an artifact durably, in place of an older one, and gives it back as it is kept now (readable any
    /// number of times).
    async fn put(&self, ask: &Ask, artifact: &Vetted) -> Result<Answer, StoreError>;

    /// Forgets an artifact. `false` when it was not there. Readers that have it open are not disturbed.
    async fn remove(&self, ask: &Ask) -> Result<bool, StoreError>;

    /// Notes that somebody has vouched for what is kept, if it still has this hash. A store without notes need not.
    async fn vouch(&self, ask: &Ask, assurance: Assurance, h1: Option<H1>) -> Result<(), StoreError> {
        let _ = (ask, assurance, h1);
        Ok(())
    }

    /// Takes something out of use that is not what it should be, and keeps it for people to look at where it can; says so in the
    /// log. `why` is a sentence.
    async fn reject(&self, ask: &Ask, why: &str) -> Result<(), StoreError> {
        let _ = why;
        self.remove(ask).await.map(drop)
    }

    /// Everything that is kept, in no particular order, without reading the contents.
    fn entries(&self) -> BoxStream<'_, Result<Entry, StoreError>>;

    /// How it fares just now; without a word of the store's own, well.
    fn condition(&self) -> Condition {
        Condition::default()
    }
}

/// One kept artifact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The question that it answers; never a list.
    pub ask: Ask,
    /// Its size in bytes.
    pub size: u64,
    /// Where it came from; `None` when its sidecar is missing or unreadable.
    pub origin: Option<source::Origin>,
    /// When it was put; the file's own time without a sidecar.
    pub kept_at: SystemTime,
    /// When it was last asked for, as far as was noted, which is once a day at most.
    pub used_at: SystemTime,
}
