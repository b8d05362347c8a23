//! `modkeep drill`: the download of a project under each fault, by plain go and by `modkeep go`.
//!
//! * [`scene`]: what is made once: the user's own places behind a folder that keeps what they gave, and the project.
//! * [`scratch`]: a folder that goes with all that is in it.
//! * [`runs`]: one download with a broken proxy before the good one.
//! * [`taken`]: what a download brought.
//! * [`table`]: how it is told.

mod runs;
mod scene;
mod scratch;
mod table;
mod taken;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use faults::Fault;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::commands::Session;
use crate::exit::Exit;
use crate::report::{Failed, Problem};
use crate::settings::flags::{Flags, OfClient};
use crate::settings::nearest::nearest;
use runs::Row;
use scene::Scene;
use scratch::Scratch;

/// What a shell makes of a process that a signal ended: this, and the number of the signal.
const BY_SIGNAL: i32 = 128;

/// How long the end waits for what still works in the folder of the moment.
const HANGING_MAX: Duration = Duration::from_secs(5);

/// The arguments of `modkeep drill`.
#[derive(Debug, Clone, Args)]
pub struct DrillArgs {
    /// A fault to try; may be given more than once [default: all of them]
    #[arg(long = "fault", value_name = "NAME")]
    pub faults: Vec<String>,
    /// Print the names of the faults, and do nothing
    #[arg(long)]
    pub list: bool,
    /// Write the table to this file too, as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// How long one download may take; one that takes longer hangs
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = humantime::parse_duration)]
    pub timeout: Duration,
    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfClient>,
}

/// Runs the drill. It fails when modkeep does not get through a fault.
pub fn run(args: &DrillArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    if args.list {
        return table::list(session.out);
    }
    let faults = chosen(&args.faults)?;
    // It goes last: when nobody writes to it any more.
    let scratch = Scratch::new_in(&session.env.temporary())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let drilled = runtime.block_on(drilled(args, &faults, scratch.path(), session));
    runtime.shutdown_timeout(HANGING_MAX);
    drop(scratch);
    let rows = drilled?;
    table::print(&rows, session.out)?;
    if let Some(path) = &args.json {
        write_json(&rows, args.timeout, &session.env.cwd().join(path))?;
    }
    if rows.iter().all(Row::is_survived) { Ok(()) } else { Err(not_survived(&rows)) }
}

/// The faults of these names; none stands for all. Without any fault it is tried first, to compare with.
fn chosen(names: &[String]) -> Result<Vec<&'static Fault>, Failed> {
    let harmful = faults::CATALOGUE.iter().filter(|fault| !fault.is_harmless());
    if names.is_empty() {
        return Ok(harmful.collect());
    }
    names.iter().map(|name| faults::find(name).ok_or_else(|| unknown(name))).collect()
}

fn unknown(name: &str) -> Failed {
    let near = nearest(name, faults::CATALOGUE.iter().map(|fault| fault.name)).unwrap_or_default();
    let problem = Problem::new(format!("there is no fault {name:?}"));
    Failed::new(
        Exit::Usage,
        problem.advise(format!("perhaps it is {near}; `modkeep drill --list` names all of them")),
    )
}

/// All rows, unless somebody wants it to end.
async fn drilled(
    args: &DrillArgs,
    faults: &[&'static Fault],
    scratch: &Path,
    session: &mut Session<'_>,
) -> Result<Vec<Row>, Failed> {
    let mut stops = Stops::install()?;
    tokio::select! {
        rows = rows(args, faults, scratch, session) => rows,
        code = stops.next() => Err(Failed { exit: Exit::Command(code), problems: Vec::new() }),
    }
}

async fn rows(
    args: &DrillArgs,
    faults: &[&'static Fault],
    scratch: &Path,
    session: &mut Session<'_>,
) -> Result<Vec<Row>, Failed> {
    writeln!(
        session.err,
        "modkeep: downloading the project once, to have what is downloaded then under each fault"
    )?;
    session.err.flush()?;
    let mut scene = Scene::prepare(args, scratch, session).await?;
    let mut rows = Vec::new();
    for (at, fault) in faults.iter().enumerate() {
        let row = scene.row(fault).await?;
        writeln!(session.err, "modkeep: {} of {}: {}", at + 1, faults.len(), table::progress(&row))?;
        session.err.flush()?;
        rows.push(row);
    }
    Ok(rows)
}

fn write_json(rows: &[Row], timeout: Duration, path: &Path) -> Result<(), Failed> {
    let written =
        table::json(rows, timeout).map_err(std::io::Error::from).and_then(|text| std::fs::write(path, text));
    written.map_err(|error| {
        let problem =
            Problem::new(format!("cannot write the table to {}", path.display())).because(error.to_string());
        Failed::new(Exit::Failure, problem.advise("choose another file with --json"))
    })
}

fn not_survived(rows: &[Row]) -> Failed {
    let names: Vec<&str> = rows.iter().filter(|row| !row.is_survived()).map(|row| row.fault.name).collect();
    let problem = Problem::new(format!("modkeep did not get through {}", names.join(", ")));
    Failed::new(Exit::Failure, problem.advise("`--json FILE` has the last words of each download"))
}

/// Signals that want it to end. What was made goes before the process does.
struct Stops([(Signal, i32); 3]);

impl Stops {
    fn install() -> std::io::Result<Self> {
        let [interrupt, terminate, hangup] =
            [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let listen = |kind: SignalKind| Ok::<_, std::io::Error>((signal(kind)?, kind.as_raw_value()));
        Ok(Self([listen(interrupt)?, listen(terminate)?, listen(hangup)?]))
    }

    /// The exit code of the first one that comes.
    async fn next(&mut self) -> u8 {
        let [(interrupt, int), (terminate, term), (hangup, hup)] = &mut self.0;
        let number = tokio::select! {
            _ = interrupt.recv() => *int,
            _ = terminate.recv() => *term,
            _ = hangup.recv() => *hup,
        };
        u8::try_from(BY_SIGNAL + number).unwrap_or(u8::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_chosen_by_name_and_all_of_them_do_harm() {
        assert!(chosen(&[]).unwrap().iter().all(|fault| !fault.is_harmless()));
        let named = chosen(&["stall".to_owned(), "good".to_owned()]).unwrap();
        assert_eq!(named.iter().map(|fault| fault.name).collect::<Vec<_>>(), ["stall", "good"]);
        let failed = chosen(&["stal".to_owned()]).unwrap_err();
        assert_eq!(failed.exit, Exit::Usage);
        assert!(failed.problems[0].help.as_deref().unwrap().contains("perhaps it is stall"), "{failed:?}");
    }
}
