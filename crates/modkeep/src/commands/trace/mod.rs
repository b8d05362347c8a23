//! `modkeep trace go`: one go command as `modkeep go` runs it, and every request of it afterwards.
//!
//! * [`waterfall`]: the picture for a terminal.
//! * [`words`]: times, sizes and names.

mod waterfall;
mod words;

use std::ffi::OsString;
use std::sync::Arc;
use std::time::SystemTime;

use clap::Args;
use ladder::trace::{Recorder, Trace};

use crate::commands::Session;
use crate::commands::go::{self, LadderArgs};
use crate::exit::Exit;
use crate::report::{Failed, Problem};
use waterfall::Screen;

/// How wide a picture is where nobody says how wide it may be.
const COLUMNS: usize = 120;

/// The arguments of `modkeep trace`.
#[derive(Debug, Clone, Args)]
pub struct TraceArgs {
    /// What `modkeep go` takes.
    #[command(flatten)]
    pub ladder: LadderArgs,
    /// The word go, and the arguments of go
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true, value_name = "go ARGS")]
    pub command: Vec<OsString>,
}

/// Runs go, and shows what it asked for. The exit code is that of the run.
pub fn run(args: &TraceArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let line = match args.command.split_first() {
        Some((first, line)) if first == "go" => line,
        _ => return Err(no_go()),
    };
    let recorder = Arc::new(Recorder::new(SystemTime::now()));
    let ended = go::heard(&args.ladder, line, Some(&recorder), session);
    if !ended.as_ref().is_err_and(Failed::is_told) {
        show(&recorder.trace(), session)?;
    }
    ended
}

fn show(trace: &Trace, session: &mut Session<'_>) -> Result<(), Failed> {
    let screen = Screen {
        columns: session.env.stderr_columns().unwrap_or(COLUMNS),
        blocks: session.env.speaks_utf8(),
    };
    for line in waterfall::lines(trace, screen) {
        writeln!(session.err, "{line}")?;
    }
    Ok(session.err.flush()?)
}

fn no_go() -> Failed {
    let problem = Problem::new("only commands of go can be traced");
    Failed::new(
        Exit::Usage,
        problem.advise("write the word go before its arguments: `modkeep trace go build ./...`"),
    )
}
