//! Pages that the binary writes are current, and pages that people write name commands that exist.

use std::fmt;

use clap::CommandFactory as _;

use super::markdown::Page;
use super::{Check, Problem};
use crate::docs::{self, manual::Manual};
use crate::failure::Failure;
use crate::workspace::{Workspace, has_extension};

pub(super) const PAGES: Check = Check {
    name: "generated-docs",
    why: "a page about flags or settings that differs from the binary is worse than none",
    mend: "run `cargo xtask docs` and commit what it writes",
    find: |workspace| {
        let stale = docs::stale(workspace, docs::pages(&docs::modkeep(workspace)?)?);
        Ok(stale.iter().map(|page| Problem(format!("{}: is out of date", page.path))).collect())
    },
};

pub(super) const COMMANDS: Check = Check {
    name: "readme-commands",
    why: "a page is what a user types from; a command in it that does not exist is often the last that he types",
    mend: "correct the command, or leave it out until it exists",
    find: find_unknown_commands,
};

fn find_unknown_commands(workspace: &Workspace) -> Result<Vec<Problem>, Failure> {
    let manual = Manual::ask(&docs::modkeep(workspace)?)?;
    // docs/cli.md is help texts, where a line of prose may begin with `modkeep`.
    let pages = workspace.texts(|path| has_extension(path, &["md"]) && path != "docs/cli.md")?;
    let chores = crate::Cli::command();
    let knows = |typed: Typed<'_>| match typed {
        Typed::Modkeep(words) => manual.knows(&words.split_whitespace().collect::<Vec<_>>()),
        Typed::Chore(name) => chores.find_subcommand(name).is_some(),
    };
    Ok(pages.iter().flat_map(|page| unknown_commands(&page.path, &page.text, knows)).collect())
}

/// A command of ours that somebody would type.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Typed<'a> {
    /// `modkeep`, or cargo running it, and these words.
    Modkeep(&'a str),
    /// `cargo xtask` and this name.
    Chore(&'a str),
}

impl<'a> Typed<'a> {
    /// What `line` runs, if it is one of ours. `a|b` in the place of a chore stands for more than one and is left out.
    fn read(line: &'a str) -> Option<Self> {
        let line = line.trim().trim_start_matches("$ ");
        let line = line.split('#').next().unwrap_or(line).trim();
        if let Some(name) =
            line.strip_prefix("cargo xtask ").and_then(|words| words.split_whitespace().next())
        {
            return is_name(name).then_some(Self::Chore(name));
        }
        let words = line.strip_prefix("modkeep ").or_else(|| line.strip_prefix("cargo run --release -- "))?;
        Some(Self::Modkeep(words))
    }
}

/// Whether `word` is meant as it stands: `CHORE` and `--help` are not names of chores.
fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase()) && !word.contains('|')
}

impl fmt::Display for Typed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Modkeep(words) => write!(f, "modkeep {words}"),
            Self::Chore(name) => write!(f, "cargo xtask {name}"),
        }
    }
}

fn unknown_commands(path: &str, text: &str, knows: impl Fn(Typed<'_>) -> bool) -> Vec<Problem> {
    let page = Page::parse(text);
    let lines = page.spans.iter().chain(&page.examples);
    let typed = lines.filter_map(|(line, typed)| Some((line, Typed::read(typed)?)));
    let unknown = typed.filter(|(_, command)| !knows(*command));
    unknown
        .map(|(line, command)| Problem::at(path, *line, format_args!("no such command: {command}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_in_spans_and_examples() {
        let text = "Run `modkeep serve`.\n\n    cargo run --release -- sreve   # starts\n\n```sh\n$ modkeep stroe ls\n```\n`modkeep.toml`";
        let told = unknown_commands("README.md", text, |command| command == Typed::Modkeep("serve"));
        let told: Vec<&str> = told.iter().map(|problem| problem.0.as_str()).collect();
        assert_eq!(
            told,
            ["README.md:3: no such command: modkeep sreve", "README.md:6: no such command: modkeep stroe ls"]
        );
    }

    #[test]
    fn chores_are_commands_too() {
        let text =
            "`cargo xtask CHORE` `cargo xtask test|tidy` `cargo xtask --help`\n`cargo xtask tset --quick`";
        let told = unknown_commands("docs/a.md", text, |command| command == Typed::Chore("test"));
        assert_eq!(told, [Problem("docs/a.md:2: no such command: cargo xtask tset".into())]);
    }
}
