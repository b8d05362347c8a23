//! Only the binary reads the environment and talks to the person at the terminal.

use super::{Check, Problem, rust_text};
use crate::workspace::{Workspace, has_extension};

pub(super) const CHECK: Check = Check {
    name: "fences",
    why: "a library that reads the environment or prints surprises whoever embeds it, and its tests cannot run in parallel",
    mend: "take the value as a parameter that crate `modkeep` fills in; report by return value or by a tracing event",
    find: |workspace: &Workspace| {
        let files = workspace.texts(is_fenced)?;
        Ok(files.iter().flat_map(|file| breaches(&file.path, &file.text)).collect())
    },
};

/// The crates outside of the fence: the binary, and two that run in no product.
const OUTSIDE: &[&str] = &["crates/modkeep/", "crates/testkit/"];

/// Paths of std that read the environment or hold the terminal. `std::env::consts` is neither.
const FORBIDDEN: &[&str] = &[
    "env::var",
    "env::var_os",
    "env::vars",
    "env::vars_os",
    "env::args",
    "env::args_os",
    "env::set_var",
    "env::remove_var",
    "env::home_dir",
    "env::temp_dir",
    "env::current_dir",
    "env::set_current_dir",
    "env::self",
    "env::*",
    "env",
    "io::stdin",
    "io::stdout",
    "io::stderr",
];

const PRINTING: &[&str] = &["print!", "println!", "eprint!", "eprintln!", "dbg!"];

fn is_fenced(path: &str) -> bool {
    let is_library = path.starts_with("crates/") && path.contains("/src/") && has_extension(path, &["rs"]);
    is_library && !OUTSIDE.iter().any(|folder| path.starts_with(folder))
}

fn breaches(path: &str, text: &str) -> Vec<Problem> {
    let code = rust_text::without_tests(&rust_text::code_only(text));
    let used = rust_text::paths(&code, "std").into_iter();
    let reads =
        used.filter(|(_, used)| used.strip_prefix("std::").is_some_and(|inside| FORBIDDEN.contains(&inside)));
    let mut problems: Vec<Problem> =
        reads.map(|(line, used)| Problem::at(path, line, format_args!("uses {used}"))).collect();
    for (at, line) in code.lines().enumerate() {
        let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '!');
        if let Some(word) = words.find(|word| PRINTING.contains(word)) {
            problems.push(Problem::at(path, at + 1, format_args!("prints (`{word}`)")));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_libraries_are_fenced() {
        assert!(is_fenced("crates/store/src/disk.rs"));
        assert!(!is_fenced("crates/modkeep/src/main.rs"));
        assert!(!is_fenced("crates/store/tests/disk.rs"));
        assert!(!is_fenced("xtask/src/main.rs"));
    }

    #[test]
    fn reading_and_printing_are_found() {
        let text = "use std::env;\nfn a() { std::env::var(\"X\"); println!(\"\") }\n";
        let found: Vec<String> = breaches("a.rs", text).into_iter().map(|problem| problem.0).collect();
        assert_eq!(
            found,
            ["a.rs:1: uses std::env", "a.rs:2: uses std::env::var", "a.rs:2: prints (`println!`)"]
        );
    }

    #[test]
    fn writing_to_a_parameter_is_fine() {
        let text =
            "fn a(w: &mut dyn std::io::Write) { writeln!(w, \"{}\", std::env::consts::OS) } // println!";
        assert_eq!(breaches("a.rs", text), []);
    }
}
