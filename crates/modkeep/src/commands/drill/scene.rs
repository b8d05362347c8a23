//! What a drill stands on: the user's own places, asked once; the project's files, copied; and what a healthy download brings.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use faults::Fault;
use ladder::agent::{Agent, AgentOptions};
use ladder::project::Project;
use protocol::Observers;

use super::DrillArgs;
use super::runs::{self, Bed, How, Row, Way};
use super::taken::Taken;
use crate::commands::Session;
use crate::commands::go::program;
use crate::commands::serve::keeping;
use crate::exit::Exit;
use crate::go::GoSettings;
use crate::report::{Failed, Problem};
use crate::settings::flags::Given;
use crate::settings::{Settings, table};

/// How long the first download may take, which asks the real places.
const FIRST_MAX: Duration = Duration::from_mins(15);

/// The files of each folder that go reads, and ours. Those of a workspace are wherever GOWORK says.
const FILES: [&str; 3] = ["go.mod", "go.sum", "modkeep.toml"];

/// Everything that the rows of a drill share.
pub(super) struct Scene {
    bed: Bed,
    healthy: Taken,
}

/// The project, as it lies on this machine. It is only read.
pub(super) struct Original {
    /// What go reads of it besides code, and our settings; not all of them need be there.
    files: Vec<PathBuf>,
    /// Where go is run.
    cwd: PathBuf,
    go_work: Option<PathBuf>,
}

/// Which hashes go finds in the copy of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sums {
    /// Those of the project.
    Kept,
    /// None: it has to ask the checksum database.
    None,
}

/// A copy of the project.
pub(super) struct Copied {
    /// Where go is run.
    pub(super) cwd: PathBuf,
    /// The value for GOWORK.
    pub(super) gowork: OsString,
}

impl Scene {
    /// Asks the user's own places for all that the project needs. Everything that is made lies in `scratch`.
    pub(super) async fn prepare(
        args: &DrillArgs,
        scratch: &Path,
        session: &mut Session<'_>,
    ) -> Result<Self, Failed> {
        let settings = settings(&args.flags.given, scratch, session)?;
        let (source, databases) = keeping::source(&settings, session).await?;
        let options = AgentOptions {
            port: 0,
            word: None,
            databases,
            ask_timeout: settings.get(&table::ASK_TIMEOUT)?,
            observers: Observers::default(),
        };
        let front = Agent::start(source, options).await.map_err(|error| runs::unstarted(&error))?;
        let bed = Bed {
            go: program::find("go", session.env)?,
            own: std::env::current_exe()?,
            variables: session
                .env
                .variables()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
            goflags: go_setting("GOFLAGS", session),
            given: args.flags.given.clone(),
            authorities: authorities(&settings, session)?,
            home: session.env.cwd().to_owned(),
            original: Original::find(session)?,
            timeout: args.timeout,
            front: Arc::new(front),
            scratch: scratch.to_owned(),
        };
        let healthy = first(&bed).await?;
        Ok(Self { bed, healthy })
    }

    /// The project's download under one fault, by plain go and by modkeep at the same time.
    pub(super) async fn row(&mut self, fault: &'static Fault) -> Result<Row, Failed> {
        let (bed, healthy) = (&self.bed, &self.healthy);
        let [comma, pipe, modkeep] = Way::ALL.map(|way| bed.drilled(fault, way, healthy));
        let (comma, pipe, modkeep) = tokio::join!(comma, pipe, modkeep);
        Ok(Row { fault, runs: [comma?, pipe?, modkeep?] })
    }
}

/// The user's settings, with a folder of the moment to keep things in.
fn settings(given: &Given, scratch: &Path, session: &mut Session<'_>) -> Result<Settings, Failed> {
    let mut given = given.clone();
    given.values.insert(table::DATA.spec.key, scratch.join("kept").display().to_string());
    session.settings(&given)
}

fn go_setting(name: &str, session: &Session<'_>) -> String {
    let found = GoSettings::load(session.env, session.files).get(name);
    found.map(|(value, _)| value).unwrap_or_default()
}

/// The authorities that the user trusts besides the system's, in PEM.
fn authorities(settings: &Settings, session: &Session<'_>) -> Result<Vec<u8>, Failed> {
    let Some(path) = settings.get(&table::CA_FILE)? else { return Ok(Vec::new()) };
    session.files.read(&path).map_err(|error| {
        let problem = Problem::new(format!("cannot read the authorities in {}", path.display()));
        Failed::new(Exit::Config, problem.because(error.to_string()))
    })
}

/// The download without any fault: what cannot be done then cannot be drilled.
async fn first(bed: &Bed) -> Result<Taken, Failed> {
    let (ended, taken) = bed.first(FIRST_MAX).await?;
    if ended.how == How::Well {
        return Ok(taken);
    }
    let problem = Problem::new("the project cannot be downloaded even without any fault");
    let problem = ended.said.iter().fold(problem, |problem, line| problem.because(line.clone()));
    Err(Failed::new(Exit::Failure, problem.advise("mend that first: see what `go mod download` says")))
}

impl Original {
    fn find(session: &Session<'_>) -> Result<Self, Failed> {
        let gowork = go_setting("GOWORK", session);
        // `..` in what go.mod names leads up from the real folder.
        let cwd = session.env.cwd().canonicalize().unwrap_or_else(|_| session.env.cwd().to_owned());
        let project = Project::find(&cwd, Some(gowork.as_str()));
        let files = files_of(&project);
        if files.is_empty() {
            let problem = Problem::new("there is no go.mod here or above");
            return Err(Failed::new(Exit::Failure, problem.advise("run the drill in a project")));
        }
        Ok(Self { files, cwd, go_work: project.go_work })
    }

    /// A copy below `root`, in which all lies as it does on this machine, so that relative names still hold.
    pub(super) fn copied(&self, root: &Path, sums: Sums) -> io::Result<Copied> {
        let place = |path: &Path| root.join(path.strip_prefix("/").unwrap_or(path));
        let holds_sums = |file: &Path| file.extension().is_some_and(|extension| extension == "sum");
        for file in self.files.iter().filter(|file| sums == Sums::Kept || !holds_sums(file)) {
            if file.is_file() {
                fs::create_dir_all(place(file.parent().unwrap_or(root)))?;
                fs::write(place(file), fs::read(file)?)?;
            }
        }
        let cwd = place(&self.cwd);
        fs::create_dir_all(&cwd)?;
        let gowork =
            self.go_work.as_deref().map_or_else(|| "off".into(), |path| place(path).into_os_string());
        Ok(Copied { cwd, gowork })
    }
}

fn files_of(project: &Project) -> Vec<PathBuf> {
    let folders = project.folders();
    let in_folders = folders.iter().flat_map(|folder| FILES.map(|name| folder.join(name)));
    let work = project.go_work.iter().flat_map(|work| [work.clone(), with_sum(work)]);
    // A copy keeps to its own folder.
    let leads_up = |file: &PathBuf| file.components().any(|part| part == Component::ParentDir);
    in_folders.chain(work).filter(|file| !leads_up(file)).collect()
}

fn with_sum(work: &Path) -> PathBuf {
    let mut name = work.as_os_str().to_owned();
    name.push(".sum");
    name.into()
}
