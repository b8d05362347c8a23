//! Proof that clippy, with this repository's settings, refuses long functions also in tests: `tidy` relies on it.

#![allow(missing_docs, clippy::expect_used, reason = "a test")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

const MANIFEST: &str = "[package]\nname = \"probe\"\nedition = \"2024\"\n[workspace]\n";

/// What clippy says about a crate whose unit test and integration test have `lines` lines each.
fn clippy_on_tests_of(lines: usize) -> String {
    let probe = tempfile::tempdir().expect("a temporary folder");
    let mut body = String::new();
    for n in 0..lines {
        writeln!(body, "    let _line_{n} = {n};").expect("a string takes anything");
    }
    let write = |path: &str, text: String| {
        let path = probe.path().join(path);
        fs::create_dir_all(path.parent().unwrap_or(probe.path())).expect("a folder");
        fs::write(path, text).expect("a file");
    };
    write("Cargo.toml", MANIFEST.to_owned());
    write("src/lib.rs", format!("#[cfg(test)]\nmod tests {{\n  #[test]\n  fn unit() {{\n{body}  }}\n}}\n"));
    write("tests/it.rs", format!("#[test]\nfn integration() {{\n{body}}}\n"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut clippy = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    clippy.args([
        "clippy",
        "--offline",
        "--keep-going",
        "--all-targets",
        "--",
        "-D",
        "clippy::too_many_lines",
    ]);
    clippy
        .current_dir(probe.path())
        .env("CLIPPY_CONF_DIR", root)
        .env("CARGO_TARGET_DIR", probe.path().join("target"));
    let output = clippy.output().expect("cargo clippy starts");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn seventy_lines_pass_and_one_more_fails_in_every_kind_of_test() {
    let said = clippy_on_tests_of(70);
    assert!(!said.contains("too many lines") && said.contains("Finished"), "{said}");
    let said = clippy_on_tests_of(71);
    assert_eq!(said.matches("too many lines (71/70)").count(), 2, "{said}");
}
