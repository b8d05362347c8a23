//! Asking a place by one way after the other.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{Access, Cause, Complaint, Way, WayMemory, credential_of};
use crate::RepoError;
use crate::exec::{Call, ExecError, Output, Programs};

/// For how long it is remembered which way worked.
const REMEMBERED: Duration = Duration::from_mins(5);

/// The ways to one repository.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) programs: Programs,
    pub(crate) access: Arc<Access>,
    ways: Vec<Way>,
    memory: Arc<WayMemory>,
    /// What a failed call means.
    judge: fn(&ExecError) -> Complaint,
    /// What was said on the ways before the one that worked last.
    detour: Mutex<Option<String>>,
}

/// Why a place did not do what it was asked.
#[derive(Debug, Clone)]
pub(crate) struct Unserved {
    /// What it was, for the way that was tried last.
    pub(crate) cause: Cause,
    /// What is told: what every way has said.
    pub(crate) error: RepoError,
}

impl Network {
    /// A place that is reached by at least one way.
    pub(crate) fn new(
        programs: Programs,
        access: Arc<Access>,
        ways: Vec<Way>,
        memory: Arc<WayMemory>,
        judge: fn(&ExecError) -> Complaint,
    ) -> Self {
        Self { programs, access, ways, memory, judge, detour: Mutex::default() }
    }

    /// Runs a program against the place, by the first way that works. `call` makes the call for a way.
    ///
    /// # Errors
    /// What each way has said, as the most serious of the kinds.
    pub(crate) async fn run(
        &self,
        call: impl Fn(&Way) -> std::io::Result<Call> + Sync,
        deadline: Instant,
    ) -> Result<Output, Unserved> {
        let mut failed: Option<Unserved> = None;
        for at in self.memory.order(&self.ways, Instant::now()) {
            let Some(way) = self.ways.get(at) else { continue };
            let call = call(way).map_err(|error| Unserved::by(crate::cache::disk(&error)))?;
            let asking = match self.access.hosts.begin(&way.place()) {
                Ok(asking) => asking,
                Err(spared) => {
                    failed = Some(Unserved { cause: Cause::Silent, error: spared }.after(failed));
                    continue;
                }
            };
            match self.programs.run(call, deadline).await {
                Ok(output) => {
                    asking.answered();
                    self.memory.learn(&self.ways, at, Instant::now() + REMEMBERED);
                    self.note(at, failed);
                    return Ok(output);
                }
                Err(error) => {
                    let complaint = (self.judge)(&error);
                    let is_about_the_way = complaint.is_about_the_way();
                    let told = self.told(complaint, &error, way);
                    asking.ended(&Err::<(), _>(told.error.clone()));
                    failed = Some(told.after(failed));
                    if !is_about_the_way || deadline <= Instant::now() {
                        break;
                    }
                }
            }
        }
        let no_way = || Unserved::by(RepoError::refused("there is no way to the repository"));
        Err(failed.unwrap_or_else(no_way))
    }

    /// What went wrong on the ways before the one that works.
    pub(crate) fn detour(&self) -> Option<String> {
        self.detour.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, at: usize, failed: Option<Unserved>) {
        let mut detour = self.detour.lock().unwrap_or_else(PoisonError::into_inner);
        match failed {
            Some(failed) => *detour = Some(failed.error.message),
            None if at == 0 => *detour = None,
            None => {}
        }
    }

    fn told(&self, complaint: Complaint, error: &ExecError, way: &Way) -> Unserved {
        let cause = complaint.cause;
        let has_credential = credential_of(&self.access.credentials, way).is_some();
        let error = match error {
            ExecError::Failed { .. } | ExecError::Deadline { .. } | ExecError::TooMuchOutput { .. } => {
                complaint.into_error(way, has_credential)
            }
            _ => RepoError::unavailable(error.to_string()),
        };
        Unserved { cause, error }
    }
}

impl Unserved {
    /// For a reason of our own.
    pub(crate) fn by(error: RepoError) -> Self {
        Self { cause: Cause::Other, error }
    }

    /// This one, told after what another way has said.
    fn after(self, earlier: Option<Self>) -> Self {
        Self { cause: self.cause, error: self.error.after(earlier.map(|earlier| earlier.error)) }
    }
}
