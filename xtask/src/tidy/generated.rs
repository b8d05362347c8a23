//! Pages that the binary writes are current, and pages that people write name commands that exist.

use super::markdown::Page;
use super::{Check, Problem};
use crate::docs::{self, manual::Manual};
use crate::failure::Failure;
use crate::workspace::Workspace;

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
    why: "the README is the first thing that a user types from; a command in it that does not exist is often the last",
    mend: "correct the command, or leave it out until it exists",
    find: find_unknown_commands,
};

fn find_unknown_commands(workspace: &Workspace) -> Result<Vec<Problem>, Failure> {
    let manual = Manual::ask(&docs::modkeep(workspace)?)?;
    let pages = workspace.texts(|path| path == "README.md" || path == "crates/modkeep/README.md")?;
    let knows = |command: &str| manual.knows(&command.split_whitespace().collect::<Vec<_>>());
    Ok(pages.iter().flat_map(|page| unknown_commands(&page.path, &page.text, knows)).collect())
}

fn unknown_commands(path: &str, text: &str, knows: impl Fn(&str) -> bool) -> Vec<Problem> {
    let page = Page::parse(text);
    let typed =
        page.spans.iter().chain(&page.examples).filter_map(|(line, typed)| Some((line, command(typed)?)));
    let unknown = typed.filter(|(_, command)| !knows(command));
    unknown
        .map(|(line, command)| Problem::at(path, *line, format_args!("no such command: modkeep {command}")))
        .collect()
}

/// The words after `modkeep`, if that is what `typed` runs.
fn command(typed: &str) -> Option<&str> {
    let typed = typed.trim().trim_start_matches("$ ");
    let words = typed.strip_prefix("modkeep ").or_else(|| typed.strip_prefix("cargo run --release -- "))?;
    Some(words.split('#').next().unwrap_or(words).trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_found_in_spans_and_examples() {
        let text = "Run `modkeep serve`.\n\n    cargo run --release -- sreve   # starts\n\n```sh\n$ modkeep stroe ls\n```\n`modkeep.toml`";
        let told = unknown_commands("README.md", text, |command| command == "serve");
        let told: Vec<&str> = told.iter().map(|problem| problem.0.as_str()).collect();
        assert_eq!(
            told,
            ["README.md:3: no such command: modkeep sreve", "README.md:6: no such command: modkeep stroe ls"]
        );
    }
}
