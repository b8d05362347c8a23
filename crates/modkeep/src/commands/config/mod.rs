//! `modkeep config`: what the settings are, where they come from, and whether they are right.

pub mod check;
pub mod schema;
pub mod show;

use clap::{Args, Subcommand};

use crate::commands::Session;
use crate::report::Failed;

/// The arguments of `modkeep config`.
#[derive(Debug, Clone, Args)]
pub struct ConfigArgs {
    /// What to do with the settings.
    #[command(subcommand)]
    pub command: ConfigCommand,
}

/// What can be done with settings.
#[derive(Debug, Clone, Subcommand)]
pub enum ConfigCommand {
    /// Check the settings, or one file, and tell all mistakes at once.
    Check(check::CheckArgs),
    /// Print the JSON Schema of modkeep.toml.
    Schema,
    /// Print every setting and where its value comes from.
    Show(show::ShowArgs),
}

/// Runs the command.
pub fn run(args: &ConfigArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    match &args.command {
        ConfigCommand::Check(args) => check::run(args, session),
        ConfigCommand::Schema => schema::run(session),
        ConfigCommand::Show(args) => show::run(args, session),
    }
}
