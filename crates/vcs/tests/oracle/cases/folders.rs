//! Modules below the root of their repository (protocol.md D1 to D3, C7).

use testkit::repo::Tree;

use crate::shop::{Shop, module, module_in};

pub(crate) fn add(shop: &mut Shop) {
    modules(shop);
    nested(shop);
    odd_boundaries(shop);
}

fn modules(shop: &mut Shop) {
    let path = "github.com/ex/multi";
    let (stall, commits) = shop.stall("multi", |history| {
        let tree = module(path).and(&module_in("sub/", &format!("{path}/sub")));
        let tree = tree
            .and(&module_in("sub/v2/", &format!("{path}/sub/v2")))
            .and(&module_in("deep/er/", &format!("{path}/deep/er")));
        let first = history.commit(&[], &tree.clone().file("plain/a.go", "package a\n"));
        let tags = [
            "v1.0.0",
            "sub/v0.1.0",
            "sub/v1.0.0",
            "sub/v2.0.0",
            "deep/er/v1.0.0",
            "plain/v1.0.0",
            "sub/v1.1.0+meta",
        ];
        for tag in tags {
            history.tag(tag, first);
        }
        history.tag("sub/v0.0.0-20240101000000-0123456789ab", first);
        let second = history.change(&[first], &Tree::new().file("sub/b.go", "package a\n"));
        history.branch("main", second);
        history.tag("sub/v1.2.0", second);
        let third = history.change(&[second], &Tree::new().file("sub/c.go", "package a\n"));
        history.branch("next", third);
        [first, second, third]
    });
    for behind in ["", "/sub", "/sub/v2", "/deep/er", "/plain", "/none", "/deep"] {
        stall.list(behind).ask(behind, &["latest", "main", "v1.0.0"]);
    }
    stall
        .ask("/sub", &["v0.1.0", "v1.2.0", "v1.1.0", "next", "v2.0.0", "sub/v1.0.0", "v1.0.0+incompatible"])
        .ask("/sub/v2", &["v2.0.0", "next"]);
    stall
        .pseudo("/sub", "v1.2.1-0.", commits[2])
        .pseudo("/sub", "v1.0.1-0.", commits[2])
        .pseudo("/sub", "v0.0.0-", commits[1]);
    stall.pseudo("/sub", "v1.2.1-0.", commits[1]).pseudo("/sub/v2", "v2.0.1-0.", commits[2]).pseudo(
        "/deep/er",
        "v1.0.1-0.",
        commits[2],
    );
    let hash = stall.hash(commits[0]);
    stall.ask("/sub", &[&hash]).ask("/sub/v2", &[&hash]).ask("/deep/er", &[&hash]).ask("/plain", &[&hash]);
}

/// What is in another module is in no other's zip.
fn nested(shop: &mut Shop) {
    let (stall, ()) = shop.stall("nested", |history| {
        let tree = module("github.com/ex/nested").and(&module_in("in/", "github.com/ex/nested/in"));
        let tree = tree
            .file("in/deep/a.go", "package a\n")
            .file("out/a.go", "package a\n")
            .file("inner.go", "package a\n");
        let commit = history.commit(&[], &tree.and(&module_in("in/er/", "example.com/elsewhere")));
        history.tag("v1.0.0", commit);
        history.tag("in/v1.0.0", commit);
        history.tag("in/er/v1.0.0", commit);
        history.branch("main", commit);
    });
    stall.ask("", &["v1.0.0"]).ask("/in", &["v1.0.0"]).ask("/in/er", &["v1.0.0"]).ask("/out", &["main"]);
}

/// Names that are nearly go.mod, and things that are not files.
fn odd_boundaries(shop: &mut Shop) {
    let kinds: [(&str, Tree); 7] = [
        ("upper", Tree::new().file("x/GO.MOD", "").file("x/a.go", "package a\n")),
        ("mixed", Tree::new().file("x/Go.mod", "").file("x/y/a.go", "package a\n")),
        ("root-upper", Tree::new().file("GO.MOD", "")),
        ("link", Tree::new().symlink("x/go.mod", "../go.mod").file("x/a.go", "package a\n")),
        ("dir", Tree::new().file("x/go.mod/a.go", "package a\n")),
        (
            "vendored",
            Tree::new()
                .file("vendor/x/go.mod", "")
                .file("vendor/x/a.go", "package a\n")
                .file("vendor/y.go", ""),
        ),
        ("executable", Tree::new().executable("x/go.mod", "").file("x/a.go", "package a\n")),
    ];
    for (name, tree) in kinds {
        let name = format!("boundary-{name}");
        let (stall, ()) = shop.stall(&name, |history| {
            let commit = history.commit(&[], &module(&format!("github.com/ex/{name}")).and(&tree));
            history.tag("v1.0.0", commit);
            history.branch("main", commit);
        });
        stall.ask("", &["v1.0.0"]).ask("/x", &["main"]);
    }
}
