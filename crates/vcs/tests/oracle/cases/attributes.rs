//! What `.gitattributes` does to a zip, and does not (protocol.md C12, C13).

use testkit::repo::Tree;

use crate::shop::Shop;

/// Lines of `.gitattributes`.
const LINES: &[&str] = &[
    "*.txt eol=crlf",
    "*.txt text eol=crlf",
    "*.txt text=auto eol=crlf",
    "* text=auto",
    "*.txt text",
    "*.txt -text eol=crlf",
    "*.txt crlf",
    "*.txt -crlf",
    "*.txt crlf=input",
    "*.txt binary",
    "*.txt ident",
    "*.txt ident eol=crlf",
    "*.txt working-tree-encoding=UTF-16LE",
    "*.txt text working-tree-encoding=UTF-16 eol=crlf",
    "*.txt working-tree-encoding=latin1",
    "*.txt working-tree-encoding=nonsense",
    "*.txt filter=lfs diff=lfs merge=lfs -text",
    "*.txt export-ignore",
    "sub export-ignore",
    "sub/ export-ignore",
    "*.txt export-subst",
    "* export-ignore",
    "go.mod text eol=crlf",
    "[attr]mine eol=crlf\n*.txt mine",
    "sub/*.txt eol=crlf",
    "/a.txt eol=crlf",
    "**/a.txt eol=crlf",
    "\"a.txt\" eol=crlf",
    "!a.txt eol=crlf",
    "a.txt eol=crlf\na.txt !eol",
    "a.txt eol=crlf\n*.txt eol=lf",
    "*.txt export-subst eol=crlf ident",
];

pub(crate) fn add(shop: &mut Shop) {
    let (stall, tags) = shop.stall("attributes", |history| {
        let mut tags = Vec::new();
        for (at, line) in LINES.iter().enumerate() {
            let commit = history.commit(&[], &tree().file(".gitattributes", format!("{line}\n")));
            history.tag(&format!("v0.{at}.0"), commit);
            history.tag(&format!("sub/v0.{at}.0"), commit);
            let below = history.commit(&[], &tree().file("sub/.gitattributes", format!("{line}\n")));
            history.tag(&format!("sub/v1.{at}.0"), below);
            tags.push(at);
        }
        let both =
            tree().file(".gitattributes", "*.txt eol=crlf\n").file("sub/.gitattributes", "*.txt -text\n");
        let both = history.commit(&[], &both);
        history.tag("sub/v2.0.0", both);
        history.tag("sub/v0.999.0", both);
        tags
    });
    stall.independent();
    for at in tags {
        stall.ask("", &[&format!("v0.{at}.0")]).ask("/sub", &[&format!("v0.{at}.0")]);
        if at % 4 == 0 {
            stall.ask("/sub", &[&format!("v1.{at}.0")]);
        }
    }
    stall.ask("/sub", &["v0.999.0"]);
    links(shop);
}

/// A file that every attribute has something to do with.
fn text() -> &'static str {
    "one $Id$\ntwo $Format:%H$ \u{e9}\n$Id: abc $\nend\n"
}

fn tree() -> Tree {
    ["", "sub/"].iter().fold(Tree::new(), |tree, folder| {
        let path = format!("github.com/ex/attributes/{folder}");
        tree.file(format!("{folder}go.mod"), format!("module {}\n\ngo 1.20\n", path.trim_end_matches('/')))
            .file(format!("{folder}a.txt"), text())
            .file(format!("{folder}mixed.txt"), "a\r\nb\nc\r\n")
            .file(format!("{folder}zero.txt"), "a\n\0b\n")
            .file(format!("{folder}pkg/a.txt"), "x\ny\n")
            .file(format!("{folder}a.go"), "package a\n")
    })
}

/// `.gitattributes` that is no file.
fn links(shop: &mut Shop) {
    let (stall, ()) = shop.stall("attribute-links", |history| {
        let module =
            || Tree::new().file("go.mod", "module github.com/ex/attribute-links\n").file("a.txt", "a\nb\n");
        let link =
            history.commit(&[], &module().file("real", "*.txt eol=crlf\n").symlink(".gitattributes", "real"));
        history.tag("v0.1.0", link);
        let upper = history.commit(&[], &module().file(".GITATTRIBUTES", "*.txt eol=crlf\n"));
        history.tag("v0.2.0", upper);
        let folder = history.commit(&[], &module().file(".gitattributes/a", "*.txt eol=crlf\n"));
        history.tag("v0.3.0", folder);
        let crlf = history.commit(&[], &module().file(".gitattributes", "*.txt eol=crlf\r\n"));
        history.tag("v0.4.0", crlf);
        let mark = history.commit(&[], &module().file(".gitattributes", "\u{feff}*.txt eol=crlf\n"));
        history.tag("v0.5.0", mark);
    });
    stall.ask("", &["v0.1.0", "v0.2.0", "v0.3.0", "v0.4.0", "v0.5.0"]);
}
