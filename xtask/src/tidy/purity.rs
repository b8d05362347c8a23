//! `gomod` has no I/O, no async and no clock: neither in its own text nor in anything it is linked with.

use super::{Check, Problem, rust_text};
use crate::workspace::{Workspace, has_extension};

const CRATE: &str = "gomod";
const WHY: &str = "what Go means must not depend on time, disk or network: so it is tested to the last input, and runs anywhere";

pub(super) const CRATES: Check = Check {
    name: "pure-crates",
    why: WHY,
    mend: "do without the crate, or read its source and, if it does no I/O, add it to LINKED in xtask/src/tidy/purity.rs",
    find: |workspace| Ok(strangers(workspace.metadata.linked_with(CRATE))),
};

pub(super) const SOURCE: Check = Check {
    name: "pure-source",
    why: WHY,
    mend: "take time, randomness and content as parameters; what must touch the world belongs into `source` or `store`",
    find: |workspace: &Workspace| {
        let files =
            workspace.texts(|path| path.starts_with("crates/gomod/src/") && has_extension(path, &["rs"]))?;
        Ok(files.iter().flat_map(|file| impurities(&file.path, &file.text)).collect())
    },
};

/// What gomod may be linked with. Each was chosen because it computes and does nothing else.
const LINKED: &[&str] = &[
    // Errors.
    "thiserror",
    // Tables of Unicode, for the letters that file names in a module may have.
    "unicode-properties",
    // Base64, for h1 hashes.
    "base64",
    // SHA-256 and what it is made of.
    "sha2",
    "digest",
    "block-buffer",
    "crypto-common",
    "hybrid-array",
    "typenum",
    "const-oid",
    "cfg-if",
    "cpufeatures",
    // Asked for the processor's features on some platforms.
    "libc",
    // Zip structure and deflate, over slices.
    "rawzip",
    "flate2",
    "crc32fast",
    "zlib-rs",
];

/// Modules of std that reach out of the program, and the clocks.
const IMPURE: &[&str] = &[
    "fs",
    "net",
    "env",
    "process",
    "thread",
    "os",
    "time::Instant",
    "time::SystemTime",
    "time::*",
    "io::stdin",
];

/// Words that only asynchronous code uses.
const ASYNC: &[&str] = &["async", "await", "tokio", "futures_util"];

fn strangers<'a>(linked: impl IntoIterator<Item = &'a str>) -> Vec<Problem> {
    let unknown = linked.into_iter().filter(|name| !LINKED.contains(name));
    unknown.map(|name| Problem(format!("{CRATE} is linked with {name}, which nobody vouched for"))).collect()
}

fn impurities(path: &str, text: &str) -> Vec<Problem> {
    let code = rust_text::without_tests(&rust_text::code_only(text));
    let reaches_out = rust_text::paths(&code, "std").into_iter().filter(|(_, used)| is_impure(used));
    let mut problems: Vec<Problem> =
        reaches_out.map(|(line, used)| Problem::at(path, line, format_args!("uses {used}"))).collect();
    for (at, line) in code.lines().enumerate() {
        let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
        if let Some(word) = words.find(|word| ASYNC.contains(word)) {
            problems.push(Problem::at(path, at + 1, format_args!("is asynchronous (`{word}`)")));
        }
    }
    problems
}

fn is_impure(used: &str) -> bool {
    let inside = used.trim_start_matches("std::");
    inside == "*"
        || IMPURE.iter().any(|name| {
            inside.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn computing_crates_pass_and_a_runtime_does_not() {
        assert_eq!(strangers(["sha2", "digest"]), []);
        assert!(strangers(["sha2", "tokio"])[0].0.contains("tokio"));
    }

    #[test]
    fn pure_code_passes() {
        let text = "//! std::fs is not used\nuse std::{fmt, io::Read, time::Duration};\nfn processed(environment: u8) {}";
        assert_eq!(impurities("a.rs", text), []);
    }

    #[test]
    fn files_clocks_and_async_are_found() {
        let text = "use std::{fs, fmt};\nuse std::time::{Duration, Instant};\nasync fn a() { std::env::var(\"x\"); }";
        let found: Vec<String> = impurities("a.rs", text).into_iter().map(|problem| problem.0).collect();
        assert_eq!(
            found,
            [
                "a.rs:1: uses std::fs",
                "a.rs:2: uses std::time::Instant",
                "a.rs:3: uses std::env::var",
                "a.rs:3: is asynchronous (`async`)"
            ]
        );
    }

    #[test]
    fn tests_may_read_their_data() {
        assert_eq!(impurities("a.rs", "#[cfg(test)]\nmod tests { use std::fs; }"), []);
    }
}
