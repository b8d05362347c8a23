//! `modkeep bundle`: signed bundles of what builds need.
//!
//! * [`create`], [`record`]: make one, of what builds need or of what a command asks for, by [`pack`]; [`verify`]: look at one.
//! * [`push`], [`pull`], [`ls`]: places that bundles are kept in.
//! * [`key`]: the keys that bundles and snapshots are signed and verified with.
//! * [`problems`]: what can be wrong with one, and what to do then.

pub mod create;
pub mod key;
pub mod ls;
pub mod pack;
mod problems;
pub mod pull;
pub mod push;
pub mod record;
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
    /// Run a command that runs go, and pack what it asked for.
    ///
    /// The command runs behind the ladder, as with `modkeep exec`, and with an empty module cache of its own.
    Record(record::RecordArgs),
    /// Read all of a bundle, and prove what is in it.
    Verify(verify::VerifyArgs),
    /// Put a bundle into a place that others pull from.
    Push(push::PushArgs),
    /// Fetch the newest bundle for this project, with those that it builds on, and verify it.
    ///
    /// What has come before is not fetched again. Nothing replaces the last bundle that was good until all of the new one is verified.
    Pull(pull::PullArgs),
    /// List the bundles of a place.
    Ls(ls::LsArgs),
    /// Make, show and trust the keys that bundles and snapshots are signed with.
    Key(key::KeyCommandArgs),
}

/// Runs the chosen command.
pub fn run(args: &BundleArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    match &args.command {
        BundleCommand::Create(args) => create::run(args, session),
        BundleCommand::Record(args) => record::run(args, session),
        BundleCommand::Verify(args) => verify::run(args, session),
        BundleCommand::Push(args) => push::run(args, session),
        BundleCommand::Pull(args) => pull::run(args, session),
        BundleCommand::Ls(args) => ls::run(args, session),
        BundleCommand::Key(args) => key::run(args, session),
    }
}
