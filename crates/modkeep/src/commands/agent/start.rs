//! `modkeep agent start`: the agent as a process of its own, in a session of its own.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use clap::Args;

use super::daemon::{self, Setup};
use super::status;
use crate::agent::home::Home;
use crate::agent::log::{self, LogFile};
use crate::agent::probe;
use crate::agent::running::{self, PAUSE, Running};
use crate::commands::Session;
use crate::exit::Exit;
use crate::logging;
use crate::report::{self, Failed, Problem};
use crate::settings::flags::{Flags, Given, OfAgent};
use crate::settings::table;

/// The log, in the folder of the agent.
const LOG: &str = "agent.log";

/// How long the agent may take until it answers.
const WAIT: Duration = Duration::from_secs(30);

/// The first descriptor behind stdin, stdout and stderr.
const FIRST_UNNAMED: i32 = 3;

/// How much of the log is repeated when it did not come up, in bytes.
const REPEATED_MAX: u64 = 16 << 10;

/// The arguments of `modkeep agent start`.
#[derive(Debug, Clone, Args)]
pub struct StartArgs {
    /// Stay in the foreground, and log to stderr: for systemd, launchd and containers
    #[arg(long)]
    pub foreground: bool,
    /// Be the process in the background
    #[arg(long, hide = true, conflicts_with = "foreground")]
    pub detached: bool,
    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfAgent>,
}

/// Starts it, in the way that is asked for.
pub(super) fn run(args: &StartArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let home = Home::of(session.env)?;
    let word = home.word()?;
    if args.detached {
        // From here on no terminal ends it. That it leads a session already is as good.
        let _ = rustix::process::setsid();
    }
    let settings = session.settings(&args.flags.given)?;
    let setup = Setup { home: &home, word, settings };
    if args.detached {
        let file = LogFile::open(&home.file(LOG))?;
        let _log = logging::start_to(file, &setup.settings, session.env)?;
        return daemon::run(&setup, session);
    }
    if let Some(running) = running::find(&home)? {
        return already(&running, &setup, session);
    }
    if args.foreground {
        let _log = logging::start(&setup.settings, session.env)?;
        return daemon::run(&setup, session);
    }
    detach(&args.flags.given, &setup, session)
}

/// It is what was wanted, unless it is elsewhere.
fn already(running: &Running, setup: &Setup<'_>, session: &mut Session<'_>) -> Result<(), Failed> {
    writeln!(session.out, "{} already", status::line(running))?;
    let port = setup.settings.get(&table::AGENT_PORT)?;
    if running.port != port || !running.is_here() {
        let problem =
            Problem::new(format!("it does not listen on port {port} of this machine, as it should"));
        let advice = "run modkeep agent stop where it runs, and then modkeep agent start";
        report::write_warnings(&[problem.advise(advice)], session.err)?;
    }
    Ok(())
}

/// Starts the process, and waits until it answers.
fn detach(given: &Given, setup: &Setup<'_>, session: &mut Session<'_>) -> Result<(), Failed> {
    let path = setup.home.file(LOG);
    let log = log::append(&path).map_err(|error| no_log(&path, &error))?;
    let before = log.metadata()?.len();
    let mut child = spawn(given, log, session).map_err(|error| not_started(&error))?;
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return ended(status, &Log { path, before }, setup, session);
        }
        if let Some(running) = answering(&child, setup)? {
            return Ok(writeln!(session.out, "{}", status::line(&running))?);
        }
        if begun.elapsed() >= WAIT {
            return Err(gave_up(child, &path));
        }
        sleep(PAUSE);
    }
}

/// The child as an agent, once it is one and answers.
fn answering(child: &Child, setup: &Setup<'_>) -> Result<Option<Running>, Failed> {
    if !running::is_held(setup.home)? {
        return Ok(None);
    }
    let running = running::find(setup.home)?.filter(|running| running.pid == child.id());
    Ok(running.filter(|running| probe::answers(running.port, &setup.word)))
}

/// What this process has inherited without knowing it, such as the lock or the pipe of a script, ends with this process: in a daemon
/// it would stay open for days.
fn keep_descriptors() {
    close_fds::set_fds_cloexec(FIRST_UNNAMED, &[]);
}

/// The same program with the same settings. Flags hold no secrets: those are refused before.
fn spawn(given: &Given, log: File, session: &Session<'_>) -> io::Result<Child> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["agent", "start", "--detached"]);
    command.args(given.values.iter().map(|(key, text)| format!("--{key}={text}")));
    if let Some(config) = &given.config {
        command.arg("--config").arg(config);
    }
    command.env_clear().envs(session.env.variables()).current_dir(session.env.cwd());
    keep_descriptors();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn()
}

/// The log, and where it ended before this start.
struct Log {
    path: PathBuf,
    before: u64,
}

impl Log {
    /// What has come to it since.
    fn new_text(&self) -> io::Result<String> {
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(self.before))?;
        let mut text = Vec::new();
        file.take(REPEATED_MAX).read_to_end(&mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

/// It has ended instead of answering: another start was faster, or it has said why.
fn ended(status: ExitStatus, log: &Log, setup: &Setup<'_>, session: &mut Session<'_>) -> Result<(), Failed> {
    if let Some(running) = running::find(setup.home)? {
        return already(&running, setup, session);
    }
    let text = log.new_text().unwrap_or_default();
    session.err.write_all(text.as_bytes())?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    let exit = Exit::ALL.into_iter().find(|exit| *exit != Exit::Ok && Some(exit.code()) == code);
    let problem = Problem::new(format!("the agent has ended at its start ({status})"));
    let problem = problem.advise(format!("its log is {}", log.path.display()));
    let problems = if text.is_empty() { vec![problem] } else { Vec::new() };
    Err(Failed { exit: exit.unwrap_or(Exit::Failure), problems })
}

/// What does not come up is not left behind.
fn gave_up(mut child: Child, path: &std::path::Path) -> Failed {
    let _ = child.kill().and_then(|()| child.wait());
    let problem = Problem::new(format!("the agent does not answer after {} seconds", WAIT.as_secs()));
    Failed::new(Exit::Failure, problem.advise(format!("its log is {}", path.display())))
}

fn no_log(path: &std::path::Path, error: &io::Error) -> Failed {
    let problem = Problem::new(format!("cannot write {}", path.display())).because(error.to_string());
    Failed::new(
        Exit::Unavailable,
        problem.advise("make it writable, or set XDG_STATE_HOME to another folder"),
    )
}

fn not_started(error: &io::Error) -> Failed {
    let problem = Problem::new("cannot start another process of modkeep").because(error.to_string());
    Failed::new(Exit::Unavailable, problem.advise("start it with --foreground"))
}
