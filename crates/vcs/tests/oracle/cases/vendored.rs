//! Both rules for vendored files, by the `go` line (protocol.md C8).

use testkit::repo::Tree;

use crate::shop::Shop;

/// `go` lines, some of them none.
const LINES: &[&str] = &[
    "",
    "go 1.23",
    "go 1.24",
    "go 1.24rc1",
    "go 1.24.3",
    "go 1.23.9",
    "go 1.26",
    "go 1.9",
    "go 2",
    "go 1.24.x",
    "go 1.024",
    "go 1.24 // c",
];

pub(crate) fn add(shop: &mut Shop) {
    let (stall, tags) = shop.stall("vendored", |history| {
        let mut tags = Vec::new();
        for (at, line) in LINES.iter().enumerate() {
            for (behind, folder) in [("", ""), ("/pkg", "pkg/")] {
                let path = format!("github.com/ex/vendored{behind}");
                let tree =
                    files(folder).file(format!("{folder}go.mod"), format!("module {path}\n\n{line}\n"));
                let commit = history.commit(&[], &tree);
                history.tag(&format!("{folder}v0.{at}.0"), commit);
            }
            tags.push(format!("v0.{at}.0"));
        }
        let bare = history.commit(&[], &files(""));
        history.tag("v0.99.0", bare);
        tags.push("v0.99.0".to_owned());
        tags
    });
    stall.independent();
    for (at, tag) in tags.iter().enumerate() {
        stall.ask("", &[tag]);
        if at % 3 == 0 {
            stall.ask("/pkg", &[tag]);
        }
    }
}

fn files(folder: &str) -> Tree {
    let names = [
        "a.go",
        "vendor/modules.txt",
        "vendor/v.go",
        "vendor/x/x.go",
        "vendor/x/modules.txt",
        "pkg/vendor/modules.txt",
        "pkg/vendor/pv.go",
        "pkg/vendor/y/y.go",
        "a/vendor/b",
        "a/b/vendor/c/d",
        "longname/vendor/e",
        "vendor/vendor/f",
        "vendors/g",
        "x/vendored/h",
        "vendor.go",
        "modules.txt",
        "n/vendor/m/vendor/o",
    ];
    names.iter().fold(Tree::new(), |tree, name| tree.file(format!("{folder}{name}"), *name))
}
