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
    mend: "take time, randomness and content as parameters; what must touch the world belongs into `source` or `store`. \
           What only computes may join ALLOWED in xtask/src/tidy/purity.rs",
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
    // Choosing and comparing in constant time, which a feature of digest asks for that other crates of the workspace need.
    "ctutils",
    "cmov",
    // Asked for the processor's features on some platforms.
    "libc",
    // Ed25519, for the signatures of checksum databases: arithmetic on a curve, its traits, and secrets that are compared in
    // constant time and wiped. Random numbers, which would need the system, are a feature that is off.
    "ed25519-dalek",
    "ed25519",
    "signature",
    "curve25519-dalek",
    "subtle",
    "zeroize",
    // Field arithmetic that a build flag could choose in its place.
    "fiat-crypto",
    // Zip structure and deflate, over slices.
    "rawzip",
    "flate2",
    "crc32fast",
    "zlib-rs",
];

/// What gomod may use of the standard library: modules, with all that is in them, and single items. Everything else is
/// refused, so that nobody has to think of all that could reach the world.
const ALLOWED: &[&str] = &[
    "borrow",
    "cell",
    "char",
    "cmp",
    "collections",
    "convert",
    "error",
    "fmt",
    "hash",
    "io",
    "iter",
    "marker",
    "mem",
    "net::IpAddr",
    "net::Ipv4Addr",
    "net::Ipv6Addr",
    "num",
    "ops",
    "option",
    "result",
    "slice",
    "str",
    "string",
    "sync::Arc",
    "time::Duration",
    "vec",
];

/// What it may use of module `io`, by whatever way the module came into scope: traits over slices, and errors.
const ALLOWED_IO: &[&str] =
    &["self", "BufRead", "Cursor", "Error", "ErrorKind", "Read", "Result", "Seek", "Write", "repeat"];

/// Types of allowed crates that read files.
const FILE_TYPES: &[&str] = &["FileReader"];

/// Words that only asynchronous code uses.
const ASYNC: &[&str] = &["async", "await", "tokio", "futures_util"];

fn strangers<'a>(linked: impl IntoIterator<Item = &'a str>) -> Vec<Problem> {
    let unknown = linked.into_iter().filter(|name| !LINKED.contains(name));
    unknown.map(|name| Problem(format!("{CRATE} is linked with {name}, which nobody vouched for"))).collect()
}

fn impurities(path: &str, text: &str) -> Vec<Problem> {
    let code = rust_text::without_tests(&rust_text::code_only(text));
    let mut problems = Vec::new();
    for root in ["std", "core", "alloc"] {
        let whole = rust_text::taken_whole(&code, root).into_iter();
        problems.extend(whole.map(|line| Problem::at(path, line, format_args!("takes {root} as a whole"))));
        problems.extend(strange_paths(path, &code, root, ALLOWED));
    }
    problems.extend(strange_paths(path, &code, "io", ALLOWED_IO));
    let lines = code.lines().enumerate();
    let told = lines.filter_map(|(at, line)| Some(Problem::at(path, at + 1, strange_word(line)?)));
    problems.extend(told);
    problems
}

/// The uses of what lies in `root` and is not in `allowed`.
fn strange_paths(path: &str, code: &str, root: &str, allowed: &[&str]) -> Vec<Problem> {
    let used = rust_text::paths(code, root).into_iter();
    let strange = used.filter(|(_, used)| !is_allowed(&used[root.len() + 2..], allowed));
    strange.map(|(line, used)| Problem::at(path, line, format_args!("uses {used}"))).collect()
}

/// Whether `inside` is on the list, or in a module that is. A new name for `io` would hide what is used of it, and a glob
/// hides everything.
fn is_allowed(inside: &str, allowed: &[&str]) -> bool {
    let plain = rust_text::without_alias(inside);
    let is_listed = allowed
        .iter()
        .any(|name| plain.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with("::")));
    let hides = plain.ends_with('*') || (plain != inside && ["io", "io::self", "self"].contains(&plain));
    is_listed && !hides
}

fn strange_word(line: &str) -> Option<String> {
    let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
    let told = words.find_map(|word| match word {
        _ if ASYNC.contains(&word) => Some(format!("is asynchronous (`{word}`)")),
        _ if FILE_TYPES.contains(&word) => Some(format!("names {word}, which reads files")),
        "include" => Some("brings text in past this check (`include`)".to_owned()),
        _ => None,
    });
    let has_path = line.split_whitespace().collect::<String>().contains("#[path=");
    told.or(has_path.then(|| "brings text in past this check (`#[path]`)".to_owned()))
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

    /// Each of these passed once by hiding the name of what it used.
    #[test]
    fn ways_round_are_closed() {
        let ways = [
            "use std::time; fn a() { time::SystemTime::now(); }",
            "use std::io; fn a() { io::stdin(); }",
            "use std::{io::{self}}; fn a() { super::io::stdin(); }",
            "use std as s; fn a() { s::fs::read(x); }",
            "use ::{std as s};",
            "extern crate std as s;",
            "use core as c;",
            "use std::io as i; fn a() { i::stdin(); }",
            "use std::io::{self as i};",
            "use std::*;",
            "use std::io::prelude::*;",
            "use std::collections::*;",
            "fn a() { std::path::Path::new(x).exists(); }",
            "use rawzip::FileReader;",
            "pub use rawzip::FileReader as F;",
            "use std::sync::mpsc;",
            "use std::net::{Ipv6Addr, TcpStream};",
            "include!(x);",
            "#[path = x] mod a;",
        ];
        for way in ways {
            assert!(!impurities("a.rs", way).is_empty(), "{way}");
        }
    }

    #[test]
    fn what_computes_is_allowed() {
        let text = "use std::collections::hash_map::Entry as Slot;\nuse std::io::{self, Read as _, ErrorKind};\n\
                    fn a(r: impl io::Read) -> io::Result<u8> { core::net::Ipv6Addr::new(); std::mem::take(x) as u8 }";
        assert_eq!(impurities("a.rs", text), []);
    }

    #[test]
    fn tests_may_read_their_data() {
        assert_eq!(impurities("a.rs", "#[cfg(test)]\nmod tests { use std::fs; }"), []);
    }
}
