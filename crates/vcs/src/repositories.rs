//! The repositories of all systems behind one door.

use std::sync::Arc;

use gomod::repository::Vcs;

use crate::access::Remotes;
use crate::git::GitCache;
use crate::hg::HgCache;
use crate::svn::SvnClient;
use crate::{Repo, RepoError, Root, Route};

/// Opens a repository with the program of its system. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Repositories {
    git: GitCache,
    hg: HgCache,
    svn: SvnClient,
}

impl Repositories {
    /// Git, Mercurial and Subversion, each through its own program. One that is not installed is missed only when a repository of
    /// that system is asked.
    pub fn new(git: GitCache, hg: HgCache, svn: SvnClient) -> Self {
        Self { git, hg, svn }
    }

    /// The repository that discovery has found, by those of its ways that may be gone.
    ///
    /// # Errors
    /// `Refused` for an address that no program may be given, `Unavailable` for a system that this version cannot read.
    pub fn open(&self, root: &Root, ways: Vec<Route>) -> Result<Arc<dyn Repo>, RepoError> {
        let remotes = Remotes { url: root.url.clone(), ways };
        match root.vcs {
            Vcs::Git => self.git.open(&remotes),
            Vcs::Mercurial => self.hg.open(&remotes),
            Vcs::Subversion => self.svn.open(&remotes),
            other => Err(RepoError::unavailable(format!(
                "{} is a {other} repository, which is not read here; ask a proxy that has the module",
                root.url
            ))),
        }
    }
}
