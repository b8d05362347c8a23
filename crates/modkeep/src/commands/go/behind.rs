//! Running a command behind the agent.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bundle::depot::{Location, Pulled};
use gomod::gosum::GoSum;
use gomod::gosumdb::SumDbSetting;
use ladder::agent::{Agent, AgentOptions};
use ladder::lock::Lock;
use ladder::project::Project;
use ladder::rung::Rung;
use ladder::verdict::Verdict;
use ladder::{Lazy, Steps, child, pins};
use protocol::Observers;
use source::Failure;
use tokio::process::Command;
use vcs::Anchors;

use super::LadderArgs;
use super::vendored::Vendored;
use crate::bundles;
use crate::commands::{Session, lock};
use crate::env::Env;
use crate::exit::Exit;
use crate::go::GoSettings;
use crate::keys;
use crate::logging::{self, Log};
use crate::report::{Failed, Problem};
use crate::settings::origin::Origin;
use crate::settings::project::ProjectFile;
use crate::settings::{Settings, table};
use crate::wiring::client::Client;

/// How long the end waits for work that hangs: nothing that counts depends on it.
const HANGING_MAX: Duration = Duration::from_millis(100);

/// The variable by which GitHub's runners say that they are there.
const GITHUB: &str = "GITHUB_ACTIONS";

/// A command to run.
#[derive(Clone)]
pub(super) struct Run<'a> {
    pub(super) program: &'a Path,
    pub(super) args: &'a [OsString],
    /// The folder whose project it works on.
    pub(super) folder: &'a Path,
    /// The tools that it installs or runs at versions of their own, where it is go.
    pub(super) tools: Vec<&'a str>,
    pub(super) ladder: &'a LadderArgs,
}

/// Everything that a run stands on, made once.
pub(super) struct Ground {
    settings: Settings,
    project_file: ProjectFile,
    project: Project,
    client: Client,
    _log: Option<Log>,
}

impl Ground {
    /// Reads the settings, those of the project, and its hashes.
    pub(super) fn of(run: &Run<'_>, session: &mut Session<'_>) -> Result<Self, Failed> {
        let settings = session.settings(&run.ladder.flags.given)?;
        let log = wanted_log(&settings, session.env)?;
        let go = GoSettings::load(session.env, session.files);
        let gowork = go.get("GOWORK").map(|(value, _)| value);
        let project = Project::find(run.folder, gowork.as_deref());
        let root = project.root().map(Path::to_owned);
        let project_file =
            root.map_or_else(|| Ok(ProjectFile::default()), |root| ProjectFile::read(&root, session.files))?;
        let rungs = rungs(&settings, &project, &project_file)?;
        let bundles = pulled(&settings, &project, &project_file, session)?;
        let lock = lock::read(project.root())?.unwrap_or_default();
        let mut client = Client { rungs, bundles, ..client(&settings, &project, session)? };
        if let Some(pins) = lock.pins_of(&run.tools) {
            client.pins = Arc::new(pins);
            client.tools = run.tools.iter().map(|tool| (*tool).to_owned()).collect();
        }
        client.anchors = Arc::new(anchors(lock, &settings)?);
        Ok(Self { settings, project_file, project, client, _log: log })
    }

    /// The vendor folder of the project, if there is a project and the user wants this rung.
    pub(super) fn vendored(&self, session: &Session<'_>) -> Result<Option<Vendored>, Failed> {
        let Some(root) = self.project.root() else { return Ok(None) };
        let trusted = keys::trusted(&self.settings)?;
        let required = self.project_file.vendor.require_checksums;
        // What a project says must not switch its own verification off (house.md, invariant 10).
        let users = self.settings.get(&table::RUNGS)?;
        Vendored::of(root, users.as_deref(), trusted, required, session)
    }

    /// Runs the command to its end behind an agent.
    pub(super) fn attempt(&self, run: &Run<'_>) -> Result<Verdict, Failed> {
        let client = Client { steps: Arc::new(Steps::default()), ..self.client.clone() };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let steps = client.steps.clone();
        let ended = runtime.block_on(attended(run, client));
        runtime.shutdown_timeout(HANGING_MAX);
        let ended = ended?;
        let mut told = steps.told();
        if ended.was_interrupted {
            told.unanswered.clear();
        }
        Ok(Verdict::new(told, child::code(ended.status)))
    }
}

/// The rungs that the user wants, or of them those that the project names: the user's flag and variable stand above the project's file,
/// and the user's and the system's files below it (house.md, Settings). It adds none to what they leave (invariant 10).
fn rungs(settings: &Settings, project: &Project, file: &ProjectFile) -> Result<Option<Vec<Rung>>, Failed> {
    let users = settings.get(&table::RUNGS)?;
    let stands_above = matches!(settings.value(&table::RUNGS)?.origin, Origin::Flag(_) | Origin::Variable(_));
    let projects = project.root().and_then(|root| file.chosen_rungs(root));
    Ok(match (projects, users) {
        (Some(projects), Some(users)) if !stands_above => {
            Some(projects.into_iter().filter(|rung| users.contains(rung)).collect())
        }
        (Some(projects), None) => Some(projects),
        (_, users) => users,
    })
}

/// A client prints nothing on a good day: it logs only for those who ask for it.
fn wanted_log(settings: &Settings, env: &Env) -> Result<Option<Log>, Failed> {
    let is_wanted = settings.value(&table::LOG)?.origin.is_explicit();
    is_wanted.then(|| logging::start(settings, env)).transpose()
}

/// What the project's lock holds its modules to.
fn anchors(lock: Lock, settings: &Settings) -> Result<Anchors, Failed> {
    let may_name_repositories = settings.get(&table::LOCK_REPOSITORIES)?;
    Ok(Anchors { hold: lock.hold, modules: lock.modules, may_name_repositories })
}

/// What every command needs that asks for modules: without rungs, bundles and anchors.
pub(in crate::commands) fn client(
    settings: &Settings,
    project: &Project,
    session: &Session<'_>,
) -> Result<Client, Failed> {
    let go = GoSettings::load(session.env, session.files);
    let get = |name: &str| go.get(name).map(|(value, _)| value);
    Ok(Client {
        settings: settings.clone(),
        env: session.env.clone(),
        rungs: None,
        anchors: Arc::default(),
        tools: Vec::new(),
        bundles: Vec::new(),
        pins: Arc::new(pins(project)?),
        module_cache: module_cache(get("GOMODCACHE"), get("GOPATH"), session.env),
        steps: Arc::default(),
    })
}

/// All hashes that the project has.
pub(in crate::commands) fn pins(project: &Project) -> Result<GoSum, Failed> {
    pins::read(&project.sum_files()).map_err(|error| {
        let advice = "make it a readable go.sum, or bring it back from version control";
        Failed::new(Exit::Failure, Problem::from_error(&error).advise(advice))
    })
}

/// Where bundles of the project were pulled to, from the places that the user names, then from those that the project does.
fn pulled(
    settings: &Settings,
    project: &Project,
    file: &ProjectFile,
    session: &Session<'_>,
) -> Result<Vec<(String, Pulled)>, Failed> {
    let mut locations = settings.get(&table::BUNDLES)?;
    for text in &file.bundle.locations {
        locations.push(bundles::location(Some(text), settings, session.env)?);
    }
    let project = project.module_path();
    let named = |location: &Location| {
        Ok((location.to_string(), bundles::pulled(location, project.as_deref(), session.env)?))
    };
    locations.iter().map(named).collect()
}

/// Where go keeps modules: GOMODCACHE, else `pkg/mod` in the first folder of GOPATH, else in `~/go` (protocol.md I1).
fn module_cache(gomodcache: Option<String>, gopath: Option<String>, env: &Env) -> Option<PathBuf> {
    let first = gopath.and_then(|list| std::env::split_paths(&list).next());
    let gopath = first.or_else(|| env.home().map(|home| home.join("go")));
    gomodcache.map(PathBuf::from).or_else(|| gopath.map(|folder| folder.join("pkg/mod")))
}

/// The agent lives as long as the command.
async fn attended(run: &Run<'_>, client: Client) -> Result<child::Ended, Failed> {
    let (_agent, variables) = agent(client).await?;
    let mut command = Command::new(run.program);
    command.args(run.args).envs(variables);
    child::run(command).await.map_err(|error| cannot_start(run.program, &error))
}

/// An agent with the ladder of a client, and the variables that lead go to it.
pub(in crate::commands) async fn agent(
    client: Client,
) -> Result<(Agent, Vec<(&'static str, String)>), Failed> {
    let sumdb = client.settings.get(&table::GOSUMDB)?;
    let options = AgentOptions {
        port: 0,
        word: None,
        databases: database(&sumdb).into_iter().map(|database| database.name.clone()).collect(),
        ask_timeout: client.settings.get(&table::ASK_TIMEOUT)?,
        observers: Observers::default(),
    };
    let lazy = Lazy::new(move || {
        let client = client.clone();
        Box::pin(async move { client.ladder().await.map_err(|failed| unmade(&failed)) })
    });
    let agent = Agent::start(Arc::new(lazy), options).await.map_err(|error| no_agent(&error))?;
    let mut variables = vec![("GOPROXY", agent.url().to_owned()), ("GONOPROXY", "none".to_owned())];
    variables.extend(database(&sumdb).map(|database| ("GOSUMDB", database.key.to_string())));
    Ok((agent, variables))
}

fn database(setting: &SumDbSetting) -> Option<&gomod::gosumdb::SumDb> {
    match setting {
        SumDbSetting::On(database) => Some(database),
        SumDbSetting::Off => None,
    }
}

/// Says what is to be said, and ends with the code of the command, or with that of the infrastructure.
pub(super) fn conclude(verdict: &Verdict, run: &Run<'_>, session: &mut Session<'_>) -> Result<(), Failed> {
    for line in verdict.lines() {
        writeln!(session.err, "modkeep: {line}")?;
    }
    let annotation = session.env.var(GITHUB).and_then(|_| verdict.annotation());
    if let Some(text) = annotation {
        writeln!(session.err, "::error title=modkeep::{}", escaped(&text))?;
    }
    if let Some(path) = &run.ladder.report {
        write_report(verdict, &session.env.cwd().join(path))?;
    }
    match verdict.exit_code() {
        0 => Ok(()),
        code => Err(Failed { exit: exit(code), problems: Vec::new() }),
    }
}

/// A text as GitHub's runners read it back.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn exit(code: u8) -> Exit {
    if code == ladder::verdict::INFRASTRUCTURE { Exit::Infrastructure } else { Exit::Command(code) }
}

fn write_report(verdict: &Verdict, path: &Path) -> Result<(), Failed> {
    let written = verdict.report().map_err(std::io::Error::from).and_then(|text| std::fs::write(path, text));
    written.map_err(|error| {
        let problem = Problem::new(format!("cannot write the report {}", path.display()));
        Failed::new(
            Exit::Failure,
            problem.because(error.to_string()).advise("choose another file with --report"),
        )
    })
}

/// A ladder that cannot be made answers every question with the reason.
fn unmade(failed: &Failed) -> Failure {
    let reasons: Vec<String> = failed.problems.iter().map(ToString::to_string).collect();
    Failure::unavailable(&source::Origin::new("modkeep"), reasons.join("; "), Duration::ZERO).permanent()
}

fn no_agent(error: &std::io::Error) -> Failed {
    let problem = Problem::new("cannot listen on loopback for go").because(error.to_string());
    Failed::new(
        Exit::Unavailable,
        problem.advise("run plain go, and see why no port of 127.0.0.1 can be opened"),
    )
}

/// The program is there, but cannot be run.
pub(in crate::commands) fn cannot_start(program: &Path, error: &std::io::Error) -> Failed {
    let problem = Problem::new(format!("cannot start {}", program.display())).because(error.to_string());
    Failed::new(Exit::Unavailable, problem.advise("make it a program that this user may run"))
}
