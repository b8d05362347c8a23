//! `modkeep go` and `modkeep exec`: a command of go, or one that runs go, with the ladder under it.
//!
//! * [`program`]: which go is run.
//! * [`ground`]: what a run stands on; [`behind`]: running it behind the agent; [`ending`]: what is said at the end.
//! * [`homes`]: where the client keeps what it learns.
//! * [`measured`]: how much of a build was there already.
//! * [`toolchain`]: whether go may have to fetch another go first.
//! * [`vendored`]: the vendor folder before and after.

pub(in crate::commands) mod behind;
pub(in crate::commands) mod ending;
pub(in crate::commands) mod ground;
mod homes;
mod measured;
pub(in crate::commands) mod program;
mod toolchain;
mod vendored;

use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::Args;
use ladder::ahead::Scope;
use ladder::project::Project;
use ladder::subcommand::{CommandLine, Kind};
use ladder::trace::Recorder;
use ladder::verdict::Verdict;
use signal_hook::consts::{SIGINT, SIGTERM};

use crate::commands::Session;
use crate::commands::vendor::telling;
use crate::go::GoSettings;
use crate::report::{self, Failed};
use crate::settings::flags::{Flags, OfClient};
use behind::Run;
use ground::Ground;
use homes::Homes;
use measured::Measured;
use vendored::Vendored;

/// What both commands take.
#[derive(Debug, Clone, Args)]
pub struct LadderArgs {
    /// Write what happened to this file, as JSON
    ///
    /// Which modules came from a lower rung and why, and what nobody could answer; docs/ladder.md explains the fields.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfClient>,
}

/// The arguments of `modkeep go`.
#[derive(Debug, Clone, Args)]
pub struct GoArgs {
    /// What both commands take.
    #[command(flatten)]
    pub ladder: LadderArgs,
    /// Say at the end how much was in go's caches already: compiled packages and modules
    #[arg(long)]
    pub stats: bool,
    /// The arguments of go
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGS")]
    pub args: Vec<OsString>,
}

/// The arguments of `modkeep exec`.
#[derive(Debug, Clone, Args)]
pub struct ExecArgs {
    /// What both commands take.
    #[command(flatten)]
    pub ladder: LadderArgs,
    /// The command, and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

impl LadderArgs {
    /// A command to run with them.
    fn run<'a>(&'a self, program: &'a Path, args: &'a [OsString], folder: &'a Path) -> Run<'a> {
        Run { report: self.report.as_deref(), ..Run::new(program, args, folder, &self.flags.given) }
    }
}

/// A run of go, and what is wanted of it besides.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// What `modkeep` was given.
    pub(super) ladder: &'a LadderArgs,
    /// The arguments of go.
    pub(super) args: &'a [OsString],
    /// Whether it is measured.
    pub(super) stats: bool,
    /// Who hears of each request.
    pub(super) recorder: Option<&'a Arc<Recorder>>,
}

/// Runs go.
pub fn run(args: &GoArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    Wanted { ladder: &args.ladder, args: &args.args, stats: args.stats, recorder: None }.run(session)
}

impl Wanted<'_> {
    /// Runs go, alone or behind the agent.
    pub(super) fn run(self, session: &mut Session<'_>) -> Result<(), Failed> {
        let homes = Homes::of(session.env)?;
        let session = &mut session.within(&homes.env);
        let go = program::find("go", session.env)?;
        self.with(&go, &homes, session)
    }

    /// The same with this go.
    fn with(self, go: &Path, homes: &Homes, session: &mut Session<'_>) -> Result<(), Failed> {
        let line = CommandLine::read(self.args);
        let goflags = GoSettings::load(session.env, session.files).get("GOFLAGS");
        let goflags = goflags.map(|(flags, _)| flags).unwrap_or_default();
        let cwd = session.env.cwd();
        let folder = line.folder.map_or_else(|| cwd.to_owned(), |folder| cwd.join(folder));
        // `-C ..` leads up from the real folder, as for go.
        let folder = folder.canonicalize().unwrap_or(folder);
        if line.kind(&goflags) == Kind::Local {
            return Err(self.alone(go, &folder, homes, session));
        }
        let measured = if self.stats { Measured::of(self.args, &goflags, session)? } else { None };
        let args = measured.as_ref().map_or(self.args, |measured| &measured.args);
        let modfile = line.modfile(&goflags).map(|file| folder.join(file));
        let (recorder, tools) = (self.recorder, line.versioned());
        let scope = Scope::of(&line);
        let run = Run { tools, scope, modfile, recorder, ..self.ladder.run(go, args, &folder) };
        let ground = Ground::of(&run, session)?;
        let mut verdict = behind_agent(&run, &line, &goflags, &ground, session)?;
        if let Some(measured) = &measured {
            verdict = measured.told(verdict, &ground, session)?;
        }
        ending::conclude(&verdict, &run, session)
    }

    /// Becomes go, for a command that fetches no modules. Comes back only with what keeps it from that.
    fn alone(self, go: &Path, folder: &Path, homes: &Homes, session: &mut Session<'_>) -> Failed {
        if let Err(failed) = self.prepare(go, folder, session) {
            return failed;
        }
        let depth = match program::depth(session.env) {
            Ok(depth) => depth,
            Err(failed) => return failed,
        };
        homes.leave();
        let error = Command::new(go).args(self.args).env(program::DEPTH, depth.to_string()).exec();
        behind::cannot_start(go, &error)
    }

    /// Has go fetch the toolchain that it would switch to for any command in this folder. When that fails, so would the command.
    fn prepare(self, go: &Path, folder: &Path, session: &mut Session<'_>) -> Result<(), Failed> {
        let settings = GoSettings::load(session.env, session.files);
        let gowork = settings.get("GOWORK").map(|(value, _)| value);
        let project = Project::find(folder, gowork.as_deref());
        if toolchain::may_be_fetched(&project, &settings, session.env, session.files) {
            let version = ["version".into(), "-C".into(), folder.as_os_str().to_owned()];
            let run =
                Run { is_silent: true, recorder: self.recorder, ..self.ladder.run(go, &version, folder) };
            let verdict = Ground::of(&run, session)?.attempt(&run)?;
            return ending::conclude(&verdict, &run, session);
        }
        if self.recorder.is_some() {
            writeln!(
                session.err,
                "modkeep: this command of go fetches no modules: there is nothing to trace"
            )?;
            session.err.flush()?;
        }
        Ok(())
    }
}

/// Runs the command behind the agent, and looks after `vendor/` before and afterwards.
fn behind_agent(
    run: &Run<'_>,
    line: &CommandLine<'_>,
    goflags: &str,
    ground: &Ground,
    session: &mut Session<'_>,
) -> Result<Verdict, Failed> {
    let vendored = ground.vendored(session)?;
    if let Some(vendored) = vendored.as_ref().filter(|_| line.reads_vendor(goflags)) {
        vendored.guard(session)?;
    }
    let interrupted = interrupts()?;
    let listed = vendored.as_ref().filter(|vendored| line.makes_vendor() && vendored.is_listed());
    let mut verdict = ground.attempt(run)?;
    match &vendored {
        Some(vendored) if verdict.is_infrastructure() && line.kind(goflags) == Kind::Repeatable => {
            verdict = again_from_vendor(verdict, run, ground, vendored, &interrupted, session)?;
        }
        _ => {}
    }
    if let Some(vendored) = listed.filter(|_| verdict.exit_code() == 0) {
        vendored.list_again()?;
    }
    Ok(verdict)
}

/// Tells whether somebody wants all of this to end, also between two runs of go.
fn interrupts() -> Result<Arc<AtomicBool>, Failed> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        signal_hook::flag::register(signal, flag.clone())?;
    }
    Ok(flag)
}

/// Nobody could answer, and go has not run the user's code: the same command once more, from the signed snapshot.
fn again_from_vendor(
    failed: Verdict,
    run: &Run<'_>,
    ground: &Ground,
    vendored: &Vendored,
    interrupted: &AtomicBool,
    session: &mut Session<'_>,
) -> Result<Verdict, Failed> {
    let placement = match vendored.stand_in() {
        Ok(Some(placement)) => placement,
        Ok(None) => return Ok(failed),
        // Why it cannot help is worth knowing, and no more than that.
        Err(unusable) => {
            report::write_warnings(&unusable.problems, session.err)?;
            return Ok(failed);
        }
    };
    if interrupted.load(Ordering::Relaxed) {
        placement.remove().map_err(telling::failed)?;
        return Ok(failed);
    }
    writeln!(session.err, "modkeep: nobody could answer; building from the signed snapshot of vendor/")?;
    session.err.flush()?;
    let args = vendored::from_vendor(run.args);
    let verdict = ground.attempt(&Run { args: &args, modfile: None, ..run.clone() });
    placement.remove().map_err(telling::failed)?;
    verdict.map(|verdict| verdict.rescued(&failed))
}

/// Runs a command that runs go. Where it is go itself, that is `modkeep go`.
pub fn exec(args: &ExecArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let homes = Homes::of(session.env)?;
    let session = &mut session.within(&homes.env);
    let (program, rest) = program::of(&args.command, session.env)?;
    if program.file_name().is_some_and(|name| name == "go") {
        return Wanted { ladder: &args.ladder, args: rest, stats: false, recorder: None }
            .with(&program, &homes, session);
    }
    let folder = session.env.cwd().to_owned();
    let run = args.ladder.run(&program, rest, &folder);
    let verdict = Ground::of(&run, session)?.attempt(&run)?;
    ending::conclude(&verdict, &run, session)
}
