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

/// The crates outside of the fence: the binary, and those that run in no product.
const OUTSIDE: &[&str] = &["crates/modkeep/", "crates/testkit/", "crates/bench/"];

/// Paths of std that read the environment or hold the terminal. `std::env::consts` is neither. Module `env` must be
/// named in full, so that its functions cannot hide; `io` is met everywhere, so see [`FORBIDDEN_IO`].
const FORBIDDEN: &[&str] = &[
    "*",
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
];

/// What no library may use of a module called `io`, however it came into scope; tokio has these too.
const FORBIDDEN_IO: &[&str] = &["stdin", "stdout", "stderr", "*"];

const PRINTING: &[&str] = &["print!", "println!", "eprint!", "eprintln!", "dbg!"];

fn is_fenced(path: &str) -> bool {
    let is_library = path.starts_with("crates/") && path.contains("/src/") && has_extension(path, &["rs"]);
    is_library && !OUTSIDE.iter().any(|folder| path.starts_with(folder))
}

fn breaches(path: &str, text: &str) -> Vec<Problem> {
    let code = rust_text::without_tests(&rust_text::code_only(text));
    let whole = rust_text::taken_whole(&code, "std").into_iter();
    let mut problems: Vec<Problem> =
        whole.map(|line| Problem::at(path, line, "takes std as a whole, which hides what is used")).collect();
    let used = rust_text::paths(&code, "std").into_iter().chain(rust_text::paths(&code, "io"));
    let reads = used.filter(|(_, used)| is_forbidden(used));
    problems.extend(reads.map(|(line, used)| Problem::at(path, line, format_args!("uses {used}"))));
    for (at, line) in code.lines().enumerate() {
        let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '!');
        if let Some(word) = words.find(|word| PRINTING.contains(word)) {
            problems.push(Problem::at(path, at + 1, format_args!("prints (`{word}`)")));
        }
    }
    problems
}

/// Whether the path `used` is on a list, or gives `io` a name that the lists do not know.
fn is_forbidden(used: &str) -> bool {
    let plain = rust_text::without_alias(used);
    let hides_io = plain != used && ["std::io", "std::io::self"].contains(&plain);
    let is_listed =
        |root: &str, list: &[&str]| plain.strip_prefix(root).is_some_and(|name| list.contains(&name));
    hides_io || is_listed("std::", FORBIDDEN) || is_listed("io::", FORBIDDEN_IO)
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
    fn ways_round_are_closed() {
        let ways = [
            "use std::io; fn a() { io::stdout(); }",
            "use std::io::{self, stdin};",
            "use std::io as i; fn a() { i::stdin(); }",
            "use std::io::{self as i};",
            "use std as s; fn a() { s::env::vars(); }",
            "use std::{env as e};",
            "use std::*;",
            "use std::io::*;",
            "fn a() { tokio::io::stdout(); }",
        ];
        for way in ways {
            assert_eq!(breaches("a.rs", way).len(), 1, "{way}");
        }
    }

    #[test]
    fn writing_to_a_parameter_is_fine() {
        let text =
            "fn a(w: &mut dyn std::io::Write) { writeln!(w, \"{}\", std::env::consts::OS) } // println!";
        assert_eq!(breaches("a.rs", text), []);
    }
}
