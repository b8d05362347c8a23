//! One module in one repository, and the questions that a proxy has about it.

use std::sync::Arc;

use bytes::Bytes;
use gomod::{ModulePath, Revision, Version};

use super::fault::Fault;
use super::folder::{Folder, legacy_go_mod};
use super::info::{Info, Listing};
use super::inquiry::Inquiry;
use super::origin::Origin;
use super::place::Place;
use super::query::is_prefix;
use super::resolutions::{Question, Resolutions};
use crate::{Commit, Job, ModuleFiles, Need, Repo, RepoError};

/// A version in its repository.
#[derive(Debug, Clone)]
pub struct Found {
    /// The commit that it is.
    pub commit: Commit,
    /// Where in it the module lies.
    pub files: ModuleFiles,
}

/// A module in its repository. Every answer is what the go command would say of `M@…` with `GOPROXY=direct`; errors are in
/// its words. What go calls "not exist" and what it calls invalid are both [`source::FailureKind::NotFound`] here.
#[derive(Debug, Clone)]
pub struct Module {
    place: Place,
    repo: Arc<dyn Repo>,
    resolutions: Option<Arc<Resolutions>>,
}

impl Module {
    /// The module `path` in `repo`, whose root has the path `root`; `subdir` is the fourth field of a go-import tag, or empty
    /// (protocol.md D1, D2).
    ///
    /// # Errors
    /// `NotFound` when the repository cannot hold the module.
    pub fn new(path: ModulePath, root: &str, subdir: &str, repo: Arc<dyn Repo>) -> Result<Self, RepoError> {
        let place = Place::new(path, root, subdir).map_err(RepoError::not_found)?;
        Ok(Self { place, repo, resolutions: None })
    }

    /// The same module, which asks here first whether its question was answered before (D33).
    #[must_use]
    pub fn with_resolutions(self, resolutions: Arc<Resolutions>) -> Self {
        Self { resolutions: Some(resolutions), ..self }
    }

    /// The tagged versions (D12, D13).
    ///
    /// # Errors
    /// As the repository's. No versions are no error.
    pub async fn versions(&self, job: &Job) -> Result<Listing, RepoError> {
        let inquiry = self.inquiry(job);
        let Some(resolutions) = &self.resolutions else { return Ok(inquiry.list("").await?) };
        resolutions.lists().answer(&inquiry, Question::List, inquiry.list("")).await
    }

    /// The latest version as `go list -m M@latest` says it: not retracted, releases first, else the newest commit (D31).
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn latest(&self, job: &Job) -> Result<Info, RepoError> {
        let inquiry = self.inquiry(job);
        let Some(resolutions) = &self.resolutions else { return Ok(inquiry.latest().await?) };
        resolutions.infos().answer(&inquiry, Question::Latest, inquiry.latest()).await
    }

    /// The version that a revision is (D7 to D9, D14 to D24, D30): a version, a pseudo-version, a tag, a branch, a hash. As in
    /// go, `latest` is the latest version, and `v1` and `v1.2` mean the highest version that begins so (D28).
    ///
    /// # Errors
    /// `NotFound` for what does not exist or must not be called so.
    pub async fn info(&self, revision: &Revision, need: Need, job: &Job) -> Result<Info, RepoError> {
        let asked = revision.as_str();
        if asked == "latest" {
            return self.latest(job).await;
        }
        let inquiry = self.inquiry(job);
        let Some(resolutions) = &self.resolutions else { return Ok(query(&inquiry, asked, need).await?) };
        let question = Question::Revision(asked.to_owned());
        resolutions.infos().answer(&inquiry, question, query(&inquiry, asked, need)).await
    }

    /// The go.mod of a version, raw, or the one that stands for a missing one (D3, C13, C16).
    ///
    /// # Errors
    /// `NotFound` for a version that does not exist, or has no go.mod and needs one.
    pub async fn go_mod(&self, version: &Version, job: &Job) -> Result<Bytes, RepoError> {
        let (_, folder) = self.inquiry(job).version(version, Need::Description).await?;
        Ok(folder.go_mod_or_legacy(&self.place))
    }

    /// Where the files of a version lie (C11), fetched on the way.
    ///
    /// # Errors
    /// As of [`Self::go_mod`].
    pub async fn files(&self, version: &Version, job: &Job) -> Result<ModuleFiles, RepoError> {
        self.find(version, Need::Files, job).await.map(|found| found.files)
    }

    /// Where a version lies, and the commit that it is.
    ///
    /// # Errors
    /// As of [`Self::go_mod`].
    pub async fn find(&self, version: &Version, need: Need, job: &Job) -> Result<Found, RepoError> {
        let (commit, folder) = self.inquiry(job).version(version, need).await?;
        Ok(found(commit, folder))
    }

    /// Where a version lies that somebody says to be this commit, whatever the tags are by now. A branch or tag has to lead to it:
    /// some hosts give out commits that are no part of the repository (protocol.md D6).
    ///
    /// # Errors
    /// `NotFound` when nothing leads to the commit, or the module is not in it.
    pub async fn find_at(
        &self,
        version: &Version,
        commit: &str,
        need: Need,
        job: &Job,
    ) -> Result<Found, RepoError> {
        let commit = self.repo.stat(commit, need, job).await?;
        let folder = self.inquiry(job).folder(&commit, version.as_str()).await?;
        Ok(found(commit, folder))
    }

    /// The `.info` of a version that was found.
    pub fn info_of(&self, version: &Version, found: &Found) -> Info {
        let commit = &found.commit;
        let origin = Origin::of_module(&*self.repo, &self.place).at(commit, commit.reference.as_deref());
        Info { version: version.clone(), time: commit.time, nanos: commit.nanos, origin: Some(origin) }
    }

    /// The go.mod of a version that was found, as [`Self::go_mod`] gives it.
    pub fn go_mod_of(&self, found: &Found) -> Bytes {
        found.files.go_mod.clone().unwrap_or_else(|| legacy_go_mod(&self.place))
    }

    /// The tag that a version has to have; none for a pseudo-version.
    pub fn tag_of(&self, version: &Version) -> Option<String> {
        (!version.is_pseudo()).then(|| self.place.revision(version.as_str()))
    }

    /// The folder of the module in its repository, without the one for the major version; empty for the root.
    pub fn folder(&self) -> &str {
        &self.place.folder
    }

    fn inquiry<'a>(&'a self, job: &'a Job) -> Inquiry<'a> {
        Inquiry::new(&self.place, &*self.repo, job)
    }
}

fn found(commit: Commit, folder: Folder) -> Found {
    let files = ModuleFiles { commit: commit.id.clone(), dir: folder.dir, go_mod: folder.go_mod };
    Found { commit, files }
}

async fn query(inquiry: &Inquiry<'_>, asked: &str, need: Need) -> Result<Info, Fault> {
    if is_prefix(asked) {
        return inquiry.highest_of(asked, need).await;
    }
    inquiry.revision(asked, need).await.map(|named| named.info)
}
