//! A version whose anchor is known: found as ever, and held to it.

use gomod::ModuleVersion;
use source::Spool;
use tokio::time::Instant;

use super::{Body, json};
use crate::anchor::{Anchor, Hold};
use crate::resolve::Found;
use crate::{Job, Module, Need, Repo, RepoError, build};

/// One version under its anchor.
pub(super) struct Held<'a> {
    pub(super) version: &'a ModuleVersion,
    /// What was written down of it, and what of that must hold.
    pub(super) anchored: (&'a Anchor, Hold),
    pub(super) module: &'a Module,
    pub(super) repo: &'a dyn Repo,
    pub(super) job: &'a Job,
}

impl Held<'_> {
    /// Its `.info`.
    pub(super) async fn info(&self) -> Result<Body, RepoError> {
        // Who asks for an .info mostly asks for the zip next.
        let found = self.find(Need::Files).await?;
        Ok(json(&self.module.info_of(self.version.version(), &found).settled()))
    }

    /// Its go.mod.
    pub(super) async fn go_mod(&self) -> Result<Body, RepoError> {
        let found = self.find(Need::Description).await?;
        Ok(self.module.go_mod_of(&found).into())
    }

    /// Its zip, which must have the hash of the anchor: whatever led to the commit, these are the bytes that were locked.
    pub(super) async fn zip(&self, spool: &Spool) -> Result<Body, RepoError> {
        let found = self.find(Need::Files).await?;
        let built = build::zip(self.repo, &found.files, self.version, spool, self.job).await?;
        self.anchored.0.check_zip(self.version, &built.h1, self.repo.url())?;
        Ok(built.body.into())
    }

    /// The version by what is known of the tags, then by what they are now, then by the name of its commit; and whether that is what
    /// the anchor says.
    async fn find(&self, need: Need) -> Result<Found, RepoError> {
        let version = self.version.version();
        let found = match self.module.find(version, need, self.job).await {
            Err(error) if error.is_not_found() => {
                let anew = Job { not_before: Instant::now(), ..*self.job };
                match self.module.find(version, need, &anew).await {
                    Err(error) if error.is_not_found() => self.without_tag(error, need, &anew).await?,
                    found => found?,
                }
            }
            found => found?,
        };
        let (anchor, hold) = self.anchored;
        let tree = match &anchor.tree {
            Some(_) => self.repo.tree_id(&found.commit.id, self.job).await?,
            None => None,
        };
        let now = (&found.commit.id, tree.as_deref());
        anchor.check(self.version, hold, now, self.repo.url())?;
        Ok(found)
    }

    /// The tag is gone: the commit may still be there.
    async fn without_tag(&self, missing: RepoError, need: Need, job: &Job) -> Result<Found, RepoError> {
        let (anchor, hold) = self.anchored;
        if !hold.does_without_tag() {
            let message =
                format!("{missing}; modkeep.lock holds versions to their tags", missing = missing.message);
            return Err(RepoError { message, ..missing });
        }
        let (version, commit) = (self.version.version(), &anchor.commit);
        let found = self.module.find_at(version, commit, need, job).await;
        if found.is_ok() {
            tracing::warn!(module = %self.version, commit, "the tag is gone; taken by the commit in modkeep.lock");
        }
        found
    }
}
