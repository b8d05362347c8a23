#![doc = include_str!("../README.md")]

pub mod access;
pub mod agent;
pub mod bundles;
pub mod cli;
pub mod commands;
pub mod env;
pub mod exit;
pub mod files;
pub mod go;
pub mod keys;
pub mod logging;
pub mod mask;
pub mod progress;
pub mod report;
pub mod settings;
pub mod unblocked;
mod wiring;

use std::ffi::OsString;
use std::io::{self, Write};

use cli::Command;
use commands::{
    Session, bundle, completions, config, doctor, import, lock, man, serve, store, vendor, version,
};
use env::Env;
use exit::Exit;
use report::Failed;

/// Runs the command line `args`, whose first element is the program's name.
///
/// Results go to `out`, errors and warnings to `err`. When even those cannot be written, only the exit code tells.
pub fn run(
    args: impl IntoIterator<Item = OsString>,
    env: &Env,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> Exit {
    let result = match cli::parse(args) {
        Ok(cli) => dispatch(&cli.command, &mut Session { env, files: &files::Disk, out, err }),
        Err(instead) => print_instead(&instead, out, err),
    };
    let exit = match result.and_then(|()| Ok(out.flush()?)) {
        Ok(()) => Exit::Ok,
        Err(failed) => told(&failed, err),
    };
    // Warnings of a command that went well are to be seen too; nobody is left to be told that they cannot be.
    let _: io::Result<()> = err.flush();
    exit
}

fn dispatch(command: &Command, session: &mut Session<'_>) -> Result<(), Failed> {
    match command {
        Command::Go(args) => commands::go::run(args, session),
        Command::Exec(args) => commands::go::exec(args, session),
        Command::Agent(args) => commands::agent::run(args, session),
        Command::Init(args) => commands::init::run(args, session),
        Command::Trace(args) => commands::trace::run(args, session),
        Command::Drill(args) => commands::drill::run(args, session),
        Command::Static(args) => commands::static_build::run(args, session),
        Command::Doctor(args) => doctor::run(args, session),
        Command::Lock(args) => lock::run(args, session),
        Command::Serve(args) => serve::run(args, session),
        Command::Import(args) => import::run(args, session),
        Command::Store(args) => store::run(args, session),
        Command::Bundle(args) => bundle::run(args, session),
        Command::Vendor(args) => vendor::run(args, session),
        Command::Config(args) => config::run(args, session),
        Command::Version => version::run(session),
        Command::Completions(args) => completions::run(args, session),
        Command::Man(args) => man::run(args, session),
    }
}

fn print_instead(instead: &cli::Instead, out: &mut dyn Write, err: &mut dyn Write) -> Result<(), Failed> {
    if instead.exit == Exit::Ok {
        return Ok(out.write_all(instead.text.as_bytes())?);
    }
    // The exit code tells too: a closed stderr must not change it.
    let _: io::Result<()> = err.write_all(instead.text.as_bytes()).and_then(|()| err.flush());
    Err(Failed { exit: instead.exit, problems: Vec::new() })
}

fn told(failed: &Failed, err: &mut dyn Write) -> Exit {
    // As above: nobody is left to be told that stderr is closed.
    let _: io::Result<()> = failed.write(err).and_then(|()| err.flush());
    failed.exit
}
