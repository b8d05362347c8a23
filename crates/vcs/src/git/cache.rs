//! All remotes.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::spawn_blocking;

use super::GitOptions;
use super::command::Git;
use super::options::allowed_protocols;
use super::repository::Repository;
use crate::access::{Remotes, Way, WayMemory};
use crate::cache::{Folder, sweep};
use crate::exec::Programs;
use crate::{Repo, RepoError};

/// How many remotes are kept in memory that nobody uses.
const IDLE_MAX: usize = 1024;

/// Repositories of git, one folder for each remote, shared by all versions and modules in it, and by all processes.
///
/// A folder that is damaged is thrown away and fetched anew. Together they take no more room than `cache_bytes_max`, but for
/// what is in use. Cheap to clone.
#[derive(Clone)]
pub struct GitCache(Arc<Shared>);

/// What all remotes share.
pub(super) struct Shared {
    folder: PathBuf,
    git: Git,
    memory: Arc<WayMemory>,
    open: Mutex<HashMap<Remotes, Arc<Repository>>>,
    is_sweeping: AtomicBool,
}

impl GitCache {
    /// A cache in this folder, which is made when it is needed. Others may use the folder at the same time.
    pub fn new(folder: impl AsRef<Path>, options: GitOptions, programs: Programs) -> Self {
        Self(Arc::new(Shared {
            folder: folder.as_ref().to_owned(),
            git: Git { programs, options: Arc::new(options) },
            memory: Arc::default(),
            open: Mutex::default(),
            is_sweeping: AtomicBool::new(false),
        }))
    }

    /// A repository. Nothing is asked of anybody yet.
    ///
    /// # Errors
    /// `Refused` when no way is an address that may be gone to.
    pub fn open(&self, remotes: &Remotes) -> Result<Arc<dyn Repo>, RepoError> {
        let mut open = self.0.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = open.get(remotes) {
            return Ok(Arc::<Repository>::clone(known));
        }
        if open.len() >= IDLE_MAX {
            open.retain(|_, repository| Arc::strong_count(repository) > 1);
        }
        let repository = Arc::new(self.repository(remotes)?);
        open.insert(remotes.clone(), Arc::clone(&repository));
        Ok(repository)
    }

    fn repository(&self, remotes: &Remotes) -> Result<Repository, RepoError> {
        let options = &self.0.git.options;
        let (ways, refused): (Vec<_>, Vec<_>) = remotes
            .ways
            .iter()
            .map(|way| Way::parse(way, allowed_protocols(options)))
            .partition(Result::is_ok);
        let ways: Vec<_> = ways.into_iter().flatten().collect();
        if ways.is_empty() {
            let reason = refused.into_iter().find_map(Result::err);
            return Err(reason.unwrap_or_else(|| RepoError::refused("the repository has no address")));
        }
        let folder = Folder::new(&self.0.folder, &remotes.url);
        let network = super::network::Network::new(self.0.git.clone(), ways, Arc::clone(&self.0.memory));
        Ok(Repository::new(&remotes.url, folder, Arc::new(network), Arc::downgrade(&self.0)))
    }
}

impl Shared {
    /// Sees to it that the cache stays within its limit, when something has come into it. Does not wait for that.
    pub(super) fn sweep(self: &Arc<Self>) {
        if self.is_sweeping.swap(true, Ordering::AcqRel) {
            return;
        }
        let shared = Arc::clone(self);
        spawn_blocking(move || {
            let removed = sweep(&shared.folder, shared.git.options.cache_bytes_max);
            if removed > 0 {
                tracing::info!(removed, "repositories made room in the cache");
            }
            shared.is_sweeping.store(false, Ordering::Release);
        });
    }
}

impl fmt::Debug for GitCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("GitCache").field(&self.0.folder).finish()
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("folder", &self.folder).finish_non_exhaustive()
    }
}
