#![doc = include_str!("../README.md")]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a chore talks to the person who started it")]

mod bench;
mod docs;
mod failure;
mod faults;
mod fuzz;
mod instructions;
mod metadata;
mod phases;
mod real_project;
mod run;
mod test;
mod tidy;
mod tools;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Every chore of this repository. Each one gets what it needs by itself, or says which command gets it.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    Test(test::Args),
    Tidy(tidy::Args),
    Docs(docs::Args),
    Fuzz(fuzz::Args),
    Bench(bench::Args),
    Faults(faults::Args),
    Instructions(instructions::Args),
    RealProject(real_project::Args),
}

fn main() -> ExitCode {
    match do_chore(Cli::parse().chore) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn do_chore(chore: Chore) -> Result<(), failure::Failure> {
    let workspace = workspace::Workspace::open()?;
    match chore {
        Chore::Test(args) => test::run(&workspace, &args),
        Chore::Tidy(args) => tidy::run(&workspace, &args),
        Chore::Docs(args) => docs::run(&workspace, &args),
        Chore::Bench(args) => bench::run(&workspace, &args),
        Chore::Faults(args) => faults::run(&workspace, &args),
        Chore::Instructions(args) => instructions::run(&workspace, &args),
        Chore::RealProject(args) => real_project::run(&workspace, &args),
        Chore::Fuzz(args) => fuzz::run(&workspace, &args),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Cli::command().debug_assert();
    }

    #[test]
    fn the_readme_names_every_chore() {
        let readme = include_str!("../README.md");
        for chore in super::Cli::command().get_subcommands() {
            assert!(readme.contains(&format!("| `{}` |", chore.get_name())), "{}", chore.get_name());
        }
    }
}
