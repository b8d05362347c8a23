//! `modkeep completions`: a script that teaches a shell our commands and flags.

use clap::Args;
use clap_complete::{Generator, Shell};

use crate::cli;
use crate::commands::Session;
use crate::report::Failed;

/// The arguments of `modkeep completions`.
#[derive(Debug, Clone, Args)]
pub struct CompletionsArgs {
    /// The shell that will read the script.
    pub shell: Shell,
}

/// Prints the script.
pub fn run(args: &CompletionsArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let mut command = cli::command();
    command.set_bin_name("modkeep");
    command.build();
    Ok(args.shell.try_generate(&command, session.out)?)
}
