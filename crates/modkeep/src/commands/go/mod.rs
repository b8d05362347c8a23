//! `modkeep go` and `modkeep exec`: a command of go, or one that runs go, with the ladder under it.
//!
//! * [`program`]: which go is run.
//! * [`behind`]: running it behind the agent, and what is said at the end.

mod behind;
mod program;

use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use ladder::subcommand::{CommandLine, Kind};

use crate::commands::Session;
use crate::exit::Exit;
use crate::go::GoSettings;
use crate::report::{Failed, Problem};
use crate::settings::flags::{Flags, OfClient};
use behind::Run;

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
    if line.kind(&goflags.map(|(flags, _)| flags).unwrap_or_default()) == Kind::Local {
        return Err(replaced_by(&go, &args.args));
    }
    let folder =
        line.folder.map_or_else(|| session.env.cwd().to_owned(), |folder| session.env.cwd().join(folder));
    behind::run(&Run { program: &go, args: &args.args, folder: &folder, ladder: &args.ladder }, session)
}

/// Runs a command that runs go.
pub fn exec(args: &ExecArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let Some((name, rest)) = args.command.split_first() else {
        let problem = Problem::new("no command was given").advise("write it behind --");
        return Err(Failed::new(Exit::Usage, problem));
    };
    let program = named(name, session)?;
    let folder = session.env.cwd().to_owned();
    behind::run(&Run { program: &program, args: rest, folder: &folder, ladder: &args.ladder }, session)
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
