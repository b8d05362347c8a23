//! One command by one way: to which addresses git may connect, and where the repository may have moved.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use source::FailureKind;
use tokio::time::Instant;

use super::command::{Git, GitCall};
use super::network::{Network, NetworkError};
use super::options::Probe;
use crate::RepoError;
use crate::access::{Cause, Complaint, Way, credential_of};
use crate::exec::{ExecError, Output};

impl Network {
    /// One way, and where it leads if the repository has moved.
    pub(super) async fn try_way(
        &self,
        at: usize,
        call: &(impl Fn(&Git, &Way) -> GitCall + Sync),
        deadline: Instant,
    ) -> Result<Output, Failed> {
        let Some(way) = self.ways.get(at) else { return Err(NetworkError::no_way().into()) };
        if let Some(moved) = self.moved.get(at) {
            let result = self.go(&moved, call, deadline).await;
            if result.is_err() {
                // It may have come back, or gone on.
                self.moved.forget(at);
            }
            return result;
        }
        let failed = match self.go(way, call, deadline).await {
            Err(failed) => failed,
            done => return done,
        };
        let moved = self.second_look(failed, way, deadline).await?;
        let result = self.go(&moved, call, deadline).await;
        if result.is_ok() {
            self.moved.learn(at, moved);
        }
        result
    }

    /// Runs the command by one way.
    async fn go(
        &self,
        way: &Way,
        call: &(impl Fn(&Git, &Way) -> GitCall + Sync),
        deadline: Instant,
    ) -> Result<Output, Failed> {
        let call = self.pinned(call(&self.git, way), way, deadline).await?;
        let error = match self.git.run(call, deadline).await {
            Err(error) => error,
            Ok(output) => return Ok(output),
        };
        let complaint = Complaint::of(&error);
        Err(match error {
            ExecError::Failed { .. } | ExecError::Deadline { .. } => {
                Failed::complaint(complaint, way, self.has_credential(way))
            }
            _ => NetworkError { cause: complaint.cause, error: RepoError::unavailable(error.to_string()) }
                .into(),
        })
    }

    /// Holds git to the addresses that were looked at.
    async fn pinned(&self, call: GitCall, way: &Way, deadline: Instant) -> Result<GitCall, Failed> {
        let Some(probe) = self.probe(way) else { return Ok(call) };
        let addresses = probe.addresses(way.route(), deadline).await.map_err(Failed::address)?;
        Ok(match way.resolved_to(&addresses) {
            Some(pin) => call.config("http.curloptResolve", pin),
            None => call,
        })
    }

    /// Lets a web client look where git was turned away: to where the repository has moved, or whether there is none
    /// (protocol.md D10).
    async fn second_look(&self, failed: Failed, way: &Way, deadline: Instant) -> Result<Way, Failed> {
        let Some(probe) = self.probe(way) else { return Err(failed) };
        let is_moved = failed.error.cause == Cause::Moved;
        if is_moved
            && let Some(route) = probe.moved_to(way.route(), deadline).await
            && let Ok(moved) = Way::parse(&route, self.git.options.access.protocols())
        {
            return Ok(moved);
        }
        let is_stranger = failed.error.cause == Cause::NoRights && !self.has_credential(way);
        match failed.complaint {
            Some(complaint) if (is_moved || is_stranger) && probe.is_missing(way.route(), deadline).await => {
                let complaint = Complaint { cause: Cause::Missing, ..complaint };
                Err(Failed::complaint(complaint, way, false))
            }
            complaint => Err(Failed { complaint, ..failed }),
        }
    }

    fn probe(&self, way: &Way) -> Option<&Arc<dyn Probe>> {
        self.git.options.probe.as_ref().filter(|_| way.is_web())
    }

    fn has_credential(&self, way: &Way) -> bool {
        credential_of(&self.git.options.access.credentials, way).is_some()
    }
}

/// Why one way did not lead to the repository.
#[derive(Debug)]
pub(super) struct Failed {
    pub(super) error: NetworkError,
    /// Whether another way may fare better.
    pub(super) is_about_the_way: bool,
    /// What git has said, if it has.
    complaint: Option<Complaint>,
}

impl Failed {
    fn complaint(complaint: Complaint, way: &Way, has_credential: bool) -> Self {
        let (cause, is_about_the_way) = (complaint.cause, complaint.is_about_the_way());
        let error = complaint.clone().into_error(way, has_credential);
        Self { error: NetworkError { cause, error }, is_about_the_way, complaint: Some(complaint) }
    }

    /// The address itself may not be gone to, or is not known.
    pub(super) fn address(error: RepoError) -> Self {
        let cause = if error.kind == FailureKind::Refused { Cause::NoRights } else { Cause::Unreachable };
        Self { error: NetworkError { cause, error }, is_about_the_way: true, complaint: None }
    }
}

impl From<NetworkError> for Failed {
    fn from(error: NetworkError) -> Self {
        Self { error, is_about_the_way: false, complaint: None }
    }
}

/// Where ways lead since the repository has moved, by their positions.
#[derive(Debug, Default)]
pub(super) struct Moved(Mutex<BTreeMap<usize, Way>>);

impl Moved {
    fn get(&self, at: usize) -> Option<Way> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&at).cloned()
    }

    fn learn(&self, at: usize, way: Way) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(at, way);
    }

    fn forget(&self, at: usize) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&at);
    }
}
