//! One run of go: what it is given, and how it is kept from everything else.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{Downloads, Go, GoHome, GoOutput};
use crate::child::GroupLeader;

/// How long a run may take unless [`GoRun::deadline`] says otherwise.
const DEADLINE: Duration = Duration::from_mins(2);

/// The flags every run has: a deletable module cache, and no look into the repository that the project may lie in.
const FLAGS: &str = "-modcacherw -buildvcs=false";

/// A proxy for everything but loopback, which go never proxies. Port 1 needs root to open, so it is closed.
const CLOSED_PROXY: &str = "http://127.0.0.1:1";

/// A run of go to be: by default with fresh folders, `GOPROXY=off`, `GOSUMDB=off`, a local toolchain and no network.
///
/// ```no_run
/// use testkit::{FakeUpstream, GoRun, Module};
///
/// let upstream = FakeUpstream::builder().module(Module::new("example.com/a", "v1.0.0")).start();
/// let got = GoRun::new().proxy(upstream.url()).download_json(&["example.com/a@v1.0.0"]);
/// assert_eq!(got[0].version, "v1.0.0");
/// ```
#[derive(Clone, Debug)]
pub struct GoRun {
    go: Go,
    /// What is run in the place of go, with its own first arguments.
    under: Option<(PathBuf, Vec<OsString>)>,
    home: GoHome,
    dir: Option<PathBuf>,
    args: Vec<OsString>,
    env: BTreeMap<String, OsString>,
    deadline: Duration,
}

impl Default for GoRun {
    fn default() -> Self {
        Self::new()
    }
}

impl GoRun {
    /// A run in fresh folders.
    pub fn new() -> Self {
        Self::in_home(&GoHome::fresh())
    }

    /// A run in folders that other runs used or will use.
    pub fn in_home(home: &GoHome) -> Self {
        let (go, home) = (Go::find(), home.clone());
        Self { go, under: None, env: isolated(&home), home, dir: None, args: Vec::new(), deadline: DEADLINE }
    }

    /// Sets GOPROXY.
    #[must_use]
    pub fn proxy(self, list: impl Into<OsString>) -> Self {
        self.env("GOPROXY", list)
    }

    /// Sets GOSUMDB, for instance to [`crate::SumDb::gosumdb`]. No module is excepted: nothing sets GONOSUMDB or GOPRIVATE
    /// but [`GoRun::env`].
    #[must_use]
    pub fn sumdb(self, value: impl Into<OsString>) -> Self {
        self.env("GOSUMDB", value)
    }

    /// Trusts the certificates in this PEM file.
    #[must_use]
    pub fn trust(self, pem_file: &Path) -> Self {
        self.env("SSL_CERT_FILE", pem_file)
    }

    /// Sets a variable, also one of those that are set by default.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.env.insert(name.to_owned(), value.into());
        self
    }

    /// Adds to GOFLAGS.
    #[must_use]
    pub fn flags(mut self, flags: &str) -> Self {
        let all = self.env.entry("GOFLAGS".to_owned()).or_default();
        all.push(" ");
        all.push(flags);
        self
    }

    /// Uses a build cache that other runs use too, so that the standard library is compiled once.
    #[must_use]
    pub fn build_cache(self, folder: &Path) -> Self {
        self.env("GOCACHE", folder)
    }

    /// The working folder; HOME, which holds no module, by default.
    #[must_use]
    pub fn dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.dir = Some(folder.into());
        self
    }

    /// Runs `program` with these first arguments in the place of go; it finds go in PATH.
    #[must_use]
    pub fn under<A: Into<OsString>>(mut self, program: &Path, args: impl IntoIterator<Item = A>) -> Self {
        self.under = Some((program.to_owned(), args.into_iter().map(Into::into).collect()));
        let folder = self.go.binary().parent().filter(|folder| folder.is_absolute()).map(Path::to_owned);
        let path = self.env.get("PATH").cloned().unwrap_or_default();
        let folders = folder.into_iter().chain(std::env::split_paths(&path));
        let path = std::env::join_paths(folders).expect("folders that PATH can hold");
        self.env("PATH", path)
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// How long the run may take; then go and all that it started are killed, and the test stops.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Runs go and waits for it. Stops the test when it takes longer than the deadline.
    #[track_caller]
    pub fn run(&self) -> GoOutput {
        let (output, in_time) = self.outcome();
        let GoOutput { stdout, stderr, command, .. } = &output;
        let limit = self.deadline;
        assert!(
            in_time,
            "{command}\nstill ran after {limit:?}\n-- stdout --\n{stdout}\n-- stderr --\n{stderr}"
        );
        output
    }

    /// Runs go and waits for it; `None` when it takes longer than the deadline.
    pub fn run_in_time(&self) -> Option<GoOutput> {
        let (output, in_time) = self.outcome();
        in_time.then_some(output)
    }

    /// What go printed and how it ended, by itself or, at the deadline, killed with all that it started.
    #[track_caller]
    fn outcome(&self) -> (GoOutput, bool) {
        let begin = Instant::now();
        let (mut leader, stdout, stderr) = GroupLeader::spawn(&mut self.command());
        let (stdout, stderr) = (collect(stdout), collect(stderr));
        let in_time = leader.wait(self.deadline).is_some();
        let (status, elapsed) = (leader.kill(), begin.elapsed());
        let (stdout, stderr, command) = (text(stdout), text(stderr), self.to_string());
        (GoOutput { status, stdout, stderr, elapsed, home: self.home.clone(), command }, in_time)
    }

    /// Runs go on a thread of its own, so that the tasks of the test go on.
    pub async fn run_async(&self) -> GoOutput {
        let run = self.clone();
        let output = tokio::task::spawn_blocking(move || run.run()).await;
        output.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
    }

    /// `go mod download -json` of these `module@version` queries, failed ones included.
    #[track_caller]
    pub fn download_json(self, queries: &[&str]) -> Downloads {
        self.args(["mod", "download", "-json"]).args(queries.iter().copied()).run().downloads()
    }

    fn command(&self) -> Command {
        let mut command = match &self.under {
            Some((program, first)) => {
                let mut command = Command::new(program);
                command.args(first);
                command
            }
            None => Command::new(self.go.binary()),
        };
        command.env_clear().envs(&self.env).args(&self.args);
        command.current_dir(self.dir.clone().unwrap_or_else(|| self.home.home()));
        command
    }
}

impl std::fmt::Display for GoRun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.go.binary().display())?;
        self.args.iter().try_for_each(|arg| write!(f, " {}", arg.display()))
    }
}

/// The environment of a run: nothing of the user's but PATH.
fn isolated(home: &GoHome) -> BTreeMap<String, OsString> {
    let folders = [
        ("HOME", home.home()),
        ("GOPATH", home.gopath()),
        ("GOMODCACHE", home.module_cache()),
        ("GOCACHE", home.build_cache()),
        ("TMPDIR", home.tmp()),
    ];
    let settings = [
        ("GOENV", "off"),
        ("GOTOOLCHAIN", "local"),
        ("GOPROXY", "off"),
        ("GOSUMDB", "off"),
        ("GOFLAGS", FLAGS),
        ("GOTELEMETRY", "off"),
        ("GOVCS", "*:off"),
        ("GIT_ALLOW_PROTOCOL", "none"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("CGO_ENABLED", "0"),
        ("HTTP_PROXY", CLOSED_PROXY),
        ("HTTPS_PROXY", CLOSED_PROXY),
    ];
    let folders = folders.into_iter().map(|(name, folder)| (name.to_owned(), folder.into_os_string()));
    let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value.into()));
    let path = std::env::var_os("PATH").map(|path| ("PATH".to_owned(), path));
    folders.chain(settings).chain(path).collect()
}

/// Reads a pipe to its end on a thread, so that go never waits for a reader.
fn collect(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut all = Vec::new();
        // What came before an error is still worth showing.
        let _ = pipe.read_to_end(&mut all);
        all
    })
}

/// All that the pipe gave. It ends soon after go does, for whatever go started has been killed.
fn text(pipe: JoinHandle<Vec<u8>>) -> String {
    let all = pipe.join().expect("reading does not panic");
    String::from_utf8_lossy(&all).into_owned()
}
