//! All remotes.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::GitOptions;
use super::command::Git;
use super::repository::Repository;
use crate::access::{Remotes, WayMemory};
use crate::cache::{Folder, Opened, Sweeper};
use crate::exec::Programs;
use crate::{Repo, RepoError};

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
    open: Opened<Repository>,
    pub(super) sweeper: Sweeper,
}

impl GitCache {
    /// A cache in this folder, which is made when it is needed. Others may use the folder at the same time.
    pub fn new(folder: impl AsRef<Path>, options: GitOptions, programs: Programs) -> Self {
        let folder = folder.as_ref().to_owned();
        let sweeper = Sweeper::new(&folder, options.cache_bytes_max);
        Self(Arc::new(Shared {
            folder,
            git: Git { programs, options: Arc::new(options) },
            memory: Arc::default(),
            open: Opened::default(),
            sweeper,
        }))
    }

    /// A repository. Nothing is asked of anybody yet.
    ///
    /// # Errors
    /// `Refused` when no way is an address that may be gone to.
    pub fn open(&self, remotes: &Remotes) -> Result<Arc<dyn Repo>, RepoError> {
        let repository = self.0.open.get(remotes, || self.repository(remotes))?;
        Ok(repository)
    }

    fn repository(&self, remotes: &Remotes) -> Result<Repository, RepoError> {
        let options = &self.0.git.options;
        let ways = remotes.checked(&options.access.protocols())?;
        let folder = Folder::new(&self.0.folder, &remotes.url);
        let network = super::network::Network::new(self.0.git.clone(), ways, Arc::clone(&self.0.memory));
        Ok(Repository::new(&remotes.url, folder, Arc::new(network), Arc::downgrade(&self.0)))
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
