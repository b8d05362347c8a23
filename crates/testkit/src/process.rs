//! The shipped binary as a process: started, waited for until it says that it is ready, ended in the way a test wants.

mod lines;
mod pattern;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::time::Duration;

use rustix::process::Signal;
use tempfile::TempDir;

use crate::child::GroupLeader;
use lines::Lines;

/// How long a process may take to print an awaited line or to end: long for a slow machine, short for a person.
const DEADLINE: Duration = Duration::from_secs(30);

/// A process to be. Its environment is PATH, an empty HOME of its own, `GOSUMDB=off`, for tests reach no checksum database
/// but their own, and what [`ServerCommand::env`] adds.
#[derive(Debug)]
pub struct ServerCommand {
    binary: PathBuf,
    args: Vec<OsString>,
    env: BTreeMap<String, OsString>,
    dir: Option<PathBuf>,
}

/// A running process. Dropping it kills it and all that it started.
#[derive(Debug)]
pub struct ServerProcess {
    leader: GroupLeader,
    lines: Lines,
    captures: Vec<String>,
    _home: TempDir,
}

impl ServerCommand {
    /// A run of this binary.
    pub fn new(binary: impl Into<PathBuf>) -> Self {
        Self { binary: binary.into(), args: Vec::new(), env: BTreeMap::new(), dir: None }
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<A: Into<OsString>>(mut self, args: impl IntoIterator<Item = A>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.env.insert(name.to_owned(), value.into());
        self
    }

    /// The working folder; HOME by default.
    #[must_use]
    pub fn dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.dir = Some(folder.into());
        self
    }

    /// Starts it and waits for a line, of either output, that holds `ready`. In it `{}` stands for a word, that is for any
    /// characters but white space; [`ServerProcess::captures`] gives them. Stops the test if the process ends first or
    /// takes longer than 30 seconds.
    #[track_caller]
    pub fn start(self, ready: &str) -> ServerProcess {
        let home = TempDir::with_prefix("testkit-home-").expect("a temporary folder");
        let (leader, stdout, stderr) = GroupLeader::spawn(&mut self.command(home.path()));
        let lines = Lines::collect(stdout, stderr);
        let mut process = ServerProcess { leader, lines, captures: Vec::new(), _home: home };
        process.captures = process.wait_for_line(ready);
        process
    }

    fn command(&self, home: &Path) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(&self.args).current_dir(self.dir.as_deref().unwrap_or(home));
        command.env_clear().env("HOME", home).env("GOSUMDB", "off").envs(&self.env);
        if let (Some(path), false) = (std::env::var_os("PATH"), self.env.contains_key("PATH")) {
            command.env("PATH", path);
        }
        command
    }
}

impl ServerProcess {
    /// Starts `binary` and waits for a line that holds `ready`: [`ServerCommand`] in one call.
    #[track_caller]
    pub fn start(binary: &Path, args: &[&str], env: &[(&str, &str)], ready: &str) -> Self {
        let command = ServerCommand::new(binary).args(args.iter().copied());
        env.iter().fold(command, |command, (name, value)| command.env(name, value)).start(ready)
    }

    /// What the `{}` of the readiness pattern stood for.
    pub fn captures(&self) -> &[String] {
        &self.captures
    }

    /// The process number.
    pub fn pid(&self) -> u32 {
        self.leader.id()
    }

    /// All lines so far, of both outputs, in order of arrival, each with its line feed.
    pub fn output(&self) -> String {
        self.lines.text(|_| true)
    }

    /// The lines of the standard output so far.
    pub fn stdout(&self) -> String {
        self.lines.text(|stream| stream == lines::Stream::Out)
    }

    /// The lines of the standard error so far.
    pub fn stderr(&self) -> String {
        self.lines.text(|stream| stream == lines::Stream::Err)
    }

    /// Waits until a line, past ones included, holds `pattern` (see [`ServerCommand::start`]), and gives its captures.
    /// Stops the test if the outputs end first or after 30 seconds.
    #[track_caller]
    pub fn wait_for_line(&self, pattern: &str) -> Vec<String> {
        self.lines.wait_for(|line| pattern::captures(pattern, line), DEADLINE).unwrap_or_else(|why| {
            panic!("no line like `{pattern}`: {why}; its output:\n{}", self.output());
        })
    }

    /// Sends SIGTERM and waits for the end. Stops the test if it takes longer than 30 seconds.
    #[track_caller]
    pub fn terminate(&mut self) -> ExitStatus {
        self.leader.signal(Signal::TERM);
        self.wait(DEADLINE)
    }

    /// Waits for the process to end by itself. Stops the test if it takes longer than `deadline`.
    #[track_caller]
    pub fn wait(&mut self, deadline: Duration) -> ExitStatus {
        let Some(status) = self.leader.wait(deadline) else {
            panic!("process {} still runs after {deadline:?}; its output:\n{}", self.pid(), self.output());
        };
        self.lines.wait_for_end(DEADLINE);
        status
    }

    /// Sends SIGKILL, as a power cut would end it, and waits for the end.
    pub fn kill(&mut self) -> ExitStatus {
        let status = self.leader.kill();
        self.lines.wait_for_end(DEADLINE);
        status
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;

    use super::*;

    /// A shell that says it is ready, and ends with code 3 when asked to.
    const SERVER: &str = "trap 'echo bye; exit 3' TERM; echo log line >&2; echo \"listening on 127.0.0.1:$PORT\"; \
                          while :; do sleep 60 & wait; done";

    fn server() -> ServerProcess {
        ServerProcess::start(Path::new("sh"), &["-c", SERVER], &[("PORT", "4711")], "listening on {}:{}")
    }

    #[test]
    fn the_ready_line_is_captured() {
        let process = server();
        assert_eq!(process.captures(), ["127.0.0.1", "4711"]);
        assert_eq!(process.stdout(), "listening on 127.0.0.1:4711\n");
        process.wait_for_line("log line");
        assert_eq!(process.stderr(), "log line\n");
    }

    #[test]
    fn sigterm_lets_it_end_in_its_own_way() {
        let mut process = server();
        assert_eq!(process.terminate().code(), Some(3));
        assert!(process.stdout().ends_with("bye\n"), "{}", process.output());
        assert_eq!(process.terminate().code(), Some(3), "asked again, it gives the same answer");
    }

    #[test]
    fn sigkill_does_not() {
        let mut process = server();
        assert_eq!(process.kill().signal(), Some(9));
        assert!(!process.output().contains("bye"));
    }

    /// The outputs are closed when the last process that could write to them is gone.
    #[test]
    fn dropping_ends_the_process_and_what_it_started() {
        let process =
            ServerProcess::start(Path::new("sh"), &["-c", "sleep 60 & echo ready; wait"], &[], "ready");
        let lines = process.lines.clone();
        drop(process);
        let late = lines.wait_for(|_| None::<()>, DEADLINE);
        assert!(matches!(late, Err(lines::NoLine::Ended)), "{late:?}");
    }

    #[test]
    #[should_panic(expected = "no line like `ready`: the process closed its outputs; its output:\nsorry\n")]
    fn a_process_that_ends_too_early_stops_the_test_with_its_output() {
        ServerProcess::start(Path::new("sh"), &["-c", "echo sorry"], &[], "ready");
    }

    #[test]
    fn nothing_of_the_environment_is_inherited_but_path() {
        let mut process = ServerProcess::start(Path::new("sh"), &["-c", "export -p; echo done"], &[], "done");
        assert!(process.wait(DEADLINE).success());
        let names: Vec<_> = process.stdout().lines().filter_map(name_of_exported).collect();
        assert_eq!(names, ["GOSUMDB", "HOME", "PATH", "PWD"]);
    }

    #[test]
    fn no_checksum_database_is_asked_but_one_of_the_test() {
        let said = |env: &[(&str, &str)]| {
            let process =
                ServerProcess::start(Path::new("sh"), &["-c", "echo $GOSUMDB is set"], env, "{} is set");
            process.captures()[0].clone()
        };
        assert_eq!((said(&[]), said(&[("GOSUMDB", "other")])), ("off".to_owned(), "other".to_owned()));
    }

    fn name_of_exported(line: &str) -> Option<String> {
        line.strip_prefix("export ")?.split('=').next().map(str::to_owned).filter(|name| name != "OLDPWD")
    }
}
