//! What `modkeep` says about its own command line: the help text of every subcommand.

use std::fmt::Write as _;
use std::path::PathBuf;

use crate::failure::Failure;
use crate::run;

/// The help texts of a program, each with the words that ask for it (none for the program itself), in the order in
/// which a reader meets them.
pub(crate) struct Manual(Vec<(Vec<String>, String)>);

impl Manual {
    /// Asks `program` for its help, and so on for each subcommand that a help names.
    pub(crate) fn ask(program: &PathBuf) -> Result<Self, Failure> {
        let (mut told, mut open) = (Vec::new(), vec![Vec::<String>::new()]);
        while let Some(words) = open.pop() {
            let help = run::capture(super::quiet(program).args(&words).arg("--help"))?;
            let below =
                subcommands(&help).into_iter().map(|word| [words.as_slice(), &[word.to_owned()]].concat());
            open.extend(below.rev().collect::<Vec<_>>());
            told.push((words, help));
        }
        Ok(Self(told))
    }

    /// The page docs/cli.md.
    pub(crate) fn page(&self) -> String {
        let mut page = String::from(
            "# The command line\n\n<!-- Written by `cargo xtask docs`; change the help texts in crates/modkeep instead. -->\n",
        );
        for (words, help) in &self.0 {
            let title = [&["modkeep".to_owned()], words.as_slice()].concat().join(" ");
            let help = help.trim().lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
            let _ = write!(page, "\n## {title}\n\n```text\n{help}\n```\n");
        }
        page
    }

    /// Whether `modkeep WORDS…` runs something: every word up to the first flag, argument or placeholder must be a
    /// subcommand where the command so far has any.
    pub(crate) fn knows(&self, words: &[&str]) -> bool {
        let mut so_far: Vec<String> = Vec::new();
        for word in words.iter().take_while(|word| is_plain(word)) {
            let Some((_, help)) = self.0.iter().find(|(known, _)| *known == so_far) else { return false };
            let below = subcommands(help);
            if below.is_empty() {
                return true;
            }
            if !below.contains(word) {
                return false;
            }
            so_far.push((*word).to_owned());
        }
        true
    }
}

/// Whether `word` could be a subcommand: `serve`, not `--listen`, `PATTERN`, `[ROW…]`, `a|b`.
fn is_plain(word: &str) -> bool {
    !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '-') && !word.starts_with('-')
}

/// The subcommands that a help text lists, without `help`, which only repeats what `--help` says.
fn subcommands(help: &str) -> Vec<&str> {
    let list = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let entries = list.take_while(|line| line.is_empty() || line.starts_with(' '));
    let names = entries.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELP: &str = "Keeps.\n\nUsage: modkeep <COMMAND>\n\nCommands:\n  serve  Serve\n         more words\n  store  Look\n  \
                        help   Print\n\nOptions:\n  -h, --help  Print help\n";

    fn manual() -> Manual {
        let store = "Commands:\n  ls  List\n\nOptions:\n";
        let entry =
            |words: &[&str], help: &str| (words.iter().map(|w| (*w).to_owned()).collect(), help.to_owned());
        Manual(vec![
            entry(&[], HELP),
            entry(&["serve"], "Serve  \n"),
            entry(&["store"], store),
            entry(&["store", "ls"], "List"),
        ])
    }

    #[test]
    fn subcommands_are_read_from_the_help() {
        assert_eq!(subcommands(HELP), ["serve", "store"]);
        assert_eq!(subcommands("Options:\n  -h\n"), Vec::<&str>::new());
    }

    #[test]
    fn the_page_has_a_heading_for_each() {
        let page = manual().page();
        assert!(page.contains("\n## modkeep store ls\n\n```text\nList\n```\n"), "{page}");
        assert!(page.contains("```text\nServe\n```"), "no blanks at line ends: {page}");
    }

    #[test]
    fn known_commands_pass_and_others_do_not() {
        let manual = manual();
        for known in
            [&["serve", "--listen", "x"][..], &["store", "ls", "example.com/m"], &["store", "[ls]"], &[]]
        {
            assert!(manual.knows(known), "{known:?}");
        }
        for unknown in [&["sreve"][..], &["store", "rm"]] {
            assert!(!manual.knows(unknown), "{unknown:?}");
        }
    }
}
