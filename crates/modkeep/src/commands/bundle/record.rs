//! `modkeep bundle record`: runs a command, and packs what it asked for.

use std::ffi::OsString;
use std::path::PathBuf;

use bundle::manifest::Platform;
use clap::Args;
use tokio::runtime::Runtime;

use super::create::go::Go;
use super::pack::{PackArgs, Packing, Purpose};
use crate::commands::Session;
use crate::commands::go::behind::{self, Run};
use crate::commands::go::ending;
use crate::commands::go::ground::Ground;
use crate::commands::go::program;
use crate::commands::watch::{stopped, was_stopped};
use crate::report::Failed;
use crate::settings::flags::{Flags, OfRecord};

/// The arguments of `modkeep bundle record`.
#[derive(Debug, Clone, Args)]
pub struct RecordArgs {
    /// The file, and what it builds on.
    #[command(flatten)]
    pub pack: PackArgs,

    /// Settings given on the command line.
    #[command(flatten)]
    pub flags: Flags<OfRecord>,

    /// The command, and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// Runs the command. When it has ended well, what it had downloaded is packed.
pub(super) fn run(args: &RecordArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let settings = session.settings(&args.flags.given)?;
    let packing = Packing::begin(&args.pack, &settings, session)?;
    let cwd = session.env.cwd().to_owned();
    let ground = Ground::at(&cwd, &args.flags.given, session)?;
    let go = Runtime::new()?.block_on(found(&ground, &packing, session))?;
    recorded(args, &ground, &go, session)?;
    let project = ground.project_path().unwrap_or_else(|| "recorded".to_owned());
    let purpose = Purpose { project, scope: "recorded", go: go.version.clone(), platforms: vec![here(&go)] };
    Runtime::new()?.block_on(async {
        tokio::select! {
            made = packing.pack(purpose, session) => made,
            () = stopped() => Err(was_stopped("no bundle was made")),
        }
    })
}

/// Finds go. It may have to switch to another toolchain to say who it is.
async fn found(ground: &Ground, packing: &Packing<'_>, session: &Session<'_>) -> Result<Go, Failed> {
    let (_agent, variables) = behind::agent(ground.client()).await?;
    Go::find(session.env, session.files, &packing.work, &variables).await
}

/// Runs the command behind the ladder with a module cache that is empty.
fn recorded(args: &RecordArgs, ground: &Ground, go: &Go, session: &mut Session<'_>) -> Result<(), Failed> {
    let (program, rest) = program::of(&args.command, session.env)?;
    let folder: PathBuf = session.env.cwd().to_owned();
    let variables = go.of_an_empty_cache();
    let run = Run { variables: &variables, ..Run::new(&program, rest, &folder, &args.flags.given) };
    let verdict = ground.attempt(&run)?;
    if verdict.exit_code() != 0 {
        writeln!(session.err, "modkeep: the command failed, so no bundle was made")?;
    }
    ending::conclude(&verdict, &run, session)
}

fn here(go: &Go) -> Platform {
    Platform { goos: go.here.0.clone(), goarch: go.here.1.clone(), tags: Vec::new() }
}
