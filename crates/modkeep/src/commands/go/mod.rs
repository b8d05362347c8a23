//! `modkeep go` and `modkeep exec`: a command of go, or one that runs go, with the ladder under it.
//!
//! * [`program`]: which go is run.
//! * [`behind`]: running it behind the agent, and what is said at the end.
//! * [`vendored`]: the vendor folder before and after.

pub(in crate::commands) mod behind;
pub(in crate::commands) mod program;
mod vendored;

use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use ladder::subcommand::{CommandLine, Kind};
use ladder::verdict::Verdict;

use crate::commands::Session;
use crate::commands::vendor::telling;
use crate::exit::Exit;
use crate::go::GoSettings;
use crate::report::{Failed, Problem};
use crate::settings::flags::{Flags, OfClient};
use behind::{Ground, Run};
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

/// Runs go.
pub fn run(args: &GoArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let go = program::find("go", session.env)?;
    let line = CommandLine::read(&args.args);
    let goflags = GoSettings::load(session.env, session.files).get("GOFLAGS");
    let goflags = goflags.map(|(flags, _)| flags).unwrap_or_default();
    if line.kind(&goflags) == Kind::Local {
        return Err(replaced_by(&go, &args.args));
    }
    let folder =
        line.folder.map_or_else(|| session.env.cwd().to_owned(), |folder| session.env.cwd().join(folder));
    // `-C ..` leads up from the real folder, as for go.
    let folder = folder.canonicalize().unwrap_or(folder);
    let tools = line.versioned();
    let run = Run { program: &go, args: &args.args, folder: &folder, tools, ladder: &args.ladder };
    let ground = Ground::of(&run, session)?;
    let vendored = ground.vendored(session)?;
    if let Some(vendored) = vendored.as_ref().filter(|_| line.reads_vendor(&goflags)) {
        vendored.guard(session)?;
    }
    let listed = vendored.as_ref().filter(|vendored| line.makes_vendor() && vendored.is_listed());
    let mut verdict = ground.attempt(&run)?;
    match &vendored {
        Some(vendored) if verdict.is_infrastructure() && line.kind(&goflags) == Kind::Repeatable => {
            verdict = again_from_vendor(verdict, &run, &ground, vendored, session)?;
        }
        _ => {}
    }
    if let Some(vendored) = listed.filter(|_| verdict.exit_code() == 0) {
        vendored.list_again()?;
    }
    behind::conclude(&verdict, &run, session)
}

/// Nobody could answer, and go has not run the user's code: the same command once more, from the signed snapshot.
fn again_from_vendor(
    failed: Verdict,
    run: &Run<'_>,
    ground: &Ground,
    vendored: &Vendored,
    session: &mut Session<'_>,
) -> Result<Verdict, Failed> {
    let Some(placement) = vendored.stand_in()? else { return Ok(failed) };
    writeln!(session.err, "modkeep: nobody could answer; building from the signed snapshot of vendor/")?;
    session.err.flush()?;
    let args = vendored::from_vendor(run.args);
    let verdict = ground.attempt(&Run { args: &args, ..run.clone() });
    placement.remove().map_err(telling::failed)?;
    verdict
}

/// Runs a command that runs go.
pub fn exec(args: &ExecArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let Some((name, rest)) = args.command.split_first() else {
        let problem = Problem::new("no command was given").advise("write it behind --");
        return Err(Failed::new(Exit::Usage, problem));
    };
    let program = named(name, session)?;
    let folder = session.env.cwd().to_owned();
    let run = Run { program: &program, args: rest, folder: &folder, tools: Vec::new(), ladder: &args.ladder };
    let verdict = Ground::of(&run, session)?.attempt(&run)?;
    behind::conclude(&verdict, &run, session)
}

/// A program by its path, or by its name in PATH.
fn named(name: &OsStr, session: &Session<'_>) -> Result<PathBuf, Failed> {
    match name.to_str() {
        Some(name) if !name.contains('/') => program::find(name, session.env),
        _ => Ok(session.env.cwd().join(name)),
    }
}

/// Becomes go. Comes back only when that fails.
fn replaced_by(go: &Path, args: &[OsString]) -> Failed {
    let error = Command::new(go).args(args).exec();
    behind::cannot_start(go, &error)
}
