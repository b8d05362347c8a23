//! `modkeep doctor`: what is wrong with the proxies and the checksum database, from this machine, now. It changes nothing.
//!
//! * [`places`]: which places are looked at, and who we are there; [`asked`]: which module they are asked for.
//! * [`caches`], [`locks`], [`outdated`]: this machine and this project.
//! * [`finding`]: what is said, in one form; [`text`], [`json`]: for people and for programs.

mod asked;
mod caches;
mod finding;
mod json;
mod locks;
mod outdated;
mod places;
mod text;

use std::path::Path;
use std::time::Duration;

use clap::Args;
use doctor::{Diagnosis, Options, Severity};
use gomod::ModuleVersion;
use gomod::gosum::GoSum;
use ladder::pins;
use ladder::project::Project;

use crate::commands::Session;
use crate::exit::Exit;
use crate::files::Disk;
use crate::go::GoSettings;
use crate::report::{self, Failed, Problem};
use crate::settings::Settings;
use crate::settings::flags::{Flags, OfClient};
use crate::wiring::access::Keyring;
use crate::wiring::proxies;
use asked::Asked;
use finding::Local;
use places::Places;

/// How long the end waits for a resolver that hangs: nothing that counts depends on it.
const HANGING_MAX: Duration = Duration::from_millis(100);

/// The arguments of `modkeep doctor`.
#[derive(Debug, Clone, Args)]
pub struct DoctorArgs {
    /// Print one JSON object (docs/doctor.md has its fields)
    #[arg(long)]
    pub json: bool,
    /// Ask the places for this version [default: one that go.sum has the hash of]
    #[arg(long, value_name = "PATH@VERSION", value_parser = asked::module_version)]
    pub module: Option<ModuleVersion>,
    /// Also look for newer versions of the project's modules, which takes a go command and some time
    #[arg(long)]
    pub outdated: bool,
    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfClient>,
}

/// All that is said.
struct Report {
    places: Places,
    diagnosis: Diagnosis,
    local: Vec<Local>,
    caches: Vec<caches::Cache>,
}

/// Looks, says what it found, and ends with the code that says it too.
pub fn run(args: &DoctorArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let settings = session.settings(&args.flags.given)?;
    let project = project(session);
    let report = look(args, &settings, &project, session)?;
    if args.json {
        writeln!(session.out, "{:#}", json::of(&report))?;
    } else {
        text::write(&report, session.out)?;
    }
    match report.worst() {
        None | Some(Severity::Note) => Ok(()),
        Some(Severity::Warning) => Err(Failed { exit: Exit::Failure, problems: Vec::new() }),
        Some(Severity::Broken) => Err(Failed { exit: Exit::Untold, problems: Vec::new() }),
    }
}

fn project(session: &Session<'_>) -> Project {
    let go = GoSettings::load(session.env, session.files);
    let gowork = go.get("GOWORK").map(|(value, _)| value);
    Project::find(session.env.cwd(), gowork.as_deref())
}

fn look(
    args: &DoctorArgs,
    settings: &Settings,
    project: &Project,
    session: &mut Session<'_>,
) -> Result<Report, Failed> {
    let (pins, unread) = match pins::read(&project.sum_files()) {
        Ok(pins) => (pins, None),
        Err(error) => (GoSum::default(), Some(locks::unread_sums(&error))),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let keyring = runtime.block_on(Keyring::of_client(session.env, &Disk))?;
    report::write_warnings(&keyring.warnings, session.err)?;
    let asked = Asked { named: args.module.as_ref(), pins: &pins };
    let places = places::of(settings, session.env, &keyring, &asked)?;
    let options = options(settings, session)?;
    let diagnosis = runtime.block_on(doctor::examine(&places.examined, &pins, &options));
    runtime.shutdown_timeout(HANGING_MAX);
    let caches = caches::of(settings, session)?;
    let mut local: Vec<Local> = unread.into_iter().collect();
    local.extend(caches.iter().flat_map(caches::Cache::findings));
    local.extend(locks::findings(project, &pins));
    if args.outdated {
        local.extend(project.root().map(|root| newer(root, args, session)).transpose()?.flatten());
    }
    Ok(Report { places, diagnosis, local, caches })
}

fn newer(root: &Path, args: &DoctorArgs, session: &Session<'_>) -> Result<Option<Local>, Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(outdated::finding(root, &args.flags.given, session.env)))
}

/// The limits of the settings, as for everything else that asks places.
fn options(settings: &Settings, session: &Session<'_>) -> Result<Options, Failed> {
    use crate::settings::table;
    let mut options = Options { proxies: proxies::of(session.env)?, ..Options::default() };
    options.limits.connect = settings.get(&table::CONNECT_TIMEOUT)?;
    options.limits.answer = settings.get(&table::FIRST_BYTE_TIMEOUT)?;
    options.limits.idle = settings.get(&table::IDLE_TIMEOUT)?;
    options.limits.question = settings.get(&table::ASK_TIMEOUT)?;
    Ok(options)
}

impl Report {
    fn worst(&self) -> Option<Severity> {
        let local = self.local.iter().map(|local| local.severity).max();
        self.diagnosis.worst().max(local)
    }

    /// How many findings there are of a severity.
    fn count(&self, severity: Severity) -> usize {
        let places = self.diagnosis.places.iter().flat_map(|place| &place.findings);
        let remote = self.diagnosis.machine.iter().chain(places).map(doctor::Finding::severity);
        let all = remote.chain(self.local.iter().map(|local| local.severity));
        all.filter(|found| *found == severity).count()
    }
}

/// A setting that cannot be used.
fn config(problem: Problem) -> Failed {
    Failed::new(Exit::Config, problem)
}
