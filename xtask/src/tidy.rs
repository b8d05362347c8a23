//! `cargo xtask tidy`: the rules of this house, each as a check that says why it exists.
//!
//! All checks run even when an early one fails: a person who mends things wants the whole list. Checks that only read
//! come first, those that compile last.

mod dependencies;
mod fences;
mod formatting;
mod generated;
mod lengths;
mod links;
mod lint_tables;
mod lints;
mod manifest;
mod markdown;
mod programs;
mod purity;
mod rooms;
mod rust_text;
mod supply;
mod words;

use crate::failure::Failure;
use crate::phases::Phases;
use crate::workspace::Workspace;

pub(crate) use lints::build_docs;

/// Checks formatting, lints, docs, structure and licences; tells of each failure why it is one and how to mend it.
///
/// Style that is only written down is lost within months. So each rule is a check, all checks run, and each failed one
/// names its reason and the way to mend it.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Run only the checks of these names
    names: Vec<String>,
    /// Name the checks and their reasons, and run none
    #[arg(long)]
    list: bool,
}

/// One rule.
struct Check {
    /// How it is called on the command line.
    name: &'static str,
    /// Why the rule exists.
    why: &'static str,
    /// What to do about a violation.
    mend: &'static str,
    /// Finds the violations. A failure means that it could not look, which counts as one.
    find: fn(&Workspace) -> Result<Vec<Problem>, Failure>,
}

/// One violation: where, and what. Complete in itself, one line or the output of a tool.
#[derive(Debug, PartialEq, Eq)]
struct Problem(String);

impl Problem {
    /// A violation in line `line` (from 1) of `path`.
    fn at(path: &str, line: usize, what: impl std::fmt::Display) -> Self {
        Self(format!("{path}:{line}: {what}"))
    }
}

const CHECKS: &[&Check] = &[
    &lengths::FILES,
    &lengths::FUNCTIONS,
    &rooms::CHECK,
    &purity::CRATES,
    &purity::SOURCE,
    &fences::CHECK,
    &lint_tables::CHECK,
    &dependencies::CHECK,
    &words::CHECK,
    &links::CHECK,
    &formatting::CHECK,
    &supply::CHECK,
    &lints::CLIPPY,
    &lints::DOCS,
    &generated::PAGES,
    &generated::COMMANDS,
];

/// Runs the checks that were asked for, all of them by default.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<(), Failure> {
    let checks = chosen(&args.names)?;
    if args.list {
        for check in checks {
            println!("{:<18} {}", check.name, check.why);
        }
        return Ok(());
    }
    let mut phases = Phases::default();
    // A program that cannot be had is told before anybody waits; the checks that start none still run.
    phases.attempt("programs", || programs::get(workspace, &checks));
    let mut failed = Vec::new();
    for check in checks {
        let found = phases.time(check.name, || Ok((check.find)(workspace)))?;
        let problems = found.unwrap_or_else(|failure| vec![Problem(format!("could not look: {failure}"))]);
        if !problems.is_empty() {
            println!("{}", verdict(check, &problems));
            failed.push(check.name);
        }
    }
    print!("{}", phases.report());
    conclusion(&failed).and(phases.conclusion())
}

fn conclusion(failed: &[&str]) -> Result<(), Failure> {
    if failed.is_empty() {
        println!("tidy: all checks passed");
        return Ok(());
    }
    Err(Failure::new(format!(
        "not tidy: {}. Reasons and remedies stand above; `cargo xtask tidy {}` looks again",
        failed.join(", "),
        failed.join(" ")
    )))
}

/// The checks of these names, or all of them; a name that no check has is an error.
fn chosen(names: &[String]) -> Result<Vec<&'static Check>, Failure> {
    if let Some(unknown) = names.iter().find(|name| CHECKS.iter().all(|check| check.name != **name)) {
        return Err(Failure::new(format!(
            "no check is called {unknown}; `cargo xtask tidy --list` names them"
        )));
    }
    let wanted = |check: &&Check| names.is_empty() || names.iter().any(|name| name == check.name);
    Ok(CHECKS.iter().copied().filter(wanted).collect())
}

fn verdict(check: &Check, problems: &[Problem]) -> String {
    let lines = problems.iter().map(|problem| format!("  {}\n", problem.0)).collect::<Vec<_>>().concat();
    format!("FAILED {}\n{lines}  why:  {}\n  mend: {}\n", check.name, check.why, check.mend)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_names_place_reason_and_remedy() {
        let said = verdict(&lengths::FILES, &[Problem::at("a.rs", 3, "wrong")]);
        assert!(said.starts_with("FAILED long-files\n  a.rs:3: wrong\n  why:  "), "{said}");
        assert!(said.contains(lengths::FILES.mend));
    }

    #[test]
    fn checks_are_chosen_by_name_and_typos_are_told() {
        assert_eq!(chosen(&[]).unwrap().len(), CHECKS.len());
        assert_eq!(chosen(&["links".into()]).unwrap()[0].name, "links");
        assert!(chosen(&["linsk".into()]).is_err_and(|failure| failure.to_string().contains("linsk")));
    }

    #[test]
    fn any_failed_check_fails_the_chore() {
        assert!(conclusion(&[]).is_ok());
        assert!(conclusion(&["links"]).is_err());
    }

    #[test]
    fn names_are_unique() {
        let names: std::collections::BTreeSet<_> = CHECKS.iter().map(|check| check.name).collect();
        assert_eq!(names.len(), CHECKS.len());
    }
}
