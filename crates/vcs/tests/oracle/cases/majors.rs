//! Major versions: by folder, by branch, without go.mod (protocol.md D3, D4, D12 to D15).

use testkit::repo::Tree;

use crate::shop::{Shop, module, module_in, package};

pub(crate) fn add(shop: &mut Shop) {
    by_folder(shop);
    by_branch(shop);
    both(shop);
    incompatible(shop);
    half_way(shop);
    wrong_paths(shop);
}

const ROOT: [&str; 6] = ["v1.0.0", "v2.0.0", "v2.1.0", "v3.0.0", "latest", "main"];

fn by_folder(shop: &mut Shop) {
    let (stall, commit) = shop.stall("folder", |history| {
        let tree = module("github.com/ex/folder").and(&module_in("v2/", "github.com/ex/folder/v2"));
        let commit = history.commit(&[], &tree.and(&module_in("v3/", "github.com/ex/folder")));
        for tag in ["v1.0.0", "v2.0.0", "v2.1.0", "v3.0.0"] {
            history.tag(tag, commit);
        }
        let late = history.change(&[commit], &Tree::new().file("v2/b.go", "package a\n"));
        history.branch("main", late);
        late
    });
    stall
        .list("")
        .list("/v2")
        .list("/v3")
        .ask("", &ROOT)
        .ask("/v2", &ROOT)
        .ask("/v3", &["v3.0.0", "main", "latest"]);
    stall.pseudo("/v2", "v2.1.1-0.", commit).pseudo("/v2", "v2.0.0-", commit).pseudo(
        "/v2",
        "v1.0.1-0.",
        commit,
    );
    stall.pseudo("", "v2.1.1-0.", commit).pseudo("/v3", "v3.0.1-0.", commit);
}

fn by_branch(shop: &mut Shop) {
    let (stall, commits) = shop.stall("branch", |history| {
        let one = history.commit(&[], &module("github.com/ex/branch"));
        let two = history.commit(&[one], &module("github.com/ex/branch/v2"));
        let more = history.change(&[two], &Tree::new().file("b.go", "package a\n"));
        history.tag("v1.0.0", one);
        history.tag("v2.0.0", two);
        history.tag("v2.1.0-beta", two);
        history.branch("v2", more);
        history.branch("main", one);
        [one, two, more]
    });
    stall
        .list("")
        .list("/v2")
        .list("/v3")
        .ask("", &ROOT)
        .ask("/v2", &ROOT)
        .ask("/v2", &["v2", "v2.1.0-beta"])
        .ask("", &["v2"]);
    stall
        .pseudo("/v2", "v2.0.1-0.", commits[2])
        .pseudo("", "v1.0.1-0.", commits[2])
        .ask("/v3", &["latest", "v3.0.0"]);
    stall.ask("/v0", &["v0.1.0"]).ask("/v1", &["v1.0.0"]).ask("/v02", &["v2.0.0"]).ask("/V2", &["v2.0.0"]);
}

/// The same major in the root and in its folder.
fn both(shop: &mut Shop) {
    let (stall, ()) = shop.stall("both", |history| {
        let tree = module("github.com/ex/both/v2").and(&module_in("v2/", "github.com/ex/both/v2"));
        let commit = history.commit(&[], &tree);
        history.branch("main", commit);
        history.tag("v2.0.0", commit);
        let only = history.change(&[commit], &Tree::new().file("v2/go.mod", "// nothing\n"));
        history.tag("v2.1.0", only);
        let empty = history.change(&[commit], &Tree::new().delete("v2").file("go.mod", ""));
        history.tag("v2.2.0", empty);
        history.tag("v1.0.0", empty);
        let broken = history.change(
            &[commit],
            &Tree::new().delete("v2").file("go.mod", "module (\n\tgithub.com/ex/both\n)\n"),
        );
        history.tag("v1.1.0", broken);
        let quoted = history.change(
            &[commit],
            &Tree::new().delete("v2").file("go.mod", "module \"github.com/ex/both\" // c\n"),
        );
        history.tag("v1.2.0", quoted);
    });
    stall
        .list("")
        .list("/v2")
        .ask("/v2", &["v2.0.0", "v2.1.0", "v2.2.0", "main"])
        .ask("", &["v1.0.0", "v1.1.0", "v1.2.0", "main"]);
}

/// No go.mod anywhere, then one.
fn incompatible(shop: &mut Shop) {
    let (stall, commits) = shop.stall("incompatible", |history| {
        let mut parents = Vec::new();
        for tag in ["v1.0.0", "v2.0.0", "v2.1.0-rc.1", "v3.0.0"] {
            let commit = history.commit(&parents, &package().file("tag", tag));
            history.tag(tag, commit);
            parents = vec![commit];
        }
        let with =
            history.change(&parents, &Tree::new().file("go.mod", "module github.com/ex/incompatible/v4\n"));
        history.tag("v4.0.0", with);
        let sub =
            history.commit(&parents, &package().file("v5/go.mod", "module github.com/ex/incompatible/v5\n"));
        history.tag("v5.0.0", sub);
        let late = history.change(&parents, &Tree::new().file("late", ""));
        history.branch("main", late);
        [with, sub, late]
    });
    let asked = [
        "v1.0.0",
        "v2.0.0",
        "v2.0.0+incompatible",
        "v2.1.0-rc.1+incompatible",
        "v3.0.0+incompatible",
        "v4.0.0+incompatible",
    ];
    stall
        .list("")
        .ask("", &asked)
        .ask("", &["v5.0.0", "v5.0.0+incompatible", "v1.0.0+incompatible", "latest", "main", "v4.0.0"]);
    stall
        .list("/v4")
        .ask("/v4", &["v4.0.0", "latest"])
        .list("/v5")
        .ask("/v5", &["v5.0.0", "v5.0.0+incompatible"])
        .list("/v2");
    stall.pseudo("", "v3.0.1-0.", commits[2]).ask("/v2", &["v2.0.0", "latest"]);
    let stamp = stall.git().stamp(commits[2]);
    stall.ask("", &[&format!("v3.0.1-0.{stamp}+incompatible"), &format!("v2.0.1-0.{stamp}+incompatible")]);
    stall.ask("", &[&format!("v1.0.1-0.{stamp}+incompatible"), &format!("v6.0.0-{stamp}+incompatible")]);
}

/// The latest v1 has a go.mod, so higher tags without one are not listed.
fn half_way(shop: &mut Shop) {
    let (stall, ()) = shop.stall("half-way", |history| {
        let bare = history.commit(&[], &package());
        history.tag("v2.0.0", bare);
        let with = history.commit(&[bare], &module("github.com/ex/half-way"));
        history.tag("v1.0.0", with);
        history.branch("main", with);
        let pre = history.commit(&[with], &package().file("pre", ""));
        history.tag("v1.1.0-pre", pre);
    });
    stall.list("").ask("", &["latest", "v2.0.0", "v2.0.0+incompatible", "v1.0.0", "v1.1.0-pre", "main"]);
}

/// A go.mod that names something else.
fn wrong_paths(shop: &mut Shop) {
    let declared = [
        "example.com/renamed",
        "github.com/ex/wrong/v2",
        "gopkg.in/wrong.v1",
        "gopkg.in/wrong.v2",
        "github.com/ex/wrong/v1",
        "x",
        "/bad",
        "github.com/ex/Wrong",
    ];
    let (stall, tags) = shop.stall("wrong", |history| {
        let tag = |(at, path): (usize, &&str)| {
            let commit = history.commit(&[], &module(path));
            history.tag(&format!("v1.{at}.0"), commit);
            history.tag(&format!("v2.{at}.0"), commit);
            (format!("v1.{at}.0"), format!("v2.{at}.0"))
        };
        declared.iter().enumerate().map(tag).collect::<Vec<_>>()
    });
    stall.independent();
    for (one, two) in &tags {
        stall.ask("", &[one]).ask("/v2", &[two]);
    }
    stall.list("").list("/v2");
}
