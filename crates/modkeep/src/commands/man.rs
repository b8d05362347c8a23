//! `modkeep man`: the manual as a man page, one page per command.

use clap::{Args, Command};
use clap_mangen::Man;

use crate::cli;
use crate::commands::Session;
use crate::exit::Exit;
use crate::report::{Failed, Problem};

/// The arguments of `modkeep man`.
#[derive(Debug, Clone, Args)]
pub struct ManArgs {
    /// The command whose page is wanted, such as `config show`; without it, the page of modkeep itself.
    pub command: Vec<String>,
}

/// Prints the page, to be read with `man -l -` or installed by a packager.
pub fn run(args: &ManArgs, session: &mut Session<'_>) -> Result<(), Failed> {
    let mut root = cli::command();
    root.build();
    let command = find(&root, &args.command)?;
    Ok(Man::new(command.clone()).render(&mut session.out)?)
}

fn find<'c>(root: &'c Command, names: &[String]) -> Result<&'c Command, Failed> {
    names.iter().try_fold(root, |command, name| {
        let unknown =
            || Problem::new(format!("there is no command `{} {name}`", command.get_name().replace('-', " ")));
        command.find_subcommand(name).ok_or_else(|| Failed::new(Exit::Usage, unknown()))
    })
}
