//! `modkeep config check`: are the settings right?

use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

use crate::commands::Session;
use crate::exit::Exit;
use crate::report::{Failed, Problem};
use crate::settings::file;
use crate::settings::flags::{All, Flags, Given};
use crate::settings::project::{NAME, ProjectFile};
use crate::settings::resolve::unreadable;

/// The arguments of `modkeep config check`.
#[derive(Debug, Clone, Args)]
pub struct CheckArgs {
    /// Check this file alone; beside a go.mod or go.work it may be that project's own. Without it, everything that `serve` would read.
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: Option<PathBuf>,

    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<All>,
}

/// Prints what was found right, or fails with [`Exit::Config`] and everything that is wrong.
pub fn run(args: &CheckArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    match &args.file {
        Some(_) if args.flags.given != Given::default() => {
            let problem = Problem::new("a FILE is checked alone, so a flag with a setting has no meaning");
            Err(Failed::new(Exit::Usage, problem.advise("leave out the flags, or leave out FILE")))
        }
        Some(path) => check_file(&session.env.cwd().join(path), session),
        None => check_all(args, session),
    }
}

fn check_file(path: &Path, session: &mut Session<'_>) -> Result<(), Failed> {
    let content = session.files.read(path).map_err(|error| config(vec![unreadable(path, &error)]))?;
    let (_, problems) = file::parse(path, &content, session.env);
    if problems.is_empty() {
        return Ok(writeln!(session.out, "{}: ok", path.display())?);
    }
    let Some(project) = project_of(path) else { return Err(config(problems)) };
    ProjectFile::check(project, session.files)?;
    Ok(writeln!(session.out, "{}: ok, as the file of a project", path.display())?)
}

/// The folder of the project whose own file this is.
fn project_of(path: &Path) -> Option<&Path> {
    let folder = path.parent().filter(|_| path.file_name().is_some_and(|name| name == NAME))?;
    ["go.mod", "go.work"].iter().any(|name| folder.join(name).is_file()).then_some(folder)
}

fn check_all(args: &CheckArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let settings = session.settings(&args.flags.given)?;
    for path in settings.files() {
        writeln!(session.out, "{}: ok", path.display())?;
    }
    Ok(writeln!(session.out, "settings: ok")?)
}

fn config(problems: Vec<Problem>) -> Failed {
    Failed { exit: Exit::Config, problems }
}
