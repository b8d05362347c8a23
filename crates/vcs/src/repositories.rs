//! The repositories of all systems behind one door.

use std::sync::Arc;

use gomod::repository::Vcs;

use crate::access::Remotes;
use crate::git::GitCache;
use crate::{Repo, RepoError, Root};

/// Opens a repository with the program of its system. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Repositories {
    git: GitCache,
}

impl Repositories {
    /// Git repositories through `git`.
    pub fn new(git: GitCache) -> Self {
        Self { git }
    }

    /// The repository that discovery has found, by those of its ways that may be gone.
    ///
    /// # Errors
    /// `Refused` for an address that no program may be given, `Unavailable` for a system that this version cannot read.
    pub fn open(&self, root: &Root, ways: Vec<String>) -> Result<Arc<dyn Repo>, RepoError> {
        let remotes = Remotes { url: root.url.clone(), ways };
        match root.vcs {
            Vcs::Git => self.git.open(&remotes),
            other => Err(RepoError::unavailable(format!(
                "{} is a {other} repository, which is not read here; ask a proxy that has the module",
                root.url
            ))),
        }
    }
}
