//! `modkeep bundle key`: makes, lists, shows and trusts keys.

mod ls;
mod new;
mod show;
mod trust;

use clap::{Args, Subcommand};

use crate::commands::Session;
use crate::report::Failed;

/// The arguments of `modkeep bundle key`.
#[derive(Debug, Clone, Args)]
pub struct KeyCommandArgs {
    /// What to do with keys.
    #[command(subcommand)]
    pub command: KeyCommand,
}

/// What can be done with keys.
#[derive(Debug, Clone, Subcommand)]
pub enum KeyCommand {
    /// Make a secret key, and trust what it signs.
    ///
    /// The secret goes to a file that only you can read, the public key to your trusted keys and to stdout: others trust it
    /// with `modkeep bundle key trust`.
    New(new::NewArgs),
    /// List your secret keys, by their public halves, and the trusted keys.
    Ls(ls::LsArgs),
    /// Trust what these keys sign: add them to your trusted keys.
    ///
    /// Ask the owner for the key in a way that nobody can tamper with. Whoever has a key that you trust decides what your builds
    /// are made of when no proxy answers, as far as no go.sum pins it.
    Trust(trust::TrustArgs),
    /// Print the public key of the secret key that signs.
    Show(show::ShowArgs),
}

/// Runs the chosen command.
pub(super) fn run(args: &KeyCommandArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    match &args.command {
        KeyCommand::New(args) => new::run(args, session),
        KeyCommand::Ls(args) => ls::run(args, session),
        KeyCommand::Trust(args) => trust::run(args, session),
        KeyCommand::Show(args) => show::run(args, session),
    }
}
