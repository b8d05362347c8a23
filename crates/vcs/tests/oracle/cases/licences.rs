//! The licence that a module below the root borrows (protocol.md C14).

use testkit::repo::Tree;

use crate::shop::{Shop, module_in};

pub(crate) fn add(shop: &mut Shop) {
    let own = || module_in("sub/", "github.com/ex/licences/sub");
    let root = || own().file("LICENSE", "of the root\r\n$Id$\n");
    let trees: Vec<Tree> = vec![
        root(),
        root().file("sub/LICENSE", "of its own\n"),
        root().symlink("sub/LICENSE", "../LICENSE"),
        own().file("real", "text").symlink("LICENSE", "real"),
        root().file("sub/license", "other case\n"),
        root().file("sub/LICENSE.txt", "other name\n"),
        root().file("sub/LICENSE/text", "a folder\n"),
        own().file("LICENSE/text", "a folder\n"),
        own().file("License", "other case\n"),
        own().submodule("LICENSE", &"ab".repeat(20)),
        root().file(".gitattributes", "LICENSE eol=crlf ident\n*.go eol=crlf\n"),
        root().file(".gitattributes", "LICENSE export-ignore\n"),
        root().submodule("sub/LICENSE", &"ab".repeat(20)),
        own(),
        root()
            .file("sub/v2/go.mod", "module github.com/ex/licences/sub/v2\n")
            .file("sub/v2/a.go", "package a\n"),
        root().file("sub/LICENSE/go.mod", "").file("sub/LICENSE/a.go", ""),
    ];
    let (stall, tags) = shop.stall("licences", |history| {
        let add = |(at, tree): (usize, &Tree)| {
            let commit = history.commit(&[], tree);
            history.tag(&format!("sub/v0.{at}.0"), commit);
            history.tag(&format!("sub/v2.{at}.0"), commit);
            format!(".{at}.0")
        };
        trees.iter().enumerate().map(add).collect::<Vec<_>>()
    });
    stall.independent();
    for tag in &tags {
        stall.ask("/sub", &[&format!("v0{tag}")]);
    }
    stall.ask("/sub/v2", &["v2.14.0", "v2.1.0"]);
}
