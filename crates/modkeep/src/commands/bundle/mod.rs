//! `modkeep bundle`: signed bundles of what builds need.
//!
//! * [`create`], [`verify`]: make one, look at one.
//! * [`key`]: the keys that bundles and snapshots are signed and verified with.
//! * [`problems`]: what can be wrong with one, and what to do then.

pub mod create;
pub mod key;
mod problems;
pub mod verify;

use clap::{Args, Subcommand};

use crate::commands::Session;
use crate::report::Failed;

/// The arguments of `modkeep bundle`.
#[derive(Debug, Clone, Args)]
pub struct BundleArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: BundleCommand,
}

/// What can be done with bundles.
#[derive(Debug, Clone, Subcommand)]
pub enum BundleCommand {
    /// Pack what the builds of this project need into one signed file.
    ///
    /// go itself is asked what that is, for each platform, with a module cache of its own; the project is not changed. With the
    /// modules come the checksum database's proofs, so that they can be verified where nothing can be reached.
    Create(create::CreateArgs),
    /// Read all of a bundle, and prove what is in it.
    Verify(verify::VerifyArgs),
    /// Make, show and trust the keys that bundles and snapshots are signed with.
    Key(key::KeyCommandArgs),
}

/// Runs the chosen command.
pub fn run(args: &BundleArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    match &args.command {
        BundleCommand::Create(args) => create::run(args, session),
        BundleCommand::Verify(args) => verify::run(args, session),
        BundleCommand::Key(args) => key::run(args, session),
    }
}
