//! `modkeep store`: looks into the data folder and tidies it.
//!
//! * [`ls`], [`mod@verify`]: look; a server may be running.
//! * [`gc`], [`rm`]: remove; [`removal`] is how.
//! * [`accept`]: changes which hash a module is held to; a server may be running.
//! * [`selection`]: the folder, and the patterns that choose from it; [`time`]: times as text.

pub mod accept;
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
    /// Accept that a private module has another hash than the one seen first.
    ///
    /// A module for which no checksum database is asked is held to the hash that it had when it was seen first. One that comes
    /// with another hash is refused, and the refusal ends with the command that accepts it. The acceptance is put on record
    /// with its time; `.first-seen` in the data folder holds all of them. What is kept with another hash is moved to `.damaged`, and
    /// fetched again by the next request. A running server obeys at once, except that it may repeat a go.mod from memory
    /// for ten minutes.
    Accept(accept::AcceptArgs),
}

/// Runs the chosen command.
pub fn run(args: &StoreArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    match &args.command {
        StoreCommand::Ls(args) => ls::run(args, session),
        StoreCommand::Verify(args) => verify::run(args, session),
        StoreCommand::Gc(args) => gc::run(args, session),
        StoreCommand::Rm(args) => rm::run(args, session),
        StoreCommand::Accept(args) => accept::run(args, session),
    }
}
