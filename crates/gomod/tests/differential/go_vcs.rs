//! A part of the go command's own package for repositories, as a package of the oracle.
//!
//! The package is internal, and the whole of it would bring half the go command along. So its reader of pages is taken as a
//! file, and of the other file the declarations that decide something, cut out by their first lines.

use std::fs;
use std::path::Path;

/// What stands around the declarations.
const AROUND: &str = include_str!("../oracle/vcs/around.go");

/// The beginnings of the declarations.
const DECLARATIONS: [&str; 13] = [
    "type govcsRule struct {",
    "func parseGOVCS(",
    "func (c *govcsConfig) allow(",
    "var defaultGOVCS = ",
    "func validateRepoSubDir(",
    "func validateRepoRoot(",
    "type metaImport struct {",
    "type ImportMismatchError struct {",
    "func (m ImportMismatchError) Error(",
    "func matchGoImport(",
    "func expand(",
    "var vcsPaths = ",
    "func noVCSSuffix(",
];

const HEAD: &str = "package vcs\n\nimport (\n\t\"errors\"\n\t\"fmt\"\n\turlpkg \"net/url\"\n\t\"strings\"\n\n\
                    \t\"golang.org/x/mod/module\"\n)\n";

/// Lays the package into a fresh folder.
pub(crate) fn lay(go_root: &Path, to: &Path) {
    let from = go_root.join("src/cmd/go/internal/vcs");
    let read =
        |name: &str| fs::read_to_string(from.join(name)).expect("the sources of go lie in its distribution");
    let whole = read("vcs.go");
    let cut: Vec<_> = DECLARATIONS.iter().map(|beginning| declaration(&whole, beginning)).collect();
    fs::create_dir(to).expect("a fresh folder");
    let write = |name: &str, text: &str| fs::write(to.join(name), text).expect("a fresh folder");
    write("around.go", AROUND);
    write("discovery.go", &read("discovery.go"));
    write("cut.go", &(HEAD.to_owned() + &cut.join("\n")));
}

/// A declaration, up to the brace that stands at the beginning of a line.
fn declaration<'a>(source: &'a str, beginning: &str) -> &'a str {
    let start = source.find(&format!("\n{beginning}")).unwrap_or_else(|| panic!("go has no {beginning}"));
    let end = source[start..].find("\n}\n").expect("gofmt ends a declaration so");
    &source[start..start + end + 3]
}
