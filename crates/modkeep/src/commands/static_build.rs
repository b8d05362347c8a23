//! `modkeep static`: a build from go.mod, go.sum and `vendor/` alone, without any network.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use clap::Args;
use gomod::gosumdb::VerifierKey;
use ladder::child;
use ladder::pins;
use ladder::project::Project;
use ladder::static_build::environment;
use ladder::static_build::isolation::Isolation;
use ladder::static_build::locks::{self, Lock, State};
use ladder::subcommand::CommandLine;
use ladder::vendor::{self, Look, Verdict, consistent, signature, verify};
use tokio::process::Command;

use crate::commands::Session;
use crate::commands::go::program;
use crate::commands::vendor::place::cache_folder;
use crate::exit::Exit;
use crate::go::GoSettings;
use crate::keys;
use crate::report::{Failed, Problem};
use crate::settings::flags::Given;
use crate::settings::project::ProjectFile;

/// What is built when nothing is named.
const ALL: [&str; 2] = ["build", "./..."];

/// The arguments of `modkeep static`.
#[derive(Debug, Clone, Args)]
pub struct StaticArgs {
    /// Check whether such a build could do without a network, and build nothing
    #[arg(long)]
    pub check: bool,
    /// The arguments of go [default: build ./...]
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGS")]
    pub args: Vec<OsString>,
}

/// Checks the locks, then builds.
pub fn run(args: &StaticArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    refuse_others(&args.args)?;
    let go = program::find("go", session.env)?;
    let settings = GoSettings::load(session.env, session.files);
    let get = |name: &str| settings.get(name).map(|(value, _)| value);
    let project = Project::find(session.env.cwd(), get("GOWORK").as_deref());
    let root = project.root().ok_or_else(no_project)?;
    check(root, &project, &go, session)?;
    if args.check {
        return Ok(());
    }
    build(args, root, &go, &get("GOFLAGS").unwrap_or_default(), session)
}

/// What is checked is what is built: this project, from its `vendor/`.
fn refuse_others(args: &[OsString]) -> Result<(), Failed> {
    let line = CommandLine::read(args);
    if line.folder.is_none()
        && line.modfile("").is_none()
        && line.mode("").is_none_or(|mode| mode == "vendor")
    {
        return Ok(());
    }
    let problem = Problem::new("modkeep static builds the project of this folder, from its vendor/");
    let advice = "leave out -C, -mod and -modfile, and run it in the project's folder";
    Err(Failed::new(Exit::Usage, problem.advise(advice)))
}

/// Tells how each lock stands, and fails when one is broken.
fn check(root: &Path, project: &Project, go: &Path, session: &mut Session<'_>) -> Result<(), Failed> {
    let pins = pins::read(&project.sum_files())
        .map_err(|error| Failed::new(Exit::Failure, Problem::from_error(&error)))?;
    let settings = session.settings(&Given::default())?;
    let trusted = keys::trusted(&settings)?;
    let required = ProjectFile::read(root, session.files)?.vendor.require_checksums;
    let vendored = vendored(root, &trusted, required, session);
    let all = [locks::tidy(root, go), locks::sums(root, &pins), vendored];
    for lock in &all {
        tell(lock, session)?;
    }
    writeln!(
        session.err,
        "modkeep: held: nothing is fetched or asked (GOPROXY=off GOSUMDB=off GOTOOLCHAIN=local -mod=vendor)"
    )?;
    if all.iter().any(Lock::is_broken) {
        let problem = Problem::new("this project cannot be built from what lies in it");
        return Err(Failed::new(
            Exit::Failure,
            problem.advise("mend what is named above; `modkeep go mod vendor` makes vendor/ anew"),
        ));
    }
    Ok(())
}

/// Whether `vendor/` fits go.mod, and is as listed.
fn vendored(root: &Path, trusted: &[VerifierKey], required: bool, session: &Session<'_>) -> Lock {
    let state = match vendor_state(root, trusted, cache_folder(session.env).as_deref()) {
        State::Unchecked(reason) if required => State::Broken(vec![reason]),
        state => state,
    };
    Lock { name: "vendor/ is consistent and whole", state }
}

fn vendor_state(root: &Path, trusted: &[VerifierKey], cache: Option<&Path>) -> State {
    let broken = |error: vendor::VendorError| State::Broken(vec![error.to_string()]);
    let project = vendor::Project::open(root).and_then(|project| consistent(&project).map(|()| project));
    let project = match project {
        Ok(project) => project,
        Err(error) => return broken(error),
    };
    let look = Look { cache, full: false, now: SystemTime::now() };
    let report = match verify(root, &look) {
        Ok(report) => report,
        Err(error) => return broken(error),
    };
    match signature(&project, trusted, &report).map(|_| report.verdict) {
        Ok(Verdict::Whole) => State::Held,
        Ok(Verdict::Damaged(damage)) => State::Broken(
            damage.each().take(vendor::NAMED_MAX).map(|(word, name)| format!("{word} {name}")).collect(),
        ),
        Ok(Verdict::NoList(reason)) => {
            State::Unchecked(format!("consistent; whether it is whole nobody knows: {reason}"))
        }
        Err(error) => broken(error),
    }
}

fn tell(lock: &Lock, session: &mut Session<'_>) -> Result<(), Failed> {
    let name = lock.name;
    match &lock.state {
        State::Held => writeln!(session.err, "modkeep: held: {name}")?,
        State::Unchecked(reason) => writeln!(session.err, "modkeep: not checked: {name}: {reason}")?,
        State::Broken(reasons) => {
            writeln!(session.err, "modkeep: broken: {name}")?;
            for reason in reasons {
                writeln!(session.err, "modkeep:   {reason}")?;
            }
        }
    }
    Ok(())
}

/// Runs go with an empty module cache, where only loopback is up if that is possible here.
fn build(
    args: &StaticArgs,
    root: &Path,
    go: &Path,
    goflags: &str,
    session: &mut Session<'_>,
) -> Result<(), Failed> {
    let default: Vec<OsString> = ALL.map(OsString::from).to_vec();
    let args = if args.args.is_empty() { &default } else { &args.args };
    let cache = tempfile::Builder::new().prefix("modkeep-").tempdir_in(session.env.temporary())?;
    let (program, args) = isolated(go, args, session)?;
    let mut command = Command::new(program);
    command.args(args).envs(environment(goflags, cache.path())).current_dir(place(root, session));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let ended = runtime.block_on(child::run(command, |_| ()));
    match child::code(ended.map_err(|error| super::go::behind::cannot_start(go, &error))?.status) {
        0 => Ok(()),
        code => Err(Failed { exit: Exit::Command(code), problems: Vec::new() }),
    }
}

/// go is run where the user is, if that is in the project.
fn place(root: &Path, session: &Session<'_>) -> PathBuf {
    let cwd = session.env.cwd();
    if cwd.starts_with(root) { cwd.to_owned() } else { root.to_owned() }
}

/// The command in a network of its own, or as it is where there is none: then the user hears that nothing was proven.
fn isolated(
    go: &Path,
    args: &[OsString],
    session: &mut Session<'_>,
) -> Result<(PathBuf, Vec<OsString>), Failed> {
    match Isolation::find(session.env.var("PATH").unwrap_or_default()) {
        Ok(isolation) => {
            writeln!(session.err, "modkeep: building where only loopback is up")?;
            session.err.flush()?;
            Ok(isolation.around(go, args))
        }
        Err(error) => {
            writeln!(session.err, "modkeep: not proven: {error}; building with the network as it is")?;
            session.err.flush()?;
            Ok((go.to_owned(), args.to_vec()))
        }
    }
}

fn no_project() -> Failed {
    let problem = Problem::new("there is no go.mod here or above");
    Failed::new(Exit::Failure, problem.advise("run it in a project"))
}
