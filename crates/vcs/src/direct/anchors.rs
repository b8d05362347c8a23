//! Where versions come from: written down once, and looked up when a version is asked for again.

use gomod::{ModulePath, ModuleVersion};
use source::{Ask, Failure, FailureKind};
use tokio::time::{Instant, timeout_at};

use super::{Direct, late};
use crate::{Anchor, Job, Located, Module, Need, RepoError, build};

impl Direct {
    /// Where a version comes from, read anew, with the hash of the zip that is made of it.
    ///
    /// # Errors
    /// As of any question; `Unavailable` without a retry when the place that has the module is a proxy.
    pub async fn anchor(&self, version: &ModuleVersion, deadline: Instant) -> Result<Anchor, Failure> {
        let begun = Instant::now();
        let found = timeout_at(deadline, self.find_anchor(version, deadline)).await;
        found.unwrap_or_else(|_| Err(late())).map_err(|error| self.failure(version, &error, begun.elapsed()))
    }

    async fn find_anchor(&self, version: &ModuleVersion, deadline: Instant) -> Result<Anchor, RepoError> {
        let job = Job { deadline, not_before: Instant::now() };
        let Located::Repository(root) = self.discovery.locate(version.path(), &job).await? else {
            return Err(RepoError::unavailable("its host names a proxy and no repository"));
        };
        let repo = self.open(&root, &job).await?;
        let module = Module::new(version.path().clone(), &root.root, &root.subdir, repo.clone())?;
        let found = module.find(version.version(), Need::Files, &job).await?;
        let tree = repo.tree_id(&found.commit.id, &job).await?;
        let built = build::zip(&*repo, &found.files, version, &self.spool, &job).await?;
        Ok(Anchor {
            vcs: root.vcs,
            url: root.url,
            root: root.root,
            subdir: module.folder().to_owned(),
            tag: module.tag_of(version.version()),
            commit: found.commit.id.to_string(),
            tree,
            h1: built.h1,
        })
    }

    /// The anchor of the version that is asked for.
    pub(super) fn anchor_of(&self, ask: &Ask) -> Option<(ModuleVersion, &Anchor)> {
        let version = ask.version()?;
        let anchor = self.anchors.modules.get(&version)?;
        Some((version, anchor))
    }

    /// Where the anchor says that the repository is, for paths of which the user lets it. Else the failure of discovery stands: a
    /// project must not choose which hosts are asked, and with whose credentials (house.md, invariant 10).
    pub(super) fn located_by_anchor(
        &self,
        ask: &Ask,
        path: &ModulePath,
        error: RepoError,
    ) -> Result<Located, RepoError> {
        let is_silent = matches!(error.kind, FailureKind::NotFound | FailureKind::Unavailable);
        let Some((_, anchor)) = self.anchor_of(ask).filter(|_| is_silent) else { return Err(error) };
        if !self.anchors.may_name_repositories.matches(path.as_str()) {
            let message = format!(
                "modkeep.lock names a repository, which needs lock-repositories in your own settings: {}",
                error.message
            );
            return Err(RepoError { message, ..error });
        }
        let subdir = anchor.subdir_of_tag(path.as_str()).ok_or(error)?;
        self.discovery.named(path, &anchor.root, anchor.vcs, (&anchor.url, subdir))
    }
}
