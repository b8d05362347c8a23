//! Asking the remote, by one way after the other.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::attempt::{Failed, Moved};
use super::command::{Git, GitCall};
use crate::RepoError;
use crate::access::{Cause, Way, WayMemory};
use crate::exec::Output;

/// For how long it is remembered which way worked.
const REMEMBERED: Duration = Duration::from_mins(5);

/// How much longer a way is waited for that has worked lately.
const TRUST: u32 = 4;

/// The remote of one repository.
#[derive(Debug)]
pub(super) struct Network {
    pub(super) git: Git,
    pub(super) ways: Vec<Way>,
    memory: Arc<WayMemory>,
    pub(super) moved: Moved,
    /// What was said on the ways before the one that worked last.
    detour: Mutex<Option<String>>,
}

/// Why the remote did not do what it was asked.
#[derive(Debug, Clone)]
pub(super) struct NetworkError {
    /// What it was, for the way that was tried last.
    pub(super) cause: Cause,
    /// What is told: what every way has said.
    pub(super) error: RepoError,
}

impl Network {
    /// A remote that is reached by at least one way.
    pub(super) fn new(git: Git, ways: Vec<Way>, memory: Arc<WayMemory>) -> Self {
        Self { git, ways, memory, moved: Moved::default(), detour: Mutex::default() }
    }

    /// Whether it is clear by which way the remote will be reached.
    pub(super) fn has_clear_way(&self) -> bool {
        self.ways.len() == 1 || self.memory.known(&self.ways, Instant::now()).is_some()
    }

    /// Runs one command against the remote, by the first way that works. `patient`: each way may take until the deadline;
    /// else only the last one may.
    ///
    /// # Errors
    /// What each way has said, as the most serious of the kinds.
    pub(super) async fn run(
        &self,
        call: impl Fn(&Git, &Way) -> GitCall + Sync,
        is_patient: bool,
        deadline: Instant,
    ) -> Result<Output, NetworkError> {
        let mut failed: Option<NetworkError> = None;
        let known = self.memory.known(&self.ways, Instant::now());
        let order = self.memory.order(&self.ways, Instant::now());
        for (place, at) in order.iter().enumerate() {
            let is_last = place + 1 == order.len() || is_patient;
            let until = if is_last { deadline } else { self.patience(known == Some(*at)).min(deadline) };
            match self.attended(*at, &call, until).await {
                Ok(output) => {
                    self.memory.learn(&self.ways, *at, Instant::now() + REMEMBERED);
                    self.note(*at, failed.as_ref());
                    return Ok(output);
                }
                Err(Failed { error, is_about_the_way, .. }) => {
                    if matches!(error.cause, Cause::Silent | Cause::Unreachable) {
                        self.memory.forget(&self.ways, *at);
                    }
                    failed = Some(error.after(failed));
                    if !is_about_the_way || deadline <= Instant::now() {
                        break;
                    }
                }
            }
        }
        Err(failed.unwrap_or_else(NetworkError::no_way))
    }

    /// Tries one way, unless its host was waited for in vain a moment ago.
    async fn attended(
        &self,
        at: usize,
        call: &(impl Fn(&Git, &Way) -> GitCall + Sync),
        until: Instant,
    ) -> Result<Output, Failed> {
        let Some(way) = self.ways.get(at) else { return Err(NetworkError::no_way().into()) };
        let asking = self.git.options.access.hosts.begin(&way.place()).map_err(Failed::address)?;
        let result = self.try_way(at, call, until).await;
        match &result {
            Ok(_) => asking.answered(),
            Err(failed) => asking.ended(&Err::<(), _>(failed.error.error.clone())),
        }
        result
    }

    /// What went wrong on the ways before the one that works.
    pub(super) fn detour(&self) -> Option<String> {
        self.detour.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, at: usize, failed: Option<&NetworkError>) {
        let mut detour = self.detour.lock().unwrap_or_else(PoisonError::into_inner);
        match failed {
            Some(failed) => {
                tracing::info!(reason = %failed.error, "a repository is reached by another way");
                *detour = Some(failed.error.message.clone());
            }
            None if at == 0 => *detour = None,
            None => {}
        }
    }

    fn patience(&self, has_worked: bool) -> Instant {
        let patience = self.git.options.way_patience;
        Instant::now() + if has_worked { patience * TRUST } else { patience }
    }
}

impl NetworkError {
    pub(super) fn no_way() -> Self {
        Self { cause: Cause::Other, error: RepoError::refused("there is no way to the repository") }
    }

    /// This one, told after what another way has said.
    fn after(self, earlier: Option<Self>) -> Self {
        Self { cause: self.cause, error: self.error.after(earlier.map(|earlier| earlier.error)) }
    }
}
