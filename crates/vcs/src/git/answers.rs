//! The contract of a repository, fulfilled.

use bytes::Bytes;
use gomod::repository::Vcs;

use super::objects::{Found, ReadError, Reader};
use super::repository::Repository;
use super::revision::{self, Meaning};
use crate::repo::{is_inner_path, unknown_revision};
use crate::{Archive, Commit, CommitId, Job, Need, Refs, Repo, RepoError, TreeEntry};

/// How many hex digits of a commit stand in a pseudo-version.
const SHORT_DIGITS: usize = 12;

#[async_trait::async_trait]
impl Repo for Repository {
    fn vcs(&self) -> Vcs {
        Vcs::Git
    }

    fn url(&self) -> &str {
        &self.url
    }

    fn detour(&self) -> Option<String> {
        self.network.detour()
    }

    async fn refs(&self, job: &Job) -> Result<Refs, RepoError> {
        let _in_use = self.enter().await?;
        Ok(self.fresh_refs(job).await?.refs.clone())
    }

    async fn stat(&self, revision: &str, need: Need, job: &Job) -> Result<Commit, RepoError> {
        if !revision::is_possible(revision) {
            return Err(unknown_revision(revision));
        }
        let _in_use = self.enter().await?;
        let early = self.start_early(revision, need, job);
        let refs = self.fresh_refs(job).await?;
        let (commit, reference, tag) = match revision::look_up(revision, &refs)? {
            Meaning::Known { commit, reference, tag } => (commit, Some(reference), tag),
            Meaning::Hash(digits) => {
                let found = self.find_in_history(&digits, &refs, job.deadline).await?;
                (found.ok_or_else(|| unknown_revision(&digits))?, None, None)
            }
        };
        if let (Some(early), Some(tag)) = (early, &tag) {
            self.take_early(early, tag, &refs, &commit).await;
        }
        let time = self.time_of(&commit, need, job.deadline).await?;
        if let (Some(tag), Need::Files) = (&tag, need) {
            self.fetch_ahead(tag, &refs);
        }
        let short = commit.get(..SHORT_DIGITS).unwrap_or(&commit).to_owned();
        Ok(Commit {
            id: CommitId::new(&commit),
            short,
            time,
            nanos: 0,
            tag,
            reference,
            tags: refs.tags_on(&commit),
        })
    }

    async fn read_file(
        &self,
        commit: &CommitId,
        path: &str,
        bytes_max: u64,
        job: &Job,
    ) -> Result<Bytes, RepoError> {
        let missing = || RepoError::not_found(format!("the commit {commit} has no file {path:?}"));
        if !is_inner_path(path) {
            return Err(missing());
        }
        let _in_use = self.enter().await?;
        if let Some(content) = self.at_hand(commit, path, bytes_max, job).await? {
            return Ok(content);
        }
        let find = |reader: Reader, _| async move { reader.find(commit.as_str(), path).await };
        match self.ask(commit.as_str(), Need::Description, job.deadline, find).await? {
            Found::File(object) => self.content(commit, &object, bytes_max, job).await,
            Found::Folder | Found::Nothing => Err(missing()),
        }
    }

    async fn tree_id(&self, commit: &CommitId, job: &Job) -> Result<Option<String>, RepoError> {
        let _in_use = self.enter().await?;
        let read = |reader: Reader, _| async move { reader.commit_tree(commit.as_str()).await };
        self.ask(commit.as_str(), Need::Description, job.deadline, read).await.map(Some)
    }

    async fn merged_tags(
        &self,
        commit: &CommitId,
        prefix: &str,
        job: &Job,
    ) -> Result<Vec<String>, RepoError> {
        let _in_use = self.enter().await?;
        let refs = self.fresh_refs(job).await?;
        if !refs.refs.tags().any(|(name, _)| name.starts_with(prefix)) {
            return Ok(Vec::new());
        }
        if self.find_in_history(commit.as_str(), &refs, job.deadline).await?.is_none() {
            return Err(RepoError::not_found(format!("no branch or tag leads to the commit {commit}")));
        }
        let list = |reader: Reader| async move { reader.merged_tags(commit.as_str()).await };
        let mut tags = self.ask_history(&refs, job.deadline, list).await?;
        tags.retain(|tag| tag.starts_with(prefix));
        Ok(tags)
    }

    async fn tree(&self, commit: &CommitId, dir: &str, job: &Job) -> Result<Vec<TreeEntry>, RepoError> {
        if !dir.is_empty() && !is_inner_path(dir) {
            return Err(no_folder(commit, dir));
        }
        let _in_use = self.enter().await?;
        self.entries(commit.as_str(), dir, Need::Description, job.deadline).await
    }

    async fn archive(&self, commit: &CommitId, dir: &str, job: &Job) -> Result<Archive, RepoError> {
        if !dir.is_empty() && !is_inner_path(dir) {
            return Err(no_folder(commit, dir));
        }
        let _in_use = self.enter().await?;
        // First, since git holds the whole tree in memory while it makes an archive of any part of it.
        self.bound(commit.as_str(), job.deadline).await?;
        let make = |reader: Reader, generation| async move {
            if !dir.is_empty() && reader.find(commit.as_str(), dir).await? != Found::Folder {
                return Err(no_folder(commit, dir).into());
            }
            let in_use = self.enter().await?;
            reader.archive(commit.as_str(), dir, in_use, self.suspect.clone(), generation).await
        };
        self.ask(commit.as_str(), Need::Files, job.deadline, make).await
    }
}

impl Repository {
    /// A file of a commit that is here with all its files, by one look.
    async fn at_hand(
        &self,
        commit: &CommitId,
        path: &str,
        bytes_max: u64,
        job: &Job,
    ) -> Result<Option<Bytes>, RepoError> {
        if !self.whole_place().store.has(commit.as_str()) {
            return Ok(None);
        }
        let name = &format!("{commit}:{path}");
        let read = |reader: Reader, _| async move { reader.content(name, bytes_max).await };
        self.ask(commit.as_str(), Need::Files, job.deadline, read).await
    }

    /// The content of a file of a commit: out of what is here, or fetched alone, or with all files of the commit.
    async fn content(
        &self,
        commit: &CommitId,
        object: &str,
        bytes_max: u64,
        job: &Job,
    ) -> Result<Bytes, RepoError> {
        let read = |reader: Reader, _| async move { reader.content(object, bytes_max).await };
        let (id, deadline) = (commit.as_str(), job.deadline);
        if let Some(content) = self.ask(id, Need::Description, deadline, read).await? {
            return Ok(content);
        }
        let is_alone_enough = !self.whole_place().store.has(id) && self.have_file(object, deadline).await?;
        if is_alone_enough && let Some(content) = self.ask(id, Need::Description, deadline, read).await? {
            return Ok(content);
        }
        let read = |reader: Reader, _| async move {
            let content = reader.content(object, bytes_max).await?;
            content.ok_or_else(|| ReadError::damage("a file of a kept commit is missing"))
        };
        self.ask(id, Need::Files, deadline, read).await
    }
}

fn no_folder(commit: &CommitId, dir: &str) -> RepoError {
    RepoError::not_found(format!("the commit {commit} has no folder {dir:?}"))
}
