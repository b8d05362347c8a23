//! The contract of a repository, fulfilled.

use bytes::Bytes;
use gomod::repository::Vcs;

use super::place::Revision;
use super::repository::Repository;
use super::xml::Logged;
use crate::repo::{is_inner_path, unknown_revision};
use crate::{Archive, Commit, CommitId, Job, Need, Ref, Refs, Repo, RepoError, TreeEntry};

/// How many digits a revision has in a pseudo-version; go takes so many for a hash.
const SHORT_DIGITS: usize = 12;

#[async_trait::async_trait]
impl Repo for Repository {
    fn vcs(&self) -> Vcs {
        Vcs::Subversion
    }

    fn url(&self) -> &str {
        &self.url
    }

    fn detour(&self) -> Option<String> {
        self.network.detour()
    }

    /// Subversion has neither branches nor tags; what go takes for tags are files, which lead to nothing.
    async fn refs(&self, job: &Job) -> Result<Refs, RepoError> {
        let files = self.files_in_tags(job.deadline).await?.into_iter();
        let told = files.map(|file| {
            let id = CommitId::new(&file.revision.to_string());
            Ref { name: format!("refs/tags/{}", file.path), id }
        });
        Ok(Refs::new(told.collect()))
    }

    async fn stat(&self, revision: &str, _need: Need, job: &Job) -> Result<Commit, RepoError> {
        let unknown = || unknown_revision(revision);
        let known = Revision::parse(revision).ok_or_else(unknown)?;
        let logged = self.log(known, job.deadline).await?.ok_or_else(unknown)?;
        Ok(told(revision, &logged))
    }

    async fn read_file(
        &self,
        commit: &CommitId,
        path: &str,
        bytes_max: u64,
        job: &Job,
    ) -> Result<Bytes, RepoError> {
        let missing = || RepoError::not_found(format!("the revision {commit} has no file {path:?}"));
        let known = Revision::of_commit(commit).filter(|_| is_inner_path(path)).ok_or_else(missing)?;
        self.cat(known, path, bytes_max, job.deadline).await?.ok_or_else(missing)
    }

    async fn merged_tags(&self, _: &CommitId, _: &str, _: &Job) -> Result<Vec<String>, RepoError> {
        Err(RepoError::unsupported("Subversion does not tell the history of tags"))
    }

    async fn tree(&self, commit: &CommitId, dir: &str, job: &Job) -> Result<Vec<TreeEntry>, RepoError> {
        let known = folder(commit, dir)?;
        self.tree(known, dir, job.deadline).await?.ok_or_else(|| no_folder(commit, dir))
    }

    async fn archive(&self, commit: &CommitId, dir: &str, job: &Job) -> Result<Archive, RepoError> {
        let known = folder(commit, dir)?;
        self.export(known, dir, job.deadline).await?.ok_or_else(|| no_folder(commit, dir))
    }
}

fn told(revision: &str, logged: &Logged) -> Commit {
    let number = logged.revision.to_string();
    let is_hash = number.starts_with(revision) && revision.len() >= SHORT_DIGITS;
    Commit {
        id: CommitId::new(&number),
        short: format!("{number:0>SHORT_DIGITS$}"),
        time: logged.time.0,
        nanos: logged.time.1,
        tag: None,
        reference: (!is_hash).then(|| revision.to_owned()),
        tags: Vec::new(),
    }
}

fn folder(commit: &CommitId, dir: &str) -> Result<Revision, RepoError> {
    let known = Revision::of_commit(commit).filter(|_| dir.is_empty() || is_inner_path(dir));
    known.ok_or_else(|| no_folder(commit, dir))
}

fn no_folder(commit: &CommitId, dir: &str) -> RepoError {
    RepoError::not_found(format!("the revision {commit} has no folder {dir:?}"))
}
