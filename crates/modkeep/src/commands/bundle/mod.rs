//! `modkeep bundle`: signed bundles of what builds need.
//!
//! * [`key`]: the keys that bundles and snapshots are signed and verified with.

pub mod key;

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
    /// Make, show and trust the keys that bundles and snapshots are signed with.
    Key(key::KeyCommandArgs),
}

/// Runs the chosen command.
pub fn run(args: &BundleArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    match &args.command {
        BundleCommand::Key(args) => key::run(args, session),
    }
}
