//! One download with a broken proxy before the good one: how it is run, and how it ends.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use faults::{Fault, FaultyProxy};
use ladder::agent::Agent;
use ladder::group;
use url::Url;

use super::scene::{Copied, Original, Sums};
use super::scratch::Scratch;
use super::taken::Taken;
use crate::commands::go::behind::cannot_start;
use crate::exit::Exit;
use crate::report::{Failed, Problem};
use crate::settings::flags::Given;
use crate::settings::{Spec, table};

/// What a run may say before the end of it is read, in bytes.
const SAID_BYTES_MAX: u64 = 16 << 10;

/// How many of the last lines are told.
const SAID_LINES_MAX: usize = 3;

/// Who downloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Plain go, with `,` in its list.
    Comma,
    /// Plain go, with `|` in its list.
    Pipe,
    /// `modkeep go`, with `,` in its list.
    Modkeep,
}

impl Way {
    pub(super) const ALL: [Self; 3] = [Self::Comma, Self::Pipe, Self::Modkeep];

    /// Its name at the head of the table.
    pub(super) const fn head(self) -> &'static str {
        match self {
            Self::Comma => "go (,)",
            Self::Pipe => "go (|)",
            Self::Modkeep => "modkeep",
        }
    }

    /// Its name in the JSON file.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Comma => "go_comma",
            Self::Pipe => "go_pipe",
            Self::Modkeep => "modkeep",
        }
    }

    const fn separator(self) -> char {
        match self {
            Self::Comma | Self::Modkeep => ',',
            Self::Pipe => '|',
        }
    }
}

/// What a download came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// All is there, and is what it is on a healthy day.
    Built,
    /// It went well, with something else than on a healthy day.
    Wrong,
    /// It failed, because an authority said no: nobody walks round a policy.
    Refused,
    /// It failed.
    Failed,
    /// It still ran at the deadline.
    Hung,
}

impl Outcome {
    /// The word for it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Built => "built",
            Self::Wrong => "wrong",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Hung => "hung",
        }
    }
}

/// One cell of the table.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) outcome: Outcome,
    pub(super) took: Duration,
    /// Whether the fault struck; where nobody can be asked, it did.
    pub(super) is_met: bool,
    /// The last lines that it printed.
    pub(super) said: Vec<String>,
}

/// One row of the table.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) fault: &'static Fault,
    /// In the order of [`Way::ALL`].
    pub(super) runs: [Run; 3],
}

impl Row {
    /// Whether modkeep did what is right.
    pub(super) fn is_survived(&self) -> bool {
        let [_, _, modkeep] = &self.runs;
        matches!(modkeep.outcome, Outcome::Built | Outcome::Refused)
    }
}

/// How a command ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) how: How,
    pub(super) took: Duration,
    pub(super) said: Vec<String>,
}

/// Whether it did what it was to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Well,
    Badly,
    Never,
}

/// What all runs need.
pub(super) struct Bed {
    pub(super) go: PathBuf,
    /// This very program.
    pub(super) own: PathBuf,
    /// The environment.
    pub(super) variables: Vec<(OsString, OsString)>,
    pub(super) goflags: String,
    /// What was given on the command line.
    pub(super) given: Given,
    /// Authorities that the user trusts, in PEM.
    pub(super) authorities: Vec<u8>,
    /// Where the drill was started: relative paths in what was given begin there.
    pub(super) home: PathBuf,
    pub(super) original: Original,
    pub(super) timeout: Duration,
    /// The good proxy.
    pub(super) front: Arc<Agent>,
    /// Where the folders of the runs are made.
    pub(super) scratch: PathBuf,
}

impl Bed {
    /// The download from the good proxy alone.
    pub(super) async fn first(&self, deadline: Duration) -> Result<(Ended, Taken), Failed> {
        let trial = Trial::new(self, Sums::Kept, self.front.url().to_owned(), None)?;
        let ended = trial.run(trial.go(), &self.go, deadline).await?;
        let taken = Taken::of(&trial.module_cache())?;
        Ok((ended, taken))
    }

    /// One cell of the table.
    pub(super) async fn drilled(&self, fault: &Fault, way: Way, healthy: &Taken) -> Result<Run, Failed> {
        let (good, word) = parts(self.front.url())?;
        let broken =
            FaultyProxy::start_below(&word, fault, &good).await.map_err(|error| unstarted(&error))?;
        let list = format!("{}{}{}", broken.url(), way.separator(), self.front.url());
        let sums = if fault.touches.is_of_sumdb() { Sums::None } else { Sums::Kept };
        let trial = Trial::new(self, sums, list, broken.ca_pem())?;
        let ended = match way {
            Way::Modkeep => trial.run(trial.modkeep(), &self.own, self.timeout).await?,
            Way::Comma | Way::Pipe => trial.run(trial.go(), &self.go, self.timeout).await?,
        };
        let outcome = match ended.how {
            How::Well if Taken::of(&trial.module_cache())?.is_as(healthy) => Outcome::Built,
            How::Well => Outcome::Wrong,
            How::Badly if fault.is_refusal() => Outcome::Refused,
            How::Badly => Outcome::Failed,
            How::Never => Outcome::Hung,
        };
        let is_met = fault.is_nobody() || fault.is_harmless() || broken.struck() > 0;
        Ok(Run { outcome, took: ended.took, is_met, said: ended.said })
    }
}

/// The good proxy, and the path in its URL that nobody else knows: a broken one is below the same.
fn parts(front: &str) -> Result<(String, String), Failed> {
    let url = Url::parse(front).map_err(|error| unstarted(&error))?;
    Ok((front.to_owned(), url.path().trim_end_matches('/').to_owned()))
}

/// The folders and variables of one download.
struct Trial<'a> {
    bed: &'a Bed,
    folder: Scratch,
    project: Copied,
    list: String,
    /// Authorities to trust besides the system's.
    authorities: Option<PathBuf>,
}

impl<'a> Trial<'a> {
    fn new(bed: &'a Bed, sums: Sums, list: String, ca_pem: Option<&str>) -> Result<Self, Failed> {
        let folder = Scratch::new_in(&bed.scratch)?;
        let project = bed.original.copied(&folder.path().join("tree"), sums)?;
        for name in ["empty", "tmp"] {
            fs::create_dir(folder.path().join(name))?;
        }
        let authorities = ca_pem.map(|pem| {
            let path = folder.path().join("authorities.pem");
            fs::write(&path, [&bed.authorities, b"\n".as_slice(), pem.as_bytes()].concat()).map(|()| path)
        });
        Ok(Self { bed, folder, project, list, authorities: authorities.transpose()? })
    }

    fn module_cache(&self) -> PathBuf {
        self.folder.path().join("gopath/pkg/mod")
    }

    /// Plain go.
    fn go(&self) -> Command {
        let mut command = self.command(&self.bed.go);
        command.env("GOPROXY", &self.list).current_dir(&self.project.cwd);
        if let Some(path) = &self.authorities {
            command.env("SSL_CERT_FILE", path);
        }
        command.args(["mod", "download"]);
        command
    }

    /// `modkeep go`, which keeps nothing from one run to the next, and finds nothing that lies on this machine.
    fn modkeep(&self) -> Command {
        let empty = self.folder.path().join("empty");
        let variable = |spec: &Spec| spec.variable();
        let mut command = self.command(&self.bed.own);
        command
            .env(variable(&table::UPSTREAM.spec), &self.list)
            .env(variable(&table::DATA.spec), empty.join("data"))
            .env(variable(&table::MODULE_CACHES.spec), &empty)
            .env("XDG_CACHE_HOME", &empty)
            .current_dir(&self.bed.home)
            .arg("go");
        if let Some(path) = &self.authorities {
            command.env(variable(&table::CA_FILE.spec), path);
        }
        command.args(self.flags()).arg("-C").arg(&self.project.cwd).args(["mod", "download"]);
        command
    }

    /// What was given to the drill, but for what it sets itself.
    fn flags(&self) -> impl Iterator<Item = OsString> {
        let Given { values, config } = &self.bed.given;
        let own = [&table::UPSTREAM.spec, &table::DATA.spec, &table::CA_FILE.spec].map(|spec| spec.key);
        let values = values.iter().filter(move |(key, _)| !own.contains(key));
        let config = config.iter().map(|path| {
            let mut flag = OsString::from("--config=");
            flag.push(path);
            flag
        });
        values.map(|(key, value)| OsString::from(format!("--{key}={value}"))).chain(config)
    }

    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(self.bed.variables.iter().map(|(name, value)| (name, value)))
            .env("GOFLAGS", format!("{} -modcacherw", self.bed.goflags).trim_start())
            .env("TMPDIR", self.folder.path().join("tmp"))
            .env("GOPATH", self.folder.path().join("gopath"))
            .env("GOMODCACHE", self.module_cache())
            // The good proxy has private modules too: their hosts are asked once, and not under each fault.
            .env("GONOPROXY", "none")
            .env("GOWORK", &self.project.gowork);
        command
    }

    async fn run(&self, mut command: Command, program: &Path, deadline: Duration) -> Result<Ended, Failed> {
        let said = self.folder.path().join("said");
        let file = File::create(&said)?;
        command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
        let begun = Instant::now();
        let status =
            group::run(&mut command, deadline).await.map_err(|error| cannot_start(program, &error))?;
        let how = match status {
            Some(status) if status.success() => How::Well,
            Some(_) => How::Badly,
            None => How::Never,
        };
        Ok(Ended { how, took: begun.elapsed(), said: last_lines(&said)? })
    }
}

/// The last lines of a file.
fn last_lines(path: &Path) -> std::io::Result<Vec<String>> {
    let mut file = File::open(path)?;
    let begin = file.metadata()?.len().saturating_sub(SAID_BYTES_MAX);
    file.seek(SeekFrom::Start(begin))?;
    let mut text = Vec::new();
    file.take(SAID_BYTES_MAX).read_to_end(&mut text)?;
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<String> = text.lines().filter(|line| !line.trim().is_empty()).map(one_line).collect();
    Ok(lines[lines.len().saturating_sub(SAID_LINES_MAX)..].to_vec())
}

/// A line without what could move a cursor.
fn one_line(line: &str) -> String {
    line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Something that the drill itself needs could not be started.
pub(super) fn unstarted(error: &dyn std::error::Error) -> Failed {
    let problem = Problem::from_error(error).advise("see why no port of 127.0.0.1 can be opened");
    Failed::new(Exit::Unavailable, problem)
}
