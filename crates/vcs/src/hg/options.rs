//! What can be chosen about Mercurial.

use std::time::Duration;

use crate::access::Access;

/// What can be chosen about Mercurial.
#[derive(Debug, Clone)]
pub struct HgOptions {
    /// How places are reached. With [`Profile::User`](crate::Profile::User) the user's own credentials count instead of these.
    pub access: Access,
    /// How many bytes one repository may take in the cache. One that needs more is refused.
    pub repository_bytes_max: u64,
    /// How many bytes the cache may take. Beyond, what was used least recently goes.
    pub cache_bytes_max: u64,
    /// How long one pull or clone may take, however many wait for it.
    pub fetch_time_max: Duration,
    /// How many files a commit may have.
    pub tree_entries_max: usize,
}

impl Default for HgOptions {
    fn default() -> Self {
        Self {
            access: Access::default(),
            repository_bytes_max: 4 << 30,
            cache_bytes_max: 20 << 30,
            fetch_time_max: Duration::from_mins(10),
            tree_entries_max: 1_000_000,
        }
    }
}
