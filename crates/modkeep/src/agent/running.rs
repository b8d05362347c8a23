//! Which process is the agent: it holds a lock as long as it lives, on a file that says what it is.
//!
//! A process number in a file proves nothing: the process may have died, and the number may be another's. The lock is the system's,
//! and is gone with its holder.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use serde::{Deserialize, Serialize};

use super::home::Home;
use super::mark::Mark;
use crate::exit::Exit;
use crate::report::{Failed, Problem};

/// The file.
const FILE: &str = "running";

/// How long is waited for the holder to say what it is, or for others to be done with looking.
const WAIT: Duration = Duration::from_secs(5);

/// How often is looked.
pub const PAUSE: Duration = Duration::from_millis(20);

/// The longest file that is read, in bytes.
const SIZE_MAX: u64 = 4 << 10;

/// What a running agent says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// Its process number.
    pub pid: u32,
    /// The machine that it runs on: the folder may be shared by several.
    pub host: String,
    /// The port of loopback that it listens on.
    pub port: u16,
    /// When it was started, RFC 3339.
    pub since: String,
    /// Its version of modkeep.
    pub version: String,
    /// What tells it from others of its number.
    #[serde(default)]
    pub mark: Mark,
}

impl Running {
    /// This process, on this port, from now on.
    pub fn here(port: u16) -> Self {
        Self {
            pid: std::process::id(),
            host: host(),
            port,
            since: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            mark: Mark::of(std::process::id()),
        }
    }

    /// Whether it runs on this machine and not in another container, so that its number and port mean something here.
    pub fn is_here(&self) -> bool {
        self.host == host() && self.mark.is_of_our_namespace()
    }

    /// Whether the process of its number is the agent, and no stranger that has the number here.
    pub fn is_process(&self) -> bool {
        self.is_here() && self.mark == Mark::of(self.pid)
    }
}

fn host() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}

/// The right to be the agent, until it is dropped.
#[derive(Debug)]
pub struct Held(File);

impl Held {
    /// Takes it; none when another process has it.
    ///
    /// # Errors
    /// [`Exit::Unavailable`] when the file cannot be made or locked.
    pub fn take(home: &Home) -> Result<Option<Self>, Failed> {
        home.make()?;
        let path = home.file(FILE);
        let file = open(&path).map_err(|error| unusable(&path, &error))?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Self::begin(file).map(Some).map_err(|error| unusable(&path, &error)),
                Err(TryLockError::Error(error)) => return Err(unusable(&path, &error)),
                // Whoever only looks holds it for a moment, too.
                Err(TryLockError::WouldBlock) if !is_held(home)? && begun.elapsed() < WAIT => sleep(PAUSE),
                Err(TryLockError::WouldBlock) => return Ok(None),
            }
        }
    }

    /// What the last agent said is true no more.
    fn begin(file: File) -> io::Result<Self> {
        file.set_len(0)?;
        Ok(Self(file))
    }

    /// Says what the agent is. From then on it can be found.
    pub fn tell(&mut self, running: &Running) -> io::Result<()> {
        self.0.write_all(&serde_json::to_vec(running)?)
    }
}

/// The agent that runs now.
///
/// # Errors
/// [`Exit::Unavailable`] when it cannot be found out.
pub fn find(home: &Home) -> Result<Option<Running>, Failed> {
    let begun = Instant::now();
    while is_held(home)? {
        if let Some(running) = told(&home.file(FILE)) {
            return Ok(Some(running));
        }
        if begun.elapsed() >= WAIT {
            let path = home.file(FILE);
            let problem = Problem::new(format!("{} is locked, and does not say by whom", path.display()));
            return Err(Failed::new(
                Exit::Unavailable,
                problem.advise("an agent is being started; try again"),
            ));
        }
        sleep(PAUSE);
    }
    Ok(None)
}

/// The agent that runs now, read so that its process number can be relied on: one that takes the lock in this moment has not yet
/// wiped away what the last one said.
///
/// # Errors
/// As [`find`].
pub fn find_settled(home: &Home) -> Result<Option<Running>, Failed> {
    if find(home)?.is_none() {
        return Ok(None);
    }
    sleep(PAUSE);
    find(home)
}

/// Whether a living process has the right to be the agent.
pub fn is_held(home: &Home) -> Result<bool, Failed> {
    let path = home.file(FILE);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(false);
        }
        Err(error) => return Err(unusable(&path, &error)),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(unusable(&path, &error)),
    }
}

/// What the file says, if it is whole.
fn told(path: &Path) -> Option<Running> {
    let mut text = Vec::new();
    File::open(path).ok()?.take(SIZE_MAX).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}

fn unusable(path: &Path, error: &io::Error) -> Failed {
    let problem = Problem::new(format!("cannot use {}", path.display())).because(error.to_string());
    let advice =
        "make it usable for this user, or set XDG_STATE_HOME to a folder whose file system knows locks";
    Failed::new(Exit::Unavailable, problem.advise(advice))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::{Env, Platform};

    #[test]
    fn one_holds_it_and_says_what_it_is_until_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let env = Env::new([("XDG_STATE_HOME", folder.path())], Path::new("/"), Platform::Unix);
        let home = Home::of(&env).unwrap();
        assert_eq!(find(&home).unwrap(), None);
        let mut held = Held::take(&home).unwrap().unwrap();
        let running = Running::here(17663);
        held.tell(&running).unwrap();
        assert!(running.is_here() && running.is_process());
        assert_eq!(find_settled(&home).unwrap(), Some(running));
        assert!(Held::take(&home).unwrap().is_none());
        drop(held);
        assert_eq!(find(&home).unwrap(), None, "what a dead one has said does not count");
        let next = Held::take(&home).unwrap().unwrap();
        assert_eq!(std::fs::read(home.file(FILE)).unwrap(), b"", "and is wiped away by the next");
        drop(next);
    }
}
