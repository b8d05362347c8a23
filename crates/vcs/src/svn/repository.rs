//! One remote, and the questions to it, each a call of svn.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::Instant;

use super::client::Shared;
use super::command;
use super::place::{Revision, tags_target, target};
use super::xml::{self, Entry, Logged};
use crate::access::{Cause, Network, Unserved, Way};
use crate::cache::blocking;
use crate::exec::{Call, Output};
use crate::{EntryKind, RepoError, TreeEntry};

/// What an entry may take in a listing, on average.
const BYTES_PER_ENTRY: u64 = 512;

/// More than `svn log` says of one revision, with what its author has said.
const LOG_BYTES_MAX: u64 = 1 << 20;

/// One remote.
#[derive(Debug)]
pub(super) struct Repository {
    pub(super) url: String,
    pub(super) network: Network,
    pub(super) shared: Arc<Shared>,
}

impl Repository {
    pub(super) fn new(url: &str, network: Network, shared: Arc<Shared>) -> Self {
        Self { url: url.to_owned(), network, shared }
    }

    /// The last revision up to this one that has changed the folder. None when there is no such revision, or svn tells
    /// nothing of it.
    pub(super) async fn log(
        &self,
        revision: Revision,
        deadline: Instant,
    ) -> Result<Option<Logged>, RepoError> {
        let args = ["log", "--limit=1", "--xml", "--"];
        let said = self.run(deadline, LOG_BYTES_MAX, &args, |way| target(way, "", revision)).await?;
        let Some(said) = said.map(text).transpose()?.filter(|said| !xml::is_empty_log(said)) else {
            return Ok(None);
        };
        xml::logged(&said).map(Some).ok_or_else(strange)
    }

    /// One file, as svn writes it: with its keywords, as go asks for it. None when there is no such file.
    pub(super) async fn cat(
        &self,
        revision: Revision,
        path: &str,
        bytes_max: u64,
        deadline: Instant,
    ) -> Result<Option<Bytes>, RepoError> {
        self.run(deadline, bytes_max, &["cat", "--"], |way| target(way, path, revision)).await
    }

    /// The files below a folder, sorted by their paths. None when there is no such folder.
    pub(super) async fn tree(
        &self,
        revision: Revision,
        dir: &str,
        deadline: Instant,
    ) -> Result<Option<Vec<TreeEntry>>, RepoError> {
        let args = ["list", "--xml", "--recursive", "--"];
        let entries = self.list(deadline, &args, |way| target(way, dir, revision)).await?;
        let Some(entries) = entries else { return Ok(None) };
        // The listing of a file is the file.
        let name = dir.rsplit('/').next().unwrap_or_default();
        let may_be_file = matches!(&entries[..], [only] if only.is_file && only.path == name);
        if may_be_file && !self.is_folder(revision, dir, deadline).await? {
            return Ok(None);
        }
        let files = entries.into_iter().filter(|entry| entry.is_file);
        let mut files: Vec<_> =
            files.map(|entry| TreeEntry { path: entry.path, kind: EntryKind::File }).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(Some(files))
    }

    /// The files in the folder of tags. go takes folders there for nothing (protocol.md D35).
    pub(super) async fn files_in_tags(&self, deadline: Instant) -> Result<Vec<Entry>, RepoError> {
        let listed = self.list(deadline, &["list", "--xml", "--"], tags_target).await?;
        Ok(listed.unwrap_or_default().into_iter().filter(|entry| entry.is_file).collect())
    }

    async fn is_folder(&self, revision: Revision, dir: &str, deadline: Instant) -> Result<bool, RepoError> {
        let args = ["info", "--show-item=kind", "--"];
        let said = self.run(deadline, LOG_BYTES_MAX, &args, |way| target(way, dir, revision)).await?;
        Ok(said.is_some_and(|kind| kind.trim_ascii() == b"dir"))
    }

    async fn list(
        &self,
        deadline: Instant,
        args: &[&str],
        target: impl Fn(&Way) -> String + Sync,
    ) -> Result<Option<Vec<Entry>>, RepoError> {
        let entries_max = self.shared.options.tree_entries_max;
        let said = self.run(deadline, BYTES_PER_ENTRY * entries_max as u64, args, target).await?;
        let Some(said) = said else { return Ok(None) };
        let entries = xml::listed(&text(said)?).ok_or_else(strange)?;
        if entries.len() > entries_max {
            return Err(RepoError::refused(format!("the repository has more than {entries_max} files")));
        }
        Ok(Some(entries))
    }

    /// What svn says; none when it says that there is no such thing.
    async fn run(
        &self,
        deadline: Instant,
        bytes_max: u64,
        args: &[&str],
        target: impl Fn(&Way) -> String + Sync,
    ) -> Result<Option<Bytes>, RepoError> {
        let call = |call: Call, way: &Way| {
            Ok(call.args(args.iter().copied()).arg(target(way)).stdout_bytes_max(bytes_max))
        };
        match self.call(deadline, call).await {
            Ok(output) => Ok(Some(output.stdout)),
            Err(unserved) if unserved.cause == Cause::Absent => Ok(None),
            Err(unserved) => Err(unserved.error),
        }
    }

    /// Calls svn by the first way that works.
    pub(super) async fn call(
        &self,
        deadline: Instant,
        complete: impl Fn(Call, &Way) -> std::io::Result<Call> + Sync,
    ) -> Result<Output, Unserved> {
        let config = self.config().await.map_err(Unserved::by)?;
        let access = &self.network.access;
        let call = |way: &Way| complete(command::call(access, way, &config), way);
        self.network.run(call, self.by(deadline)).await
    }

    /// No later than a call may take.
    fn by(&self, deadline: Instant) -> Instant {
        let time_max: Duration = self.shared.options.call_time_max;
        Instant::now().checked_add(time_max).map_or(deadline, |last| last.min(deadline))
    }

    /// A folder with a configuration that says nothing. svn itself writes it.
    async fn config(&self) -> Result<PathBuf, RepoError> {
        let config = self.shared.folder.join("config");
        blocking(move || std::fs::create_dir_all(&config).map(|()| config)).await
    }
}

fn text(said: Bytes) -> Result<String, RepoError> {
    String::from_utf8(said.into()).map_err(|_| strange())
}

pub(super) fn strange() -> RepoError {
    RepoError::unavailable("svn answers in a strange way")
}
