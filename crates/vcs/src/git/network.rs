//! Asking the remote, by one way after the other.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::command::{Git, GitCall};
use super::options::{Probed, allowed_protocols};
use crate::RepoError;
use crate::access::{Cause, Complaint, Way, WayMemory, credential_of};
use crate::exec::{ExecError, Output};

/// For how long it is remembered which way worked.
const REMEMBERED: Duration = Duration::from_mins(5);

/// How much longer a way is waited for that has worked lately.
const TRUST: u32 = 4;

/// The remote of one repository.
#[derive(Debug)]
pub(super) struct Network {
    pub(super) git: Git,
    ways: Vec<Way>,
    memory: Arc<WayMemory>,
    /// Where a way leads since the repository has moved, by the way's position.
    moved: Mutex<Vec<(usize, Way)>>,
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
        Self { git, ways, memory, moved: Mutex::default() }
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
            match self.try_way(*at, &call, until).await {
                Ok(output) => {
                    self.memory.learn(&self.ways, *at, Instant::now() + REMEMBERED);
                    return Ok(output);
                }
                Err((error, is_about_the_way)) => {
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

    fn patience(&self, has_worked: bool) -> Instant {
        let patience = self.git.options.way_patience;
        Instant::now() + if has_worked { patience * TRUST } else { patience }
    }

    /// One way, and where it leads if the repository has moved.
    async fn try_way(
        &self,
        at: usize,
        call: &(impl Fn(&Git, &Way) -> GitCall + Sync),
        deadline: Instant,
    ) -> Result<Output, (NetworkError, bool)> {
        let Some(way) = self.way(at) else { return Err((NetworkError::no_way(), true)) };
        let error = match self.git.run(call(&self.git, &way), deadline).await {
            Ok(output) => return Ok(output),
            Err(error) => error,
        };
        let complaint = self.looked_at(Complaint::of(&error), &way, at, deadline).await;
        if complaint.cause == Cause::Moved
            && let Some(moved) = self.way(at).filter(|moved| *moved != way)
        {
            let again = self.git.run(call(&self.git, &moved), deadline).await;
            return again.map_err(|error| self.told(Complaint::of(&error), &error, &moved));
        }
        Err(self.told(complaint, &error, &way))
    }

    fn told(&self, complaint: Complaint, error: &ExecError, way: &Way) -> (NetworkError, bool) {
        let (cause, is_about_the_way) = (complaint.cause, complaint.is_about_the_way());
        let has_credential = credential_of(&self.git.options.credentials, way).is_some();
        let error = match error {
            ExecError::Failed { .. } | ExecError::Deadline { .. } => {
                complaint.into_error(way, has_credential)
            }
            _ => RepoError::unavailable(error.to_string()),
        };
        (NetworkError { cause, error }, is_about_the_way)
    }

    /// Lets a web client look where git was turned away (protocol.md D10), and learns where a repository has moved.
    async fn looked_at(&self, complaint: Complaint, way: &Way, at: usize, deadline: Instant) -> Complaint {
        let is_worth_it =
            way.is_web() && matches!(complaint.cause, Cause::NoRights | Cause::Moved | Cause::Other);
        let Some(probe) = self.git.options.probe.as_ref().filter(|_| is_worth_it) else { return complaint };
        if complaint.cause == Cause::NoRights && credential_of(&self.git.options.credentials, way).is_some() {
            return complaint;
        }
        match probe.look_at(way.url(), deadline).await {
            Probed::Missing => Complaint { cause: Cause::Missing, ..complaint },
            Probed::Moved(url) if complaint.cause == Cause::Moved => {
                if let Ok(moved) = Way::parse(&url, allowed_protocols(&self.git.options)) {
                    self.moved.lock().unwrap_or_else(PoisonError::into_inner).push((at, moved));
                }
                complaint
            }
            Probed::Moved(_) | Probed::Unknown => complaint,
        }
    }

    /// Where this way leads just now.
    fn way(&self, at: usize) -> Option<Way> {
        let moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        let last = moved.iter().rev().find(|(position, _)| *position == at).map(|(_, way)| way);
        last.or_else(|| self.ways.get(at)).cloned()
    }
}

impl NetworkError {
    fn no_way() -> Self {
        Self { cause: Cause::Other, error: RepoError::refused("there is no way to the repository") }
    }

    /// This one, told after what another way has said. "Could not find out" outweighs "no", and that "does not exist".
    fn after(self, earlier: Option<Self>) -> Self {
        let Some(earlier) = earlier.map(|earlier| earlier.error) else { return self };
        let message = format!("{}; then {}", earlier.message, self.error.message);
        let graver = if earlier.kind > self.error.kind { earlier } else { self.error };
        Self { cause: self.cause, error: RepoError { message, ..graver } }
    }
}
