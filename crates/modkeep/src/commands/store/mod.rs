//! `modkeep store`: looks into the data folder.

pub mod ls;

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
}

/// Runs the chosen command.
pub fn run(args: &StoreArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    match &args.command {
        StoreCommand::Ls(args) => ls::run(args, session),
    }
}
