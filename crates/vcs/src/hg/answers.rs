//! The contract of a repository, fulfilled.

use bytes::Bytes;
use gomod::repository::Vcs;

use super::reader::Reader;
use super::repository::Repository;
use super::revision::{self, Meaning};
use crate::repo::{is_inner_path, unknown_revision};
use crate::{Archive, Commit, CommitId, Job, Need, Refs, Repo, RepoError, TreeEntry};

/// How many hex digits of a commit stand in a pseudo-version, and how many of them go takes for a hash.
const SHORT_DIGITS: usize = 12;

#[async_trait::async_trait]
impl Repo for Repository {
    fn vcs(&self) -> Vcs {
        Vcs::Mercurial
    }

    fn url(&self) -> &str {
        &self.url
    }

    fn detour(&self) -> Option<String> {
        self.clone().network.detour()
    }

    async fn refs(&self, job: &Job) -> Result<Refs, RepoError> {
        Ok(self.fresh(job).await?.refs.clone())
    }

    async fn stat(&self, revision: &str, _need: Need, job: &Job) -> Result<Commit, RepoError> {
        let snapshot = self.fresh(job).await?;
        let unknown = || unknown_revision(revision);
        match revision::look_up(revision, &snapshot) {
            Meaning::Nothing => Err(unknown()),
            Meaning::Known { commit, is_fixed } => {
                let found = (commit.node.as_str(), commit.time, commit.tags_of_go());
                Ok(told(revision, is_fixed, found))
            }
            Meaning::Hash(digits) => {
                let find = |reader: Reader| {
                    let digits = digits.clone();
                    async move { reader.find(&digits).await }
                };
                let found = self.ask(job.deadline, find).await?.ok_or_else(unknown)?;
                Ok(told(revision, false, (&found.node, found.time, found.tags)))
            }
        }
    }

    async fn read_file(
        &self,
        commit: &CommitId,
        path: &str,
        bytes_max: u64,
        job: &Job,
    ) -> Result<Bytes, RepoError> {
        if !is_inner_path(path) {
            return Err(RepoError::not_found(format!("the commit {commit} has no file {path:?}")));
        }
        let read = |reader: Reader| async move { reader.file(commit.as_str(), path, bytes_max).await };
        self.ask(job.deadline, read).await
    }

    async fn merged_tags(
        &self,
        commit: &CommitId,
        prefix: &str,
        job: &Job,
    ) -> Result<Vec<String>, RepoError> {
        let list = |reader: Reader| async move { reader.merged_tags(commit.as_str()).await };
        let mut tags = self.ask(job.deadline, list).await?;
        tags.retain(|tag| tag.starts_with(prefix));
        Ok(tags)
    }

    async fn tree(&self, commit: &CommitId, dir: &str, job: &Job) -> Result<Vec<TreeEntry>, RepoError> {
        check_folder(commit, dir)?;
        let entries_max = self.clone().options.tree_entries_max;
        let list = |reader: Reader| async move { reader.tree(commit.as_str(), dir, entries_max).await };
        self.ask(job.deadline, list).await
    }

    async fn archive(&self, commit: &CommitId, dir: &str, job: &Job) -> Result<Archive, RepoError> {
        check_folder(commit, dir)?;
        let make = |reader: Reader| async move {
            let in_use = self.enter().await?;
            reader.archive(commit.as_str(), dir, in_use).await
        };
        self.ask(job.deadline, make).await
    }
}

/// A commit as go tells it. What does not move is a tag to go, and a long beginning of the hash is no reference.
fn told(revision: &str, is_fixed: bool, (node, time, tags): (&str, i64, Vec<String>)) -> Commit {
    let is_hash = node.starts_with(revision);
    Commit {
        id: CommitId::new(node),
        short: node.get(..SHORT_DIGITS).unwrap_or(node).to_owned(),
        time,
        nanos: 0,
        tag: (is_fixed && !is_hash).then(|| revision.to_owned()),
        reference: (!is_hash || revision.len() < SHORT_DIGITS).then(|| revision.to_owned()),
        tags,
    }
}

fn check_folder(commit: &CommitId, dir: &str) -> Result<(), RepoError> {
    if dir.is_empty() || is_inner_path(dir) {
        return Ok(());
    }
    Err(RepoError::not_found(format!("the commit {commit} has no folder {dir:?}")))
}
