//! Repositories of Subversion (protocol.md D35).

use testkit::repo::SvnChange;

use crate::shop::Shop;

pub(crate) fn add(shop: &mut Shop) {
    trunk(shop);
    root(shop);
    contents(shop);
    folders(shop);
}

fn module(change: SvnChange, folder: &str, path: &str) -> SvnChange {
    let text = format!("module {path}\n\ngo 1.20\n");
    change.file(&format!("{folder}go.mod"), text).file(&format!("{folder}a.go"), "package a\n")
}

/// A module in the trunk, with folders and a file of tags beside it.
fn trunk(shop: &mut Shop) {
    let stall = shop.svn_stall("usual/trunk", |history| {
        history.commit(&SvnChange::new().folder("trunk").folder("tags").folder("branches"));
        let second = history.commit(&module(SvnChange::new(), "trunk/", "vcs.example.com/usual/trunk.svn"));
        history.commit(&SvnChange::new().copy("trunk", second, "tags/v1.0.0").file("tags/v1.1.0", "x"));
        history.commit(&SvnChange::new().edit("trunk/a.go", "package a // new\n"));
        history.commit(&SvnChange::new().copy("trunk", second, "branches/old"));
    });
    stall
        .list("")
        .ask("", &["latest", "1", "2", "3", "5", "99", "HEAD", "r2", "v1.0.0", "v1.1.0", "trunk", "v0"]);
    stall.ask("", &["v0.0.0-20240101000200-000000000002", "v0.0.0-20240101000400-000000000004"]);
    stall.ask("", &["v0.0.0-20240101000200-000000000003", "v0.0.0-20240101000300-000000000002"]);
    stall.ask("", &["v0.0.0-20240101000200-2", "v0.0.0-20240101000200-000000000099"]);
    stall.ask("", &["v1.0.1-0.20240101000400-000000000004", "v1.1.1-0.20240101000400-000000000004"]);
    stall.ask("", &["v1.0.0-20240101000400-000000000004"]);
}

/// A repository that is a module as a whole, without go.mod.
fn root(shop: &mut Shop) {
    let stall = shop.svn_stall("whole", |history| {
        history.commit(&SvnChange::new().file("a.go", "package a\n"));
        history.commit(&SvnChange::new().file("b.go", "package a\n").folder("tags").folder("tags/v1.0.0"));
    });
    stall.list("").ask("", &["latest", "1", "v1.0.0", "0"]).ask("/v2", &["latest", "1"]);
}

/// Files with properties.
fn contents(shop: &mut Shop) {
    let stall = shop.svn_stall("inside", |history| {
        let change = module(SvnChange::new(), "", "vcs.example.com/inside.svn").folder("sub");
        let change = change.file_with("run.sh", "#!/bin/sh\n", &[("svn:executable", "*")]);
        let change =
            change.file_with("k.go", "package a // $Revision$ $Id$\n", &[("svn:keywords", "Revision Id")]);
        let change = change.file_with("native.txt", "a\nb\n", &[("svn:eol-style", "native")]);
        let change = change.file_with("crlf.txt", "a\r\nb\r\n", &[("svn:eol-style", "CRLF")]);
        let change = change.file("plain.txt", "a\r\nb\n").file("empty", "").file("a b&c.txt", "x");
        history.commit(&change.file("sub/b.go", "package b\n"));
        let change = SvnChange::new().file_with("link.go", "link sub/b.go", &[("svn:special", "*")]);
        history.commit(&change.file("vendor.go", "package a\n"));
        history.commit(&SvnChange::new().file_with("none", "link nowhere", &[("svn:special", "*")]));
    });
    stall.ask("", &["1", "2", "3"]);
}

/// Modules in folders.
fn folders(shop: &mut Shop) {
    let stall = shop.svn_stall("parts", |history| {
        let change = module(SvnChange::new(), "", "vcs.example.com/parts.svn").folder("sub").folder("sub/v2");
        let change = module(change, "sub/", "vcs.example.com/parts.svn/sub").file("LICENSE", "free\n");
        history.commit(&module(change, "sub/v2/", "vcs.example.com/parts.svn/sub/v2"));
        history.commit(&SvnChange::new().file("sub/LICENSE", "own\n"));
    });
    stall
        .list("/sub")
        .ask("", &["latest"])
        .ask("/sub", &["latest", "1", "v1.0.0"])
        .ask("/sub/v2", &["latest"]);
    stall.ask("/none", &["latest"]);
}
