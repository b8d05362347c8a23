//! `modkeep trace go`: one go command as `modkeep go` runs it, and every request of it afterwards.
//!
//! * [`waterfall`]: the picture for a terminal.
//! * [`page`]: the same as a page for a browser.
//! * [`spans`], [`otlp`], [`sending`]: the same for a collector of spans.
//! * [`words`]: times, sizes and names.

mod otlp;
mod page;
mod sending;
mod spans;
mod waterfall;
mod words;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use clap::Args;
use ladder::subcommand::CommandLine;
use ladder::trace::{Recorder, Trace};
use url::Url;

use crate::commands::Session;
use crate::commands::go::{LadderArgs, Wanted};
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
    /// Write the picture to this file too, as a page for a browser
    ///
    /// The page is one file that loads nothing. It names every module that was asked for, private ones included.
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Send spans to this collector (OTLP over HTTP), such as `http://127.0.0.1:4318`
    ///
    /// One span for the command, one for each request, and one for each place that was asked. They name every module that was asked
    /// for. A collector that cannot be reached is a warning, and changes nothing else.
    #[arg(long, value_name = "URL")]
    pub otlp: Option<String>,
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
    let collector = args.otlp.as_deref().map(sending::address).transpose()?;
    let recorder = Arc::new(Recorder::new(SystemTime::now()));
    let wanted = Wanted { ladder: &args.ladder, args: line, stats: false, recorder: Some(&recorder) };
    let ended = wanted.run(session);
    if ended.as_ref().is_err_and(Failed::is_told) {
        return ended;
    }
    let trace = recorder.trace();
    print(&trace, session)?;
    let exit = ended.as_ref().map_or_else(|failed| failed.exit.code(), |()| 0);
    if let Some(url) = &collector {
        let sent = send(&trace, (line, exit), url, args, session);
        beside(sent, &ended, session)?;
    }
    if let Some(path) = args.html.as_deref() {
        beside(write_page(&trace, line, &session.env.cwd().join(path)), &ended, session)?;
    }
    ended
}

/// What went wrong with go weighs more than what is done besides: the exit code stays its own.
fn beside(
    done: Result<(), Failed>,
    ended: &Result<(), Failed>,
    session: &mut Session<'_>,
) -> Result<(), Failed> {
    match done {
        Err(failed) if ended.is_err() => Ok(failed.write(session.err)?),
        done => done,
    }
}

fn print(trace: &Trace, session: &mut Session<'_>) -> Result<(), Failed> {
    let columns = session.env.stderr_columns().unwrap_or(COLUMNS);
    for line in waterfall::lines(trace, Screen { columns, blocks: session.env.speaks_utf8() }) {
        writeln!(session.err, "{line}")?;
    }
    Ok(session.err.flush()?)
}

/// Flags of go may hold secrets, so that a collector hears the subcommand alone.
fn send(
    trace: &Trace,
    (line, exit): (&[OsString], u8),
    url: &Url,
    args: &TraceArgs,
    session: &mut Session<'_>,
) -> Result<(), Failed> {
    let subcommand = CommandLine::read(line).subcommand.map(|name| name.to_string_lossy().into_owned());
    let run = (subcommand.as_deref().unwrap_or_default(), exit);
    sending::send(trace, run, url, &args.ladder.flags.given, session)
}

fn write_page(trace: &Trace, line: &[OsString], path: &Path) -> Result<(), Failed> {
    let words: Vec<_> = line.iter().map(|word| word.to_string_lossy()).collect();
    let page = page::page(trace, &format!("go {}", words.join(" ")));
    std::fs::write(path, page).map_err(|error| {
        let problem =
            Problem::new(format!("cannot write the page {}", path.display())).because(error.to_string());
        Failed::new(Exit::Failure, problem.advise("choose another file with --html"))
    })
}

fn no_go() -> Failed {
    let problem = Problem::new("only commands of go can be traced");
    Failed::new(
        Exit::Usage,
        problem.advise("write the word go before its arguments: `modkeep trace go build ./...`"),
    )
}

#[cfg(test)]
mod samples {
    use std::collections::BTreeMap;
    use std::time::Duration;

    use ladder::rung::Rung;
    use ladder::trace::Request;
    use protocol::Outcome;
    use source::Origin;

    use super::*;

    /// An answered request for a `.mod` of the module `name`, which came after so many milliseconds and took so many.
    pub(super) fn request(name: &str, begun: u64, took: u64) -> Request {
        Request {
            asked: format!("{name}@v1.0.0.mod"),
            group: format!("{name}@v1.0.0"),
            kind: "mod",
            status: 200,
            outcome: Outcome::Miss,
            origin: Some(Origin::new("https://proxy.example")),
            bytes: Some(2048),
            attempts: Vec::new(),
            begun: Duration::from_millis(begun),
            took: Duration::from_millis(took),
        }
    }

    /// A run of these requests that took 100 ms, with one proxy.
    pub(super) fn trace(requests: Vec<Request>) -> Trace {
        let places = BTreeMap::from([(Origin::new("https://proxy.example"), Rung::Upstream)]);
        let wall = Duration::from_millis(100);
        Trace { started: SystemTime::UNIX_EPOCH, wall, requests, left_out: 0, places }
    }
}
