//! What a command of go asks for, as far as its words say it.

use std::ffi::OsStr;

use crate::subcommand::CommandLine;

/// What a command asks of the modules that the project requires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The go.mod files of the graph, and perhaps the files of some modules.
    Graph,
    /// The files of the modules that packages are in, with all that is asked of each.
    Build,
    /// Everything of every module.
    Download,
}

/// The subcommands that load packages of the project, each with its scope. Of what is not here nothing is foreseen.
const TABLE: [(&str, Scope); 11] = [
    ("build", Scope::Build),
    ("fix", Scope::Build),
    ("generate", Scope::Build),
    ("get", Scope::Graph),
    ("install", Scope::Build),
    ("list", Scope::Build),
    ("run", Scope::Build),
    ("test", Scope::Build),
    ("tool", Scope::Build),
    ("vet", Scope::Build),
    ("work", Scope::Graph),
];

/// The same for what `go mod` does.
const OF_MOD: [(&str, Scope); 6] = [
    ("download", Scope::Download),
    ("graph", Scope::Graph),
    ("tidy", Scope::Graph),
    ("vendor", Scope::Build),
    ("verify", Scope::Graph),
    ("why", Scope::Graph),
];

impl Scope {
    /// The scope of a command; none for those that fetch nothing of the project, tools at versions of their own and modules that are
    /// named on the line among them.
    pub fn of(line: &CommandLine<'_>) -> Option<Self> {
        if !line.versioned().is_empty() {
            return None;
        }
        let named = |table: &[(&str, Self)], name: &OsStr| {
            table.iter().find(|(known, _)| name == *known).map(|(_, scope)| *scope)
        };
        let subcommand = line.subcommand?;
        if subcommand != "mod" {
            return named(&TABLE, subcommand);
        }
        let scope = named(&OF_MOD, line.verb?)?;
        let names_modules = || line.operands().next().is_some();
        (scope != Self::Download || !names_modules()).then_some(scope)
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;

    fn scope(line: &str) -> Option<Scope> {
        let args: Vec<OsString> = line.split_whitespace().map(Into::into).collect();
        Scope::of(&CommandLine::read(&args))
    }

    #[test]
    fn what_is_foreseen_of_each_command() {
        for line in ["build ./...", "test", "-C x vet", "mod vendor -v", "run . a@b", "list -m all"] {
            assert_eq!(scope(line), Some(Scope::Build), "{line}");
        }
        for line in [
            "mod download",
            "mod download -x",
            "-C x mod download",
            "mod download -C x",
            "mod download -modfile x -json",
        ] {
            assert_eq!(scope(line), Some(Scope::Download), "{line}");
        }
        for line in ["mod tidy", "mod graph", "mod why a.example/x", "get a.example/x@v1.0.0"] {
            assert_eq!(scope(line), Some(Scope::Graph), "{line}");
        }
        for line in [
            "",
            "env",
            "mod",
            "mod edit",
            "mod download a.example/m@v1.0.0",
            "mod download -x all",
            "mod download -C x all",
            "install a.example/x@v1.0.0",
            "run a.example/x@v1.0.0",
            "clean",
            "brandnew",
        ] {
            assert_eq!(scope(line), None, "{line}");
        }
    }
}
