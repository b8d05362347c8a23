//! All remotes.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::HgOptions;
use super::clone::Clone as HgClone;
use super::complaint;
use super::repository::Repository;
use crate::access::{Network, Remotes, WayMemory};
use crate::cache::{Folder, Opened, Sweeper};
use crate::exec::Programs;
use crate::{Repo, RepoError};

/// Repositories of Mercurial, one folder for each remote, shared by all versions and modules in it, and by all processes.
///
/// A folder that is damaged is thrown away and cloned anew. Together they take no more room than `cache_bytes_max`, but for
/// what is in use. Cheap to clone.
#[derive(Clone)]
pub struct HgCache(Arc<Shared>);

/// What all remotes share.
pub(super) struct Shared {
    folder: PathBuf,
    programs: Programs,
    options: Arc<HgOptions>,
    memory: Arc<WayMemory>,
    open: Opened<Repository>,
    pub(super) sweeper: Sweeper,
}

impl HgCache {
    /// A cache in this folder, which is made when it is needed. Others may use the folder at the same time, but for caches of
    /// other systems.
    pub fn new(folder: impl AsRef<Path>, options: HgOptions, programs: Programs) -> Self {
        let folder = folder.as_ref().to_owned();
        let sweeper = Sweeper::new(&folder, options.cache_bytes_max);
        Self(Arc::new(Shared {
            folder,
            programs,
            options: Arc::new(options),
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
        let Shared { folder, programs, options, memory, .. } = &*self.0;
        let ways = remotes.checked(&options.access.protocols())?;
        if ways.iter().any(|way| way.url().contains('#')) {
            // To hg this begins the name of a branch.
            return Err(RepoError::refused("the address of a Mercurial repository has a `#` in it"));
        }
        let folder = Folder::new(folder, &remotes.url);
        let access = Arc::new(options.access.clone());
        let network = Network::new(programs.clone(), access, ways, Arc::clone(memory), complaint::of);
        let clone = HgClone::new(folder, Arc::clone(options), network);
        Ok(Repository::new(&remotes.url, clone, Arc::downgrade(&self.0)))
    }
}

impl fmt::Debug for HgCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("HgCache").field(&self.0.folder).finish()
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("folder", &self.folder).finish_non_exhaustive()
    }
}
