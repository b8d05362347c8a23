//! What can be chosen about git.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::access::Access;
use crate::{RepoError, Route};

/// What can be chosen about git.
#[derive(Debug, Clone)]
pub struct GitOptions {
    /// How places are reached.
    pub access: Access,
    /// How many bytes one repository may take in the cache. One that needs more is refused.
    pub repository_bytes_max: u64,
    /// How many bytes the cache may take. Beyond, what was used least recently goes.
    pub cache_bytes_max: u64,
    /// How long one fetch may take, however many wait for it.
    pub fetch_time_max: Duration,
    /// How long a way to a repository is waited for while there is another one.
    pub way_patience: Duration,
    /// How many files the tree of a commit may have.
    pub tree_entries_max: usize,
    /// How many more tags are fetched, unasked, after a tag was: those beside it, the next higher ones first. They come when nobody
    /// waits.
    pub tags_ahead: usize,
    /// A web client that tells what git cannot.
    pub probe: Option<Arc<dyn Probe>>,
}

impl Default for GitOptions {
    fn default() -> Self {
        Self {
            access: Access::default(),
            repository_bytes_max: 4 << 30,
            cache_bytes_max: 20 << 30,
            fetch_time_max: Duration::from_mins(10),
            way_patience: Duration::from_secs(10),
            tree_entries_max: 1_000_000,
            tags_ahead: 0,
            probe: None,
        }
    }
}

/// A web client with its own rules about where it may go. It tells what git cannot, about addresses of http and https.
#[async_trait::async_trait]
pub trait Probe: fmt::Debug + Send + Sync {
    /// Where git is to connect to: it would look the name up once more, and another answer could lead it to where it may not go.
    /// Empty, where it may look for itself.
    ///
    /// # Errors
    /// `Refused` when nobody may connect there, `Unavailable` when that cannot be found out.
    async fn addresses(&self, route: &Route, deadline: Instant) -> Result<Vec<IpAddr>, RepoError>;

    /// Whether a page at this address says that there is nothing, as go finds out where git was turned away (protocol.md
    /// D10). Anything but a clear yes is a no.
    async fn is_missing(&self, route: &Route, deadline: Instant) -> bool;

    /// Where the repository at this address has moved to, if one may go there.
    async fn moved_to(&self, route: &Route, deadline: Instant) -> Option<Route>;
}
