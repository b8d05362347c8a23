//! Which files are in a zip, and which go.mod a version has (protocol.md C13 to C17).

use testkit::repo::Tree;

use crate::shop::{Shop, module, package};

pub(crate) fn add(shop: &mut Shop) {
    go_mods(shop);
    contents(shop);
}

/// go.mod in odd forms.
fn go_mods(shop: &mut Shop) {
    let path = "github.com/ex/gomods";
    let link = package().file("real", format!("module {path}\n")).symlink("go.mod", "real");
    let link_text = package().symlink("go.mod", format!("module {path}"));
    let folder = package().file("go.mod/a.go", "package a\n");
    let trees = [
        package(),
        link,
        link_text,
        folder,
        package().file("go.mod", ""),
        package().file("go.mod", format!("module {path}")),
        package().file("go.mod", format!("\u{feff}module {path}\n")),
        package().file("go.mod", format!("module {path}\r\n\r\ngo 1.20\r\n")),
        package().file("go.mod", format!("// c\nmodule\t{path} // d\nnonsense\n")),
        package().file("go.mod", format!("module {path}\ngo 1.99\n")),
        package().file("go.mod", format!("module {path}\ngo 1.26.8\ntoolchain go1.99.0\n")),
        package().file("go.mod", format!("module `{path}`\n")),
        package().file("go.mod", format!("module {path}\nmodule {path}/v2\n")),
        package().file("go.mod", b"module \xff\n".to_vec()),
        package().executable("go.mod", format!("module {path}\n")),
        package().file("go.mod", format!("module {path}\nrequire x v1\n")),
        package().submodule("go.mod", &"ab".repeat(20)),
    ];
    let (stall, tags) = shop.stall("gomods", |history| {
        let add = |(at, tree): (usize, &Tree)| {
            let commit = history.commit(&[], tree);
            history.tag(&format!("v0.{at}.0"), commit);
            format!("v0.{at}.0")
        };
        trees.iter().enumerate().map(add).collect::<Vec<_>>()
    });
    stall.independent();
    for tag in &tags {
        stall.ask("", &[tag]);
    }
}

/// Contents and modes of all kinds.
fn contents(shop: &mut Shop) {
    let (stall, ()) = shop.stall("contents", |history| {
        let tree = module("github.com/ex/contents")
            .file("empty", "")
            .file("zero", vec![0; 70_000])
            .executable("run.sh", "#!/bin/sh\n");
        let tree =
            tree.file("crlf", "a\r\nb\r\n").file("deep/er/and/deeper/file", "x").symlink("link", "empty");
        let tree = tree
            .file(".gitmodules", "[submodule \"s\"]\n\tpath = s\n\turl = ../s\n")
            .submodule("s", &"12".repeat(20));
        let tree = tree
            .file(".github/w.yml", "")
            .file(".hg_archival.txt", "x")
            .file("noise", testkit::module::noise(40_000));
        let commit = history.commit(&[], &tree);
        history.tag("v1.0.0", commit);
        history.branch("main", commit);
        let none = history.commit(&[commit], &Tree::new());
        history.tag("v1.1.0", none);
    });
    stall.list("").ask("", &["v1.0.0", "v1.1.0", "main"]);
}
