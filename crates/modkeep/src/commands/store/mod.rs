//! `modkeep store`: looks into the data folder and tidies it.
//!
//! * [`ls`], [`mod@verify`]: look; a server may be running.
//! * [`gc`], [`rm`]: remove; [`removal`] is how.
//! * [`selection`]: the folder, and the patterns that choose from it; [`time`]: times as text.

pub mod gc;
pub mod ls;
mod removal;
pub mod rm;
mod selection;
mod time;
pub mod verify;

use clap::{Args, Subcommand};

use crate::commands::Session;
use crate::report::Failed;

/// The arguments of `modkeep store`.
#[derive(Debug, Clone, Args)]
pub struct StoreArgs {
    /// What to do with the store.
    #[command(subcommand)]
    pub command: StoreCommand,
}

/// What can be done with the store.
#[derive(Debug, Clone, Subcommand)]
pub enum StoreCommand {
    /// List the modules that are kept.
    Ls(ls::LsArgs),
    /// Read everything that is kept and name what is damaged.
    Verify(verify::VerifyArgs),
    /// Remove what nobody has asked for; without --yes only say what would go.
    Gc(gc::GcArgs),
    /// Remove modules or versions; without --yes only say what would go.
    Rm(rm::RmArgs),
}

/// Runs the chosen command.
pub fn run(args: &StoreArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    match &args.command {
        StoreCommand::Ls(args) => ls::run(args, session),
        StoreCommand::Verify(args) => verify::run(args, session),
        StoreCommand::Gc(args) => gc::run(args, session),
        StoreCommand::Rm(args) => rm::run(args, session),
    }
}
