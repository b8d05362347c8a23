//! Running a command behind the agent.

use std::convert::Infallible;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use gomod::gosumdb::SumDbSetting;
use ladder::agent::{Agent, AgentOptions};
use ladder::ahead::Scope;
use ladder::outages::Outages;
use ladder::trace::Recorder;
use ladder::verdict::Verdict;
use ladder::{Lazy, Steps, child};
use protocol::{Observer, Observers};
use source::Failure;
use tempfile::TempDir;
use tokio::process::Command;

use super::program;
use crate::exit::Exit;
use crate::report::{Failed, Problem};
use crate::settings::flags::Given;
use crate::settings::table;
use crate::wiring::ahead::Foreseen;
use crate::wiring::client::Client;

/// How long the end waits for work that hangs: nothing that counts depends on it.
const HANGING_MAX: Duration = Duration::from_millis(100);

/// How often it is looked which go commands run, once something is missing: no go command ends sooner.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// What leads go to an agent: variables of its environment.
type Variables = Vec<(&'static str, String)>;

/// A command to run.
#[derive(Clone)]
pub(in crate::commands) struct Run<'a> {
    pub(in crate::commands) program: &'a Path,
    pub(in crate::commands) args: &'a [OsString],
    /// The folder whose project it works on.
    pub(in crate::commands) folder: &'a Path,
    /// The tools that it installs or runs at versions of their own, where it is go.
    pub(in crate::commands) tools: Vec<&'a str>,
    /// What it asks of the project, where that is known.
    pub(in crate::commands) scope: Option<Scope>,
    /// What was given on the command line of modkeep.
    pub(in crate::commands) given: &'a Given,
    /// Where to write what happened.
    pub(in crate::commands) report: Option<&'a Path>,
    /// The file that takes the place of go.mod.
    pub(in crate::commands) modfile: Option<PathBuf>,
    /// Whether what it prints to its standard output is of no interest.
    pub(in crate::commands) is_silent: bool,
    /// What the command is told besides, in its environment.
    pub(in crate::commands) variables: &'a [(&'static str, OsString)],
    /// Who remembers each request, if anybody is to.
    pub(in crate::commands) recorder: Option<&'a Arc<Recorder>>,
}

impl<'a> Run<'a> {
    /// A command with nothing besides.
    pub(in crate::commands) fn new(
        program: &'a Path,
        args: &'a [OsString],
        folder: &'a Path,
        given: &'a Given,
    ) -> Self {
        let (tools, variables, is_silent) = (Vec::new(), &[][..], false);
        let (scope, report, modfile, recorder) = (None, None, None, None);
        Self { program, args, folder, tools, scope, given, report, modfile, is_silent, variables, recorder }
    }
}

/// Runs the command to its end behind an agent.
pub(super) fn attempt(run: &Run<'_>, client: &Client) -> Result<Verdict, Failed> {
    let scratch = Arc::new(OnceLock::new());
    let own = Some(scratch.clone());
    let delivers = run.recorder.is_none();
    let foreseen = client.foreseen.clone().map(|foreseen| Foreseen { delivers, ..foreseen });
    let (steps, outages) = (Arc::default(), Arc::default());
    let client = Client { steps, outages, foreseen, scratch: own, ..client.clone() };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (steps, outages) = (client.steps.clone(), client.outages.clone());
    let ended = runtime.block_on(attended(run, client));
    runtime.shutdown_timeout(HANGING_MAX);
    remove(&scratch);
    if let Some(Err(error)) = outages.get().map(Outages::save) {
        tracing::warn!(%error, "cannot remember which places are down");
    }
    let ended = ended?;
    let mut told = steps.told();
    if let Some(recorder) = run.recorder {
        recorder.learn(&told.places);
    }
    if ended.was_interrupted {
        told.unanswered.clear();
    }
    Ok(Verdict::new(told, child::code(ended.status)).with_signal(child::died_of(ended.status)))
}

/// Removes what lies there, also when work that hangs still holds it.
fn remove(scratch: &OnceLock<TempDir>) {
    if let Some(folder) = scratch.get() {
        // What the system keeps from being removed is its affair.
        let _ = std::fs::remove_dir_all(folder.path());
    }
}

/// The agent lives as long as the command.
async fn attended(run: &Run<'_>, client: Client) -> Result<child::Ended, Failed> {
    let (depth, steps) = (program::depth(&client.env)?, client.steps.clone());
    let (_agent, variables) = heard_agent(client, observers(run)).await?;
    let mut command = Command::new(run.program);
    command
        .env(program::DEPTH, depth.to_string())
        .args(run.args)
        .envs(run.variables.iter().cloned())
        .envs(variables);
    if run.is_silent {
        command.stdout(Stdio::null());
    }
    // go itself runs to the end: nothing that it missed can be forgiven.
    let may_forgive = run.program.file_name().is_none_or(|name| name != "go");
    let begin = |number| {
        if may_forgive {
            steps.begin(number);
        }
    };
    tokio::select! {
        ended = child::run(command, begin) => {
            ended.map_err(|error| cannot_start(run.program, &error))
        }
        never = forgiving(&steps) => match never {},
    }
}

/// Looks again and again whether the command has gone on without what nobody could answer. Where nothing is missing, that costs nothing.
async fn forgiving(steps: &Steps) -> Infallible {
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        steps.forgive();
    }
}

/// An agent with the ladder of a client, and the variables that lead go to it.
pub(in crate::commands) async fn agent(client: Client) -> Result<(Agent, Variables), Failed> {
    heard_agent(client, Observers::default()).await
}

/// The same, of which somebody hears every request.
async fn heard_agent(client: Client, observers: Observers) -> Result<(Agent, Variables), Failed> {
    let sumdb = client.settings.get(&table::GOSUMDB)?;
    let options = AgentOptions {
        port: 0,
        word: None,
        databases: database(&sumdb).into_iter().map(|database| database.name.clone()).collect(),
        ask_timeout: client.settings.get(&table::ASK_TIMEOUT)?,
        observers,
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

fn observers(run: &Run<'_>) -> Observers {
    let recorder = run.recorder.map(|recorder| Arc::clone(recorder) as Arc<dyn Observer>);
    Observers::new(recorder.into_iter().collect())
}

/// The database that go verifies with, if there is one.
pub(in crate::commands) fn database(setting: &SumDbSetting) -> Option<&gomod::gosumdb::SumDb> {
    match setting {
        SumDbSetting::On(database) => Some(database),
        SumDbSetting::Off => None,
    }
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
