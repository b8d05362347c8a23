//! What lies in the folder of a module: files, links and others, with all the names that some rule looks at.

use super::paths;
use crate::dice::Dice;

pub(crate) const FILE: &str = "file";
pub(crate) const LINK: &str = "link";
pub(crate) const OTHER: &str = "other";

/// Names that go together without an error.
const GOOD: [&str; 34] = [
    "a.go",
    "b c.txt",
    "LICENSE",
    "README~",
    "\u{e9}.go",
    "pkg/a.go",
    "pkg/sub/b.go",
    "pkg/vendor/v.go",
    "pkg/vendor/modules.txt",
    "pkg/vendor/x/x.go",
    "pkg/vendor/x/vendor/y/y.go",
    "vendor/modules.txt",
    "vendor/v.go",
    "vendor/x/x.go",
    "vendor/x/con",
    "vendor/X/x.go",
    "vendor/x/go.mod",
    "vendor/vendor/v.go",
    "a/vendor/v.go",
    "\u{e9}/vendor/v.go",
    "very-long-name/vendor/v.go",
    "very-long-name/vendor/x/x.go",
    "xvendor/x/x.go",
    "nested/go.mod",
    "nested/x.go",
    "nested/deep/aux",
    "nested/deep/A",
    "nested/deep/a",
    "nested2/GO.MOD",
    "nested2/x\".go",
    "other/go.mod/file",
    ".hg_archival.txt",
    "sub/.hg_archival.txt",
    "a..b/.gitignore",
];

/// Names of which one is enough to fail, alone or with one above.
const BAD: [&str; 31] = [
    "",
    ".",
    "..",
    "../a",
    "../vendor/a/b/c",
    "../../a/../b",
    "/a",
    "/",
    "a//b",
    "./a",
    "a/./b",
    "a/",
    "con",
    "pkg/AUX.go",
    "x\"y",
    "x.",
    "pkg ",
    "a\\b",
    "a:b",
    "\u{1f600}",
    "A.go",
    "PKG/c.go",
    "pkg",
    "a.go/x",
    "K/x",
    "\u{212a}/y",
    "GO.MOD",
    "Go.mod",
    "Vendor/v.go",
    "license",
    "pkg/sub",
];

const GO_LINES: [&str; 16] = [
    "",
    "go 1.24",
    "go 1.24",
    "go 1.23",
    "go 1.24.3",
    "go 1.24rc1",
    "go 1.24rc01",
    "go 1.24.1rc1",
    "go v1.24.x",
    "go 1.9",
    "go 1.100",
    "go 2.0",
    "go 1",
    "go",
    "go 1.25\ngo 1.23",
    "require (",
];

/// Kind, path and content of each.
pub(crate) fn tree(dice: &mut Dice) -> Vec<String> {
    let mut names: Vec<String> = (0..dice.below(9)).map(|_| dice.pick(&GOOD).to_owned()).collect();
    if dice.chance(12) {
        names.push(if dice.chance(70) { dice.pick(&BAD).to_owned() } else { paths::file_path(dice) });
    }
    if !dice.chance(20) {
        names.sort();
        names.dedup();
    }
    let go_mod = dice.chance(75).then(|| entry(dice, "go.mod"));
    let others: Vec<_> = names.iter().map(|name| entry(dice, name)).collect();
    go_mod.into_iter().chain(others).flatten().collect()
}

fn entry(dice: &mut Dice, name: &str) -> [String; 3] {
    let kind = dice.pick(&[FILE, FILE, FILE, FILE, FILE, FILE, FILE, FILE, LINK, OTHER]);
    let content = if name == "go.mod" {
        format!("module example.com/m\n{}\n", dice.pick(&GO_LINES))
    } else {
        dice.text("abc \n", 0, 12)
    };
    [kind, name, &content].map(str::to_owned)
}
