//! One fetch into one store: alone, watched, and repeated once into a new store if the old one is damaged.

use std::fs::File;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::time::Instant;

use super::command::{Git, GitCall, REMOTE};
use super::network::{Network, NetworkError};
use super::store::Store;
use crate::RepoError;
use crate::access::{Cause, Way};
use crate::cache::{Folder, InUse, blocking, disk, lock, size};

/// What every fetch says: it takes what is named and nothing else, and leaves nothing but packs and marks.
const ALWAYS: &[&str] = &[
    "fetch",
    "--quiet",
    "--stdin",
    "--no-tags",
    "--no-write-fetch-head",
    "--no-auto-maintenance",
    "--no-recurse-submodules",
];

/// How many packs a store may have: with more of them, git takes some hundredths of a second longer for each look.
const PACKS_MAX: usize = 1000;

/// A store, and the remote from which it is filled.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) network: Arc<Network>,
    pub(super) folder: Folder,
    pub(super) store: Store,
    /// How often the store was thrown away: so that it is done once for one damage.
    generation: AtomicU64,
}

/// The right to change a store. A fetch that outlives our process keeps it until its end.
#[derive(Debug)]
pub(super) struct Turn {
    lock: File,
    _in_use: InUse,
}

/// How much of what is named is fetched.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Extent {
    /// How much history.
    pub(super) depth: Depth,
    /// Without the objects that git's filter takes out.
    pub(super) filter: Option<&'static str>,
    /// As if nothing was here: what is partial here must not be taken for whole by the remote.
    pub(super) from_nothing: bool,
    /// References that the remote no longer has are removed.
    pub(super) prunes: bool,
}

/// How much history is fetched.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Depth {
    /// None: a commit alone.
    One,
    /// What leads from here to what is here already.
    #[default]
    Rest,
    /// All, also of commits that are here without their history. With a filter, always this or `One`: a server that has files alone
    /// then says no, where git itself would ask that server for each missing object again and again.
    All,
}

impl Depth {
    fn flag(self) -> Option<&'static str> {
        match self {
            Self::One => Some("--depth=1"),
            Self::Rest => None,
            // What `--unshallow` stands for, without its complaint when there is nothing to do.
            Self::All => Some("--depth=2147483647"),
        }
    }
}

impl Place {
    pub(super) fn new(network: Arc<Network>, folder: Folder, store: Store) -> Self {
        Self { network, folder, store, generation: AtomicU64::new(0) }
    }

    /// Which life of the store this is.
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Waits for the right to change the store, and makes it if it is not there.
    pub(super) async fn turn(
        &self,
        hash_digits: Option<usize>,
        deadline: Instant,
    ) -> Result<Turn, RepoError> {
        let folder = self.folder.clone();
        let in_use = blocking(move || folder.enter()).await?;
        let lock = lock::exclusive(&self.store.lock(), deadline).await.map_err(|error| disk(&error))?;
        if self.is_crowded().await? {
            self.discard().await?;
        }
        let store = self.store.clone();
        blocking(move || store.prepare(hash_digits)).await?;
        Ok(Turn { lock, _in_use: in_use })
    }

    /// Whether the store leaves too little room for more, or has so many packs that looking into each of them takes time. Then
    /// it begins anew: that costs one larger fetch in hundreds, where tidying up would cost about as much and could fail.
    async fn is_crowded(&self) -> Result<bool, RepoError> {
        let bytes = size::in_background(self.store.path().to_owned()).await;
        let store = self.store.clone();
        let packs = blocking(move || Ok(store.packs())).await?;
        Ok(bytes > self.bytes_max() / 4 * 3 || packs > PACKS_MAX)
    }

    /// Fetches what `wanted` says, one refspec or object a line.
    pub(super) async fn fetch(
        &self,
        turn: &Turn,
        wanted: &str,
        extent: Extent,
        deadline: Instant,
    ) -> Result<(), NetworkError> {
        let first = self.watched(turn, wanted, extent, deadline).await;
        let Err(error) = &first else { return Ok(()) };
        if !matches!(error.cause, Cause::Damage | Cause::TooLarge) {
            return first;
        }
        // What was here before is in the way: it is broken, or leaves no room.
        let (store, hash_digits) = (self.store.clone(), hash_digits_of(wanted));
        let anew = async {
            self.discard().await?;
            blocking(move || store.prepare(hash_digits)).await
        };
        anew.await.map_err(|error| NetworkError { cause: Cause::Other, error })?;
        tracing::warn!(url = self.folder.url(), reason = %error.error, "a kept repository is fetched anew");
        let again = self.watched(turn, wanted, extent, deadline).await;
        if again.as_ref().is_err_and(|error| error.cause == Cause::TooLarge) {
            self.discard().await.map_err(|error| NetworkError { cause: Cause::Other, error })?;
        }
        again
    }

    async fn watched(
        &self,
        turn: &Turn,
        wanted: &str,
        extent: Extent,
        deadline: Instant,
    ) -> Result<(), NetworkError> {
        let bytes_max = self.bytes_max();
        let call = |git: &Git, way: &Way| self.call(git, way, turn, wanted, extent);
        let is_too_large = tokio::select! {
            done = self.network.run(call, true, deadline) => {
                done?;
                size::in_background(self.folder.path().to_owned()).await > bytes_max
            }
            () = size::exceeds(self.folder.path(), bytes_max) => true,
        };
        if is_too_large {
            let limit =
                format!("the repository takes more than {bytes_max} bytes, which is the limit for one");
            return Err(NetworkError { cause: Cause::TooLarge, error: RepoError::refused(limit) });
        }
        Ok(())
    }

    fn call(&self, git: &Git, way: &Way, turn: &Turn, wanted: &str, extent: Extent) -> GitCall {
        let mut call = git.network(self.store.path(), way).args(ALWAYS);
        if let Some(filter) = extent.filter {
            // A remote that promises the rest is known to this one command alone.
            call = call
                .config(&format!("remote.{REMOTE}.promisor"), "true")
                .config(&format!("remote.{REMOTE}.partialclonefilter"), filter)
                .args([format!("--filter={filter}")]);
        }
        if extent.from_nothing {
            call = call.config("fetch.negotiationAlgorithm", "noop");
        }
        let call = call.args(extent.depth.flag()).args(extent.prunes.then_some("--prune"));
        let call = call.args(["--end-of-options", REMOTE]);
        call.with(|call| {
            let call = call.stdin(wanted.to_owned());
            match turn.lock.try_clone() {
                Ok(lock) => call.stdout_to(lock),
                Err(_) => call,
            }
        })
    }

    /// Throws the store away if it is still the one in which damage was seen.
    pub(super) async fn discard_damaged(&self, generation: u64, deadline: Instant) -> Result<(), RepoError> {
        let lock = lock::exclusive(&self.store.lock(), deadline).await.map_err(|error| disk(&error))?;
        if self.generation() == generation {
            self.discard().await?;
        }
        drop(lock);
        Ok(())
    }

    async fn discard(&self) -> Result<(), RepoError> {
        self.generation.fetch_add(1, Ordering::AcqRel);
        let store = self.store.clone();
        blocking(move || store.discard()).await
    }

    fn bytes_max(&self) -> u64 {
        self.network.git.options.repository_bytes_max
    }
}

/// How long the hashes in a list of wanted things are.
fn hash_digits_of(wanted: &str) -> Option<usize> {
    wanted.split([':', '\n']).map(str::len).find(|length| matches!(length, 40 | 64))
}
