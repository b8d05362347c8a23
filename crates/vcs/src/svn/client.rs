//! All remotes.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::SvnOptions;
use super::complaint;
use super::repository::Repository;
use crate::access::{Network, Remotes, WayMemory};
use crate::cache::Sweeper;
use crate::exec::Programs;
use crate::{Repo, RepoError};

/// Repositories of Subversion. Nothing of them is kept; files are on the disk only while an archive is made of them. Cheap to
/// clone.
#[derive(Clone)]
pub struct SvnClient(Arc<Shared>);

/// What all remotes share.
pub(super) struct Shared {
    /// For what is on its way, and the configuration that nobody has.
    pub(super) folder: PathBuf,
    pub(super) options: SvnOptions,
    programs: Programs,
    memory: Arc<WayMemory>,
    /// Removes what a killed process has left behind.
    pub(super) sweeper: Sweeper,
}

impl SvnClient {
    /// Works in this folder, which is made when it is needed. Others may use it at the same time, but for those of other systems.
    pub fn new(folder: impl AsRef<Path>, options: SvnOptions, programs: Programs) -> Self {
        let folder = folder.as_ref().to_owned();
        let sweeper = Sweeper::new(&folder, u64::MAX);
        Self(Arc::new(Shared { folder, options, programs, memory: Arc::default(), sweeper }))
    }

    /// A repository. Nothing is asked of anybody yet.
    ///
    /// # Errors
    /// `Refused` when no way is an address that may be gone to.
    pub fn open(&self, remotes: &Remotes) -> Result<Arc<dyn Repo>, RepoError> {
        let Shared { programs, options, memory, .. } = &*self.0;
        let ways = remotes.checked(&options.protocols())?;
        let access = Arc::new(options.access.clone());
        let network = Network::new(programs.clone(), access, ways, Arc::clone(memory), complaint::of);
        Ok(Arc::new(Repository::new(&remotes.url, network, Arc::clone(&self.0))))
    }
}

impl fmt::Debug for SvnClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SvnClient").field("folder", &self.folder).finish_non_exhaustive()
    }
}
