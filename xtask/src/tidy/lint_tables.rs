//! No crate escapes the lints: each takes over the table of the root, the table keeps its lines, and no source turns off
//! what makes up most of it.

use super::{Check, Problem, manifest, rust_text};
use crate::failure::{Context as _, Failure};
use crate::workspace::{Workspace, has_extension};

pub(super) const CHECK: Check = Check {
    name: "lint-tables",
    why: "a crate without `[lints] workspace = true` is checked by nothing, and nothing says so",
    mend: "add the two lines to its Cargo.toml; keep the lints of the root; excuse one item from one lint, with a reason",
    find: find_escapes,
};

/// What the root must have in `[workspace.lints.rust]`.
const RUST: &[&str] = &["unsafe_code", "missing_docs"];

/// What the root must have in `[workspace.lints.clippy]`.
const CLIPPY: &[&str] = &[
    "all",
    "pedantic",
    "too_many_lines",
    "unwrap_used",
    "expect_used",
    "panic",
    "todo",
    "unimplemented",
    "dbg_macro",
    "print_stdout",
    "print_stderr",
];

/// Lints and groups that no source may turn off. Functions over the limit have a check of their own.
const WHOLESALE: &[&str] =
    &["clippy::all", "clippy::pedantic", "clippy::style", "clippy::correctness", "warnings"];

fn find_escapes(workspace: &Workspace) -> Result<Vec<Problem>, Failure> {
    let root = std::fs::read_to_string(workspace.root.join("Cargo.toml")).cannot("read Cargo.toml")?;
    let manifests = workspace.texts(is_member)?;
    let sources = workspace.texts(|path| has_extension(path, &["rs"]))?;
    let mut problems = gaps(&root);
    problems.extend(manifests.iter().filter_map(|file| escape(&file.path, &file.text)));
    problems.extend(sources.iter().flat_map(|file| excuses(&file.path, &file.text)));
    Ok(problems)
}

/// Whether `path` is the manifest of a crate in this workspace; fuzz/ is one of its own.
fn is_member(path: &str) -> bool {
    path.ends_with("/Cargo.toml") && !path.starts_with("fuzz/")
}

/// The lints that the table of the root lacks or has made harmless.
fn gaps(root: &str) -> Vec<Problem> {
    let entries = manifest::entries(root);
    let is_there = |table: &str, lint: &str| {
        let own = entries.iter().find(|entry| entry.table == table && entry.key == lint);
        own.is_some_and(|entry| is_denied(lint, entry.value))
    };
    let rust = RUST.iter().map(|lint| ("workspace.lints.rust", *lint));
    let all = rust.chain(CLIPPY.iter().map(|lint| ("workspace.lints.clippy", *lint)));
    let gone = all.filter(|(table, lint)| !is_there(table, lint));
    gone.map(|(table, lint)| Problem(format!("Cargo.toml: [{table}] does not deny {lint}"))).collect()
}

/// A warning is enough for pedantic, because `tidy` runs clippy with warnings denied and a build need not stop at them.
fn is_denied(lint: &str, value: &str) -> bool {
    let has = |level: &str| value.contains(&format!("\"{level}\""));
    has("deny") || has("forbid") || (lint == "pedantic" && has("warn"))
}

fn escape(path: &str, text: &str) -> Option<Problem> {
    let mut entries = manifest::entries(text).into_iter();
    let is_bound = entries.any(|entry| {
        entry.table == "lints"
            && entry.key == "workspace"
            && entry.value.split('#').next().map(str::trim) == Some("true")
    });
    (!is_bound).then(|| Problem(format!("{path}: lacks `[lints]` with `workspace = true`")))
}

/// Attributes that turn off a whole group, or missing docs where there is an API.
fn excuses(path: &str, text: &str) -> Vec<Problem> {
    let code = rust_text::code_only(text);
    let mut problems = Vec::new();
    for word in ["allow(", "expect("] {
        for (at, _) in code.match_indices(word) {
            let is_attribute = code[..at].ends_with(['[', ' ', ',', '(']);
            let listed = code[at + word.len()..].split(')').next().unwrap_or_default();
            if let Some(lint) =
                listed.split(',').map(str::trim).find(|lint| is_attribute && is_wholesale(path, lint))
            {
                let line = code[..at].matches('\n').count() + 1;
                problems.push(Problem::at(path, line, format_args!("turns off {lint}")));
            }
        }
    }
    problems
}

/// Tests have no API, so that they may leave its documentation out.
fn is_wholesale(path: &str, lint: &str) -> bool {
    let has_api = path.starts_with("src/") || path.contains("/src/");
    WHOLESALE.contains(&lint) || (lint == "missing_docs" && has_api)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_that_escapes_is_found() {
        assert_eq!(escape("a/Cargo.toml", "[package]\n[lints]\nworkspace = true # all\n"), None);
        for text in
            ["[package]\n", "[lints]\n", "[lints]\nworkspace = false", "[dependencies]\nworkspace = true"]
        {
            assert!(escape("a/Cargo.toml", text).is_some(), "{text}");
        }
    }

    #[test]
    fn members_are_all_but_the_root_and_fuzz() {
        assert!(is_member("crates/a/Cargo.toml") && is_member("xtask/Cargo.toml"));
        assert!(!is_member("Cargo.toml") && !is_member("fuzz/Cargo.toml"));
    }

    #[test]
    fn the_table_of_the_root_keeps_its_lints() {
        let root = include_str!("../../../Cargo.toml");
        assert_eq!(gaps(root), []);
        for lint in RUST.iter().chain(CLIPPY) {
            let without: String = root
                .lines()
                .filter(|line| !line.starts_with(&format!("{lint} =")))
                .fold(String::new(), |all, line| all + line + "\n");
            assert_eq!(gaps(&without).len(), 1, "{lint}");
        }
        assert_eq!(gaps(&root.replace("panic = \"deny\"", "panic = \"warn\"")).len(), 1);
    }

    #[test]
    fn a_group_cannot_be_turned_off() {
        for group in WHOLESALE {
            let told = excuses("crates/a/src/b.rs", &format!("\n#![allow({group}, reason = \"x\")]"));
            assert_eq!(told, [Problem::at("crates/a/src/b.rs", 2, format_args!("turns off {group}"))]);
        }
        assert_eq!(excuses("a/src/b.rs", "#![cfg_attr(x, allow(dead_code, missing_docs))]").len(), 1);
    }

    #[test]
    fn one_lint_can_and_a_test_needs_no_docs() {
        let fine = "#[allow(clippy::style_of_one, reason = \"clippy::all\")]\n#[expect(dead_code)]\nx.expect(warnings);";
        assert_eq!(excuses("a/src/b.rs", fine), []);
        assert_eq!(excuses("a/tests/b.rs", "#![allow(missing_docs)]"), []);
    }
}
