//! Running the user's go with a module cache of its own.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::process::Command;
use tokio::time::timeout;

use crate::commands::bundle::pack::Work;
use crate::env::Env;
use crate::exit::Exit;
use crate::files::Files;
use crate::go::goroot;
use crate::report::{Failed, Problem};

/// How long one run of go may take: the download of a large module graph on a slow line.
const RUN_MAX: Duration = Duration::from_hours(2);

/// How much of what go says is repeated in an error, in lines.
const LINES_SHOWN: usize = 20;

/// go, and what it is told about its surroundings.
#[derive(Clone)]
pub(in crate::commands) struct Go {
    binary: PathBuf,
    env: BTreeMap<OsString, OsString>,
    dir: PathBuf,
    /// Its version, such as `go1.26.8`.
    pub(in crate::commands) version: String,
    /// What it builds for when nothing else is said.
    pub(in crate::commands) here: (String, String),
    /// The go.work that is in effect, if any.
    pub(in crate::commands) workspace: Option<PathBuf>,
    /// Whether there is a project here.
    pub(in crate::commands) has_project: bool,
    /// A folder for a main module of ours.
    pub(in crate::commands) own_module: PathBuf,
    /// A build cache of this run alone.
    pub(in crate::commands) own_build_cache: PathBuf,
}

/// What go tells about itself.
#[derive(serde::Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct Told {
    goflags: String,
    goversion: String,
    goos: String,
    goarch: String,
    gowork: String,
    gomod: String,
}

impl Go {
    /// The go on PATH, in the working directory, with these variables besides those of the user: they lead it to an agent.
    pub(in crate::commands) async fn find(
        env: &Env,
        files: &dyn Files,
        work: &Work,
        variables: &[(&'static str, String)],
    ) -> Result<Self, Failed> {
        let none = || {
            let problem = Problem::new("there is no go on PATH");
            Failed::new(
                Exit::Unavailable,
                problem.advise("install go, or put the folder that it is in on PATH"),
            )
        };
        let binary = goroot::go_on_path(env, files).ok_or_else(none)?;
        let vars = env.variables().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let here = (String::new(), String::new());
        let mut go = Self {
            binary,
            env: vars,
            dir: env.cwd().to_owned(),
            version: String::new(),
            here,
            workspace: None,
            has_project: false,
            own_module: work.module(),
            own_build_cache: work.build_cache(),
        };
        for (name, value) in variables {
            go.set(name, value);
        }
        let told =
            go.run(&["env", "-json", "GOFLAGS", "GOVERSION", "GOOS", "GOARCH", "GOWORK", "GOMOD"]).await?;
        let told: Told = serde_json::from_slice(&told).map_err(|error| {
            Failed::new(
                Exit::Unavailable,
                Problem::new("cannot read what `go env` says").because(error.to_string()),
            )
        })?;
        go.settle(told, work);
        Ok(go)
    }

    fn settle(&mut self, told: Told, work: &Work) {
        self.set("GOPATH", work.gopath());
        self.set("GOMODCACHE", work.module_cache());
        // What is read-only could not be removed when the work is done.
        self.set("GOFLAGS", format!("{} -modcacherw", told.goflags));
        (self.version, self.here) = (told.goversion, (told.goos, told.goarch));
        self.workspace =
            Some(told.gowork).filter(|path| !path.is_empty() && path != "off").map(PathBuf::from);
        // go says "" in its old mode, and /dev/null where no go.mod is.
        self.has_project = self.workspace.is_some() || !matches!(told.gomod.as_str(), "" | "/dev/null");
    }

    /// The variables by which any go comes to fill the folder of this run.
    pub(in crate::commands) fn of_an_empty_cache(&self) -> Vec<(&'static str, OsString)> {
        ["GOMODCACHE", "GOFLAGS"]
            .map(|name| (name, self.env.get(OsStr::new(name)).cloned().unwrap_or_default()))
            .to_vec()
    }

    fn set(&mut self, name: &str, value: impl Into<OsString>) {
        self.env.insert(name.into(), value.into());
    }

    /// The same go with one more variable.
    pub(in crate::commands) fn with(&self, name: &str, value: impl Into<OsString>) -> Self {
        let mut go = self.clone();
        go.set(name, value);
        go
    }

    /// The same go in another folder.
    pub(in crate::commands) fn within(&self, dir: &Path) -> Self {
        Self { dir: dir.to_owned(), ..self.clone() }
    }

    /// Runs go and gives what it printed. What it says besides is shown when it fails.
    pub(in crate::commands) async fn run(&self, args: &[&str]) -> Result<Vec<u8>, Failed> {
        let mut command = Command::new(&self.binary);
        command.args(args).env_clear().envs(&self.env).current_dir(&self.dir);
        command.stdin(Stdio::null()).kill_on_drop(true);
        let told = format!("go {}", args.iter().take(4).copied().collect::<Vec<_>>().join(" "));
        match timeout(RUN_MAX, command.output()).await {
            Ok(Ok(output)) if output.status.success() => Ok(output.stdout),
            Ok(Ok(output)) => Err(failed(&told, &output)),
            Ok(Err(error)) => Err(not_run(&told, &error.to_string())),
            Err(_) => {
                Err(not_run(&told, &format!("it was not done after {} hours", RUN_MAX.as_secs() / 3600)))
            }
        }
    }
}

fn failed(told: &str, output: &Output) -> Failed {
    let stderr = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = stderr.lines().collect();
    let last = &lines[lines.len().saturating_sub(LINES_SHOWN)..];
    let problem = Problem::new(format!("`{told}` failed ({})", output.status));
    Failed::new(Exit::Failure, last.iter().fold(problem, |problem, line| problem.because(*line)))
}

fn not_run(told: &str, reason: &str) -> Failed {
    Failed::new(Exit::Unavailable, Problem::new(format!("cannot run `{told}`")).because(reason))
}
