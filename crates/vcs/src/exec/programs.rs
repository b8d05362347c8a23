//! Running programs: for their output as a whole, or as a stream.

use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::process::ChildStdout;
use std::sync::Arc;

use bytes::Bytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::unix::pipe::{Receiver, Sender};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

use super::group::{Group, Pipes};
use super::stderr::Stderr;
use super::stream::Stream;
use super::{Call, Environment, ExecError};

/// Everybody's way to start programs, so that no more run at once than the machine bears. Cheap to clone; clones share the
/// limit. Its methods want a tokio runtime.
///
/// A program that waits for its turn waits until its deadline. Who holds a stream holds a turn: they end it before they start
/// something else, or both may wait in vain.
#[derive(Debug, Clone)]
pub struct Programs {
    turns: Arc<Semaphore>,
    environment: Environment,
}

/// What a program that ended well has said.
#[derive(Debug)]
pub(crate) struct Output {
    /// All of its standard output.
    pub(crate) stdout: Bytes,
}

impl Programs {
    /// At most `max_at_once` programs run at any time (at least one). `environment` is what our own process was given.
    pub fn new(max_at_once: usize, environment: Environment) -> Self {
        let turns = Arc::new(Semaphore::new(max_at_once.clamp(1, Semaphore::MAX_PERMITS)));
        Self { turns, environment }
    }

    /// What our own process was given.
    pub(crate) fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Runs a program to its end. Dropping the future ends the program.
    ///
    /// # Errors
    /// Any [`ExecError`]; `Failed` for an exit status other than 0.
    pub(crate) async fn run(&self, call: Call, deadline: Instant) -> Result<Output, ExecError> {
        let (program, bytes_max) = (call.program(), call.stdout_bytes_max);
        let mut running = self.start(call, deadline).await?;
        let stdout = running.stdout.take();
        let whole = async {
            let stdout = read_whole(stdout, bytes_max).await.map_err(|error| not_started(program, &error))?;
            let stdout = stdout.ok_or(ExecError::TooMuchOutput { program, bytes_max })?;
            Ok((stdout, running.group.wait().await))
        };
        let (stdout, end) =
            timeout_at(deadline, whole).await.unwrap_or(Err(ExecError::Deadline { program }))?;
        let stderr = running.stderr.text().await;
        ended(program, end, &stderr)?;
        Ok(Output { stdout })
    }

    /// Starts a program whose standard output is read as it comes; what it yields is read off the async workers.
    ///
    /// An end of file is told only when the program ended well. At the deadline it is ended, whether anybody reads or not, and so it
    /// is when the reader is dropped.
    ///
    /// # Errors
    /// When it cannot be started; everything else is an error of the reader.
    pub(crate) async fn stream(
        &self,
        call: Call,
        deadline: Instant,
    ) -> Result<impl Read + Send + 'static, ExecError> {
        let (program, bytes_max) = (call.program(), call.stdout_bytes_max);
        let mut running = self.start(call, deadline).await?;
        let stdout =
            running.stdout.take().ok_or_else(|| not_started(program, &io::Error::other("no output")))?;
        Ok(Stream::new(stdout, running.group, running.stderr, program, bytes_max, deadline))
    }

    async fn start(&self, mut call: Call, deadline: Instant) -> Result<Running, ExecError> {
        let program = call.program();
        let permit = self.turn(deadline).await.ok_or(ExecError::Busy { program })?;
        let mut command = call.command(&self.environment);
        let (group, pipes) = Group::spawn(&mut command, permit).map_err(|error| {
            if error.kind() == io::ErrorKind::NotFound {
                return ExecError::not_installed(program);
            }
            not_started(program, &error)
        })?;
        // It may hold files of the caller, such as locks, that only the child is to hold.
        drop(command);
        Running::new(group, pipes, call.stdin).map_err(|error| not_started(program, &error))
    }

    async fn turn(&self, deadline: Instant) -> Option<OwnedSemaphorePermit> {
        timeout_at(deadline, Arc::clone(&self.turns).acquire_owned()).await.ok()?.ok()
    }
}

/// A program that runs, and what connects us to it.
struct Running {
    group: Group,
    stdout: Option<ChildStdout>,
    stderr: Stderr,
}

impl Running {
    fn new(group: Group, pipes: Pipes, input: Option<Bytes>) -> io::Result<Self> {
        if let (Some(stdin), Some(input)) = (pipes.stdin, input) {
            let mut stdin = Sender::from_owned_fd(OwnedFd::from(stdin))?;
            // A child that does not want all of it closes the pipe, and that ends this task too.
            tokio::spawn(async move { stdin.write_all(&input).await });
        }
        let stderr = pipes.stderr.ok_or_else(|| io::Error::other("no standard error"))?;
        Ok(Self { group, stdout: pipes.stdout, stderr: Stderr::collect(stderr)? })
    }
}

/// All of it, or nothing when there is too much. Nothing to read is an empty output.
async fn read_whole(stdout: Option<ChildStdout>, bytes_max: u64) -> io::Result<Option<Bytes>> {
    let Some(stdout) = stdout else { return Ok(Some(Bytes::new())) };
    let mut whole = Vec::new();
    let pipe = Receiver::from_owned_fd(OwnedFd::from(stdout))?;
    pipe.take(bytes_max.saturating_add(1)).read_to_end(&mut whole).await?;
    Ok((whole.len() as u64 <= bytes_max).then(|| whole.into()))
}

/// Whether it ended well.
pub(super) fn ended(program: &'static str, end: super::group::End, stderr: &str) -> Result<(), ExecError> {
    match end {
        Some(status) if status.success() => Ok(()),
        Some(status) => Err(ExecError::Failed { program, status, stderr: stderr.to_owned() }),
        None => Err(ExecError::NotStarted { program, reason: "nobody knows how it ended".into() }),
    }
}

fn not_started(program: &'static str, error: &io::Error) -> ExecError {
    ExecError::NotStarted { program, reason: error.to_string() }
}
