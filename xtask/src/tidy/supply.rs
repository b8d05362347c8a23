//! Licences, doubles and origins of the crates that we link, judged by cargo-deny from `deny.toml`.

use std::process::Command;

use super::{Check, Problem};
use crate::failure::Failure;
use crate::run;
use crate::tools::cargo_deny;
use crate::workspace::Workspace;

pub(super) const CHECK: Check = Check {
    name: "supply",
    why: "what we link we ship: under its licence, with its author's reach, once per version",
    mend: "choose another crate or version; a licence or an exception goes into deny.toml, with its reason",
    find: |workspace| {
        let program = cargo_deny::find_or_fetch(workspace)?;
        judged(&run::output(&mut cargo_deny_check(workspace, &program))?)
    },
};

/// The advisory database is left out: it is fetched from a git host, and tidy must pass where only registries can be
/// reached. Whoever has it runs `cargo deny check advisories`.
fn cargo_deny_check(workspace: &Workspace, program: &std::path::Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(&workspace.root);
    command.args([
        "--workspace",
        "--locked",
        "check",
        "--hide-inclusion-graph",
        "bans",
        "licenses",
        "sources",
    ]);
    command
}

fn judged(output: &std::process::Output) -> Result<Vec<Problem>, Failure> {
    if output.status.success() {
        return Ok(Vec::new());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.trim();
    if said.is_empty() {
        return Err(Failure::new(format!("cargo-deny ended with {} and said nothing", output.status)));
    }
    Ok(vec![Problem(said.replace('\n', "\n  "))])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(script: &str) -> std::process::Output {
        run::output(Command::new("sh").args(["-c", script])).unwrap()
    }

    #[test]
    fn what_cargo_deny_says_is_told() {
        assert_eq!(judged(&ended("exit 0")).unwrap(), []);
        let found = judged(&ended("echo 'error: rejected licence' >&2; exit 4")).unwrap();
        assert_eq!(found, [Problem("error: rejected licence".into())]);
        assert!(judged(&ended("exit 1")).is_err());
    }
}
