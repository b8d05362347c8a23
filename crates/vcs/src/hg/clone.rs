//! The clone of one remote, and how it is made and kept up to date.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::HgOptions;
use super::command::{Aids, network};
use super::reader::Reader;
use super::snapshot::Snapshot;
use crate::RepoError;
use crate::access::{Cause, Network, Unserved, Way};
use crate::cache::{Fetcher, Folder, InUse, blocking, disk, folder, lock, size};
use crate::exec::{Call, Output};

/// The clone in the folder of its remote.
const CLONE: &str = "clone";

/// The lock that whoever changes it holds.
const LOCK: &str = "clone.lock";

/// The clone of one remote.
#[derive(Debug)]
pub(super) struct Clone {
    pub(super) folder: Folder,
    pub(super) options: Arc<HgOptions>,
    pub(super) network: Network,
    known: Mutex<Option<Known>>,
    /// How often the clone was thrown away: so that it is done once for one damage.
    generation: AtomicU64,
}

/// The names that the remote had at some moment.
#[derive(Debug, Clone)]
struct Known {
    snapshot: Arc<Snapshot>,
    at: Instant,
}

/// The right to change the clone. A call that outlives our process keeps it until its end.
struct Turn {
    lock: File,
    aids: Aids,
    _in_use: InUse,
}

#[async_trait::async_trait]
impl Fetcher for Clone {
    type Want = ();

    fn time_max(&self) -> Duration {
        self.options.fetch_time_max
    }

    async fn fetch(&self, wants: &[()], deadline: Instant) -> Vec<Result<(), RepoError>> {
        vec![self.refresh(deadline).await; wants.len()]
    }
}

impl Clone {
    pub(super) fn new(folder: Folder, options: Arc<HgOptions>, network: Network) -> Self {
        Self { folder, options, network, known: Mutex::default(), generation: AtomicU64::new(0) }
    }

    /// The names that the remote had then or later, if they are known.
    pub(super) fn known_since(&self, not_before: Instant) -> Option<Arc<Snapshot>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().filter(|known| known.at >= not_before).map(|known| Arc::clone(&known.snapshot))
    }

    pub(super) fn reader(&self, deadline: Instant) -> Reader {
        Reader { programs: self.network.programs.clone(), clone: self.path(), deadline }
    }

    /// Whether it is here. It appears by one rename.
    pub(super) fn is_here(&self) -> bool {
        self.path().join(".hg").is_dir()
    }

    /// Which life of the clone this is.
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Throws the clone away if it is still the one in which damage was seen.
    pub(super) async fn discard_damaged(&self, generation: u64, deadline: Instant) -> Result<(), RepoError> {
        let turn = self.turn(deadline).await?;
        if self.generation() == generation {
            self.discard().await?;
        }
        drop(turn);
        Ok(())
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(CLONE)
    }

    /// Brings it to what the remote is now.
    async fn refresh(&self, deadline: Instant) -> Result<(), RepoError> {
        let turn = self.turn(deadline).await?;
        let mut at = Instant::now();
        if !self.is_here() || !self.pull(&turn, deadline).await? {
            at = Instant::now();
            self.make(&turn, deadline).await?;
        }
        let snapshot = match self.reader(deadline).snapshot().await {
            Err(error) if error.is_damage => {
                tracing::warn!(url = self.folder.url(), reason = %error.error, "a kept repository is cloned anew");
                at = Instant::now();
                self.make(&turn, deadline).await?;
                self.reader(deadline).snapshot().await
            }
            other => other,
        };
        let snapshot = Arc::new(snapshot.map_err(|error| error.error)?);
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(Known { snapshot, at });
        Ok(())
    }

    async fn turn(&self, deadline: Instant) -> Result<Turn, RepoError> {
        let folder = self.folder.clone();
        let in_use = blocking(move || folder.enter()).await?;
        let path = self.folder.path().join(LOCK);
        let lock = lock::exclusive(&path, deadline).await.map_err(|error| disk(&error))?;
        let access = Arc::clone(&self.network.access);
        let path = self.folder.path().to_owned();
        let aids = blocking(move || Aids::new(&path, &access.credentials)).await?;
        Ok(Turn { lock, aids, _in_use: in_use })
    }

    /// Fetches what is new. Tells whether the clone is of use still: not when it is broken, too large, or has commits that the
    /// remote has taken back.
    async fn pull(&self, turn: &Turn, deadline: Instant) -> Result<bool, RepoError> {
        let pull = self.watched(|way| self.call_of_pull(turn, way), deadline);
        let surplus = self.network.run(|way| Ok(self.call_of_surplus(turn, way)), deadline);
        let (pulled, surplus) = tokio::join!(pull, surplus);
        match (pulled, surplus) {
            (Err(error), _) | (_, Err(error)) if matches!(error.cause, Cause::Damage | Cause::TooLarge) => {
                tracing::warn!(url = self.folder.url(), reason = %error.error, "a kept repository is cloned anew");
                Ok(false)
            }
            (Ok(_), Err(error)) if error.cause == Cause::Absent => Ok(true),
            (Err(error), _) | (Ok(_), Err(error)) => Err(error.error),
            (Ok(_), Ok(_)) => Ok(false),
        }
    }

    /// Clones into a new folder, which then takes its place.
    async fn make(&self, turn: &Turn, deadline: Instant) -> Result<(), RepoError> {
        self.discard().await?;
        let parent = self.folder.path().to_owned();
        let draft = blocking(move || folder::passing(&parent)).await?;
        let target = draft.join(CLONE);
        let made = self.watched(|way| self.call_of_clone(turn, way, &target), deadline).await;
        let (from, to, is_made) = (target.clone(), self.path(), made.is_ok());
        blocking(move || {
            if is_made {
                fs::rename(from, to)?;
            }
            fs::remove_dir_all(draft)
        })
        .await?;
        made.map(drop).map_err(|error| error.error)
    }

    async fn discard(&self) -> Result<(), RepoError> {
        self.generation.fetch_add(1, Ordering::AcqRel);
        let path = self.path();
        blocking(move || folder::remove(&path)).await
    }

    async fn watched(
        &self,
        call: impl Fn(&Way) -> io::Result<Call> + Sync,
        deadline: Instant,
    ) -> Result<Output, Unserved> {
        let bytes_max = self.options.repository_bytes_max;
        let too_large = || Unserved {
            cause: Cause::TooLarge,
            error: RepoError::refused(format!(
                "the repository takes more than {bytes_max} bytes, which is the limit for one"
            )),
        };
        let done = tokio::select! {
            done = self.network.run(call, deadline) => done,
            () = size::exceeds(self.folder.path(), bytes_max) => Err(too_large()),
        };
        // What came between two looks counts as well.
        match done {
            Ok(_) if size::in_background(self.folder.path().to_owned()).await > bytes_max => Err(too_large()),
            done => done,
        }
    }

    /// A call that works in the folder of the remote. Nothing of ours above it counts as a repository.
    fn call(&self, turn: &Turn) -> Call {
        let call = network(&self.options.access, &turn.aids);
        call.args([OsStr::new("--cwd"), self.folder.path().as_os_str()])
    }

    /// The same, about the clone. With strict flags hg takes such options only before the name of the command.
    fn call_about(&self, turn: &Turn) -> Call {
        self.call(turn).args(["--repository", CLONE])
    }

    fn call_of_clone(&self, turn: &Turn, way: &Way, target: &Path) -> io::Result<Call> {
        let call = self.call(turn).args(["clone", "--noupdate", "--pull", "--", way.url()]).arg(target);
        Ok(call.stdout_to(turn.lock.try_clone()?))
    }

    /// With the option that removes bookmarks which the remote no longer has.
    fn call_of_pull(&self, turn: &Turn, way: &Way) -> io::Result<Call> {
        let call = self.call_about(turn).arg(format!("--config=paths.remote={}", way.url()));
        let call = call.arg("--config=paths.remote:bookmarks.mode=mirror");
        let call = call.args(["pull", "--force", "--", "remote"]);
        Ok(call.stdout_to(turn.lock.try_clone()?))
    }

    /// Says "nothing" unless the clone has commits that the remote has not.
    fn call_of_surplus(&self, turn: &Turn, way: &Way) -> Call {
        self.call_about(turn).args(["outgoing", "--force", "--limit=1", "--", way.url()])
    }
}
