//! What can be chosen about git.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::access::{Credential, Profile, SshOptions};

/// What can be chosen about git.
#[derive(Debug, Clone)]
pub struct GitOptions {
    /// Whose configuration counts.
    pub profile: Profile,
    /// Protocols besides https and ssh: `http`, `git`, `file`.
    pub extra_protocols: Vec<String>,
    /// How ssh is used.
    pub ssh: SshOptions,
    /// Certificate authorities (PEM) for https, in the place of the system's.
    pub ca_file: Option<PathBuf>,
    /// Users and secrets of single hosts, for http and https.
    pub credentials: Vec<Credential>,
    /// How many bytes one repository may take in the cache. One that needs more is refused.
    pub repository_bytes_max: u64,
    /// How many bytes the cache may take. Beyond, what was used least recently goes.
    pub cache_bytes_max: u64,
    /// How long one fetch may take, however many wait for it.
    pub fetch_time_max: Duration,
    /// How long a transfer may stand still.
    pub stall_time_max: Duration,
    /// How long a way to a repository is waited for while there is another one.
    pub way_patience: Duration,
    /// How many files the tree of a commit may have.
    pub tree_entries_max: usize,
    /// How many more tags are fetched, unasked, after a tag was: those beside it, the next higher ones first. They come when nobody
    /// waits.
    pub tags_ahead: usize,
    /// A web client that looks at what git cannot tell.
    pub probe: Option<Arc<dyn Probe>>,
}

impl Default for GitOptions {
    fn default() -> Self {
        Self {
            profile: Profile::Server { config: None },
            extra_protocols: Vec::new(),
            ssh: SshOptions::default(),
            ca_file: None,
            credentials: Vec::new(),
            repository_bytes_max: 4 << 30,
            cache_bytes_max: 20 << 30,
            fetch_time_max: Duration::from_mins(10),
            stall_time_max: Duration::from_secs(30),
            way_patience: Duration::from_secs(10),
            tree_entries_max: 1_000_000,
            tags_ahead: 0,
            probe: None,
        }
    }
}

/// What git may speak.
pub(super) fn allowed_protocols(options: &GitOptions) -> impl Iterator<Item = &str> + Clone {
    ["https", "ssh"].into_iter().chain(options.extra_protocols.iter().map(String::as_str))
}

/// A web client with its own rules about where it may go. It is asked when git was turned away from an http or https address.
#[async_trait::async_trait]
pub trait Probe: fmt::Debug + Send + Sync {
    /// Looks at the address of a repository, without credentials, as go does (protocol.md D10). Returns by the deadline.
    async fn look_at(&self, url: &str, deadline: Instant) -> Probed;
}

/// What a web client found at the address of a repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Probed {
    /// Nothing: 404 or 410.
    Missing,
    /// It has moved to this address, which may be gone to.
    Moved(String),
    /// Anything else.
    Unknown,
}
