//! One remote with its three stores: what is asked of it, and which store answers.

use std::collections::{HashMap, HashSet};
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::time::Instant;

use super::GitOptions;
use super::archive::Suspect;
use super::cache::Shared;
use super::fetch::Place;
use super::history::History;
use super::network::Network;
use super::objects::{ReadError, Reader};
use super::refs::{Known, RemoteRefs};
use super::sketch::{self, Sketch};
use super::store::Store;
use super::whole::{self, Whole};
use crate::cache::{Folder, InUse, Lane, blocking};
use crate::{Job, Need, RepoError, TreeEntry};

/// How many commits are remembered; beyond, all are forgotten.
const REMEMBERED_MAX: usize = 10_000;

/// One remote.
#[derive(Debug)]
pub(super) struct Repository {
    pub(super) url: String,
    pub(super) network: Arc<Network>,
    pub(super) known: Known,
    folder: Folder,
    pub(super) whole: Arc<Lane<Whole>>,
    sketch: Arc<Lane<Sketch>>,
    pub(super) history: Arc<Lane<History>>,
    pub(super) suspect: Suspect,
    /// The times of commits.
    times: Mutex<HashMap<String, i64>>,
    /// Commits whose trees have no more entries than may be.
    bounded: Mutex<HashSet<String>>,
    shared: Weak<Shared>,
}

impl Repository {
    pub(super) fn new(url: &str, folder: Folder, network: Arc<Network>, shared: Weak<Shared>) -> Self {
        let place = |name: &str, marks| {
            let store = Store::new(folder.path(), name, marks);
            Place::new(Arc::clone(&network), folder.clone(), store)
        };
        Self {
            url: url.to_owned(),
            known: Known::default(),
            whole: Lane::new(Whole(place("whole.git", whole::MARKS))),
            sketch: Lane::new(Sketch(place("sketch.git", sketch::MARKS))),
            history: Lane::new(History::new(place("history.git", "refs/tags"))),
            network,
            folder,
            suspect: Suspect::default(),
            times: Mutex::default(),
            bounded: Mutex::default(),
            shared,
        }
    }

    /// What was chosen about git.
    pub(super) fn options(&self) -> &GitOptions {
        &self.network.git.options
    }

    /// Keeps the folder while what is returned lives.
    pub(super) async fn enter(&self) -> Result<InUse, RepoError> {
        let folder = self.folder.clone();
        blocking(move || folder.enter()).await
    }

    /// Branches and tags, as fresh as the job wants them.
    pub(super) async fn fresh_refs(&self, job: &Job) -> Result<Arc<RemoteRefs>, RepoError> {
        // No store of ours, so that none that is broken stands in the way.
        self.known.fresh(&self.network, &self.folder.path().join("no-store"), job).await
    }

    /// Where complete commits are.
    pub(super) fn whole_place(&self) -> &Place {
        &self.whole.fetcher.0
    }

    fn sketch_place(&self) -> &Place {
        &self.sketch.fetcher.0
    }

    /// Reads one of the stores.
    pub(super) fn reader(&self, place: &Place, deadline: Instant) -> Reader {
        Reader { git: self.network.git.clone(), store: place.store.path().to_owned(), deadline }
    }

    /// Answers a question about a commit out of a store that has it. A store that turns out to be broken is thrown away and filled
    /// anew, once.
    pub(super) async fn ask<T, F>(
        &self,
        commit: &str,
        need: Need,
        deadline: Instant,
        question: impl Fn(Reader, u64) -> F + Send + Sync,
    ) -> Result<T, RepoError>
    where
        F: Future<Output = Result<T, ReadError>> + Send,
    {
        let (place, generation) = self.have(commit, need, deadline).await?;
        match question(self.reader(place, deadline), generation).await {
            Err(ReadError { is_damage: true, error }) => {
                tracing::warn!(url = self.url, %error, "a kept repository is fetched anew");
                place.discard_damaged(generation, deadline).await?;
            }
            other => return other.map_err(|error| error.error),
        }
        let (place, generation) = self.have(commit, need, deadline).await?;
        question(self.reader(place, deadline), generation).await.map_err(|error| error.error)
    }

    /// Sees to it that a commit is here, and tells in which store, and which life of it.
    async fn have(&self, commit: &str, need: Need, deadline: Instant) -> Result<(&Place, u64), RepoError> {
        if let Some(generation) = self.suspect.take() {
            self.whole_place().discard_damaged(generation, deadline).await?;
        }
        let (whole, sketch) = (self.whole_place(), self.sketch_place());
        if need == Need::Description && !whole.store.has(commit) {
            let generation = sketch.generation();
            match self.have_sketch(commit, deadline).await {
                Ok(()) => return Ok((sketch, generation)),
                Err(error) if error.is_unsupported => {}
                Err(error) => return Err(error),
            }
        }
        let generation = whole.generation();
        if !whole.store.has(commit) {
            let want = whole::Want::Commit { object: self.object_of(commit), commit: commit.to_owned() };
            self.whole.want(want, deadline).await?;
            self.sweep();
        }
        Ok((whole, generation))
    }

    async fn have_sketch(&self, commit: &str, deadline: Instant) -> Result<(), RepoError> {
        if self.sketch_place().store.has(commit) {
            return Ok(());
        }
        let want = sketch::Want::Commit { object: self.object_of(commit), commit: commit.to_owned() };
        self.sketch.want(want, deadline).await
    }

    /// What the remote advertises for a commit.
    fn object_of(&self, commit: &str) -> String {
        let refs = self.known.latest();
        let object = refs.as_ref().and_then(|refs| refs.object_of(commit));
        object.unwrap_or(commit).to_owned()
    }

    /// Fetches the content of one file, where only its name is here. Tells whether the remote does such things.
    pub(super) async fn have_file(&self, object: &str, deadline: Instant) -> Result<bool, RepoError> {
        match self.sketch.want(sketch::Want::File(object.to_owned()), deadline).await {
            Ok(()) => Ok(true),
            Err(error) if error.is_unsupported => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The committer's time of a commit.
    pub(super) async fn time_of(
        &self,
        commit: &str,
        need: Need,
        deadline: Instant,
    ) -> Result<i64, RepoError> {
        let known = self.times.lock().unwrap_or_else(PoisonError::into_inner).get(commit).copied();
        if let Some(time) = known {
            self.have(commit, need, deadline).await?;
            return Ok(time);
        }
        let read = |reader: Reader, _| async move { reader.commit_time(commit).await };
        let time = self.ask(commit, need, deadline, read).await?;
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        if times.len() >= REMEMBERED_MAX {
            times.clear();
        }
        times.insert(commit.to_owned(), time);
        Ok(time)
    }

    /// Every entry below a folder of a commit.
    pub(super) async fn entries(
        &self,
        commit: &str,
        dir: &str,
        need: Need,
        deadline: Instant,
    ) -> Result<Vec<TreeEntry>, RepoError> {
        let entries_max = self.options().tree_entries_max;
        let list = |reader: Reader, _| async move { reader.tree(commit, dir, entries_max).await };
        let entries = self.ask(commit, need, deadline, list).await?;
        if dir.is_empty() {
            let mut bounded = self.bounded.lock().unwrap_or_else(PoisonError::into_inner);
            if bounded.len() >= REMEMBERED_MAX {
                bounded.clear();
            }
            bounded.insert(commit.to_owned());
        }
        Ok(entries)
    }

    /// Refuses a commit whose tree has too many entries.
    pub(super) async fn bound(&self, commit: &str, deadline: Instant) -> Result<(), RepoError> {
        let is_bounded = self.bounded.lock().unwrap_or_else(PoisonError::into_inner).contains(commit);
        if !is_bounded {
            self.entries(commit, "", Need::Files, deadline).await?;
        }
        Ok(())
    }

    /// Lets the cache see to its limit: something has come.
    pub(super) fn sweep(&self) {
        if let Some(shared) = self.shared.upgrade() {
            shared.sweeper.sweep();
        }
    }
}
