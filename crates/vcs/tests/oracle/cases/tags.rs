//! Which tags are versions, and which version a commit with several tags is (protocol.md D12 to D17).

use testkit::repo::{History, Object};

use crate::shop::{Shop, module, package};

/// Tags of every kind; all but the first and last are no versions, or other ones than they look like.
const ODD: &[&str] = &[
    "v1.0.0",
    "v1.0.1-rc.1",
    "v1.0.1-RC1",
    "v1.1.0+meta",
    "v1.2",
    "v1",
    "v1.02.0",
    "v1.3.0-01",
    "1.4.0",
    "V1.5.0",
    "release-1",
    "v1.6.0-",
    "v1.7.0+incompatible",
    "v1.8.0-0.20240101000000-0123456789ab",
    "v0.0.0-20240101000000-0123456789ab",
    "v1.9.0.0",
    "v01.0.0",
    "v2.0.0",
    "v3.0.0+incompatible",
    "vv1.0.0",
    "v1.10.0-alpha.beta.1",
    "v1.10.0-9",
    "v0.0.0",
    "v1.11.0",
];

pub(crate) fn add(shop: &mut Shop) {
    odd(shop);
    shared(shop);
    annotated(shop);
    shadowed(shop);
    bare(shop);
}

/// One commit for each tag.
fn tagged_in_a_row(history: &mut History, tags: &[&str], tree: &testkit::repo::Tree) -> Vec<Object> {
    let mut commits = Vec::new();
    for tag in tags {
        let parents: Vec<Object> = commits.last().copied().into_iter().collect();
        let commit = history.commit(&parents, &tree.clone().file("tag", *tag));
        history.tag(tag, commit);
        commits.push(commit);
    }
    history.branch("main", *commits.last().expect("a commit"));
    commits
}

fn odd(shop: &mut Shop) {
    for (name, tree) in [("odd", module("github.com/ex/odd")), ("odd-bare", package())] {
        let (stall, commits) = shop.stall(name, |history| {
            let commits = tagged_in_a_row(history, ODD, &tree);
            let last =
                history.change(&commits[commits.len() - 1..], &testkit::repo::Tree::new().file("late", ""));
            history.branch("main", last);
            commits
        });
        stall
            .list("")
            .list("/v2")
            .ask("", ODD)
            .ask("", &["main", "HEAD", "latest", "v9.9.9", "v2.0.0+incompatible"]);
        stall.ask("", &["v3.0.0", "v1.0.0+incompatible", "v1.1.0", "v1.6.0"]);
        for at in [3, 17] {
            let hash = stall.hash(commits[at]);
            stall.ask("", &[&hash, &hash[..7], &hash[..12], &hash[..6]]);
        }
    }
}

/// Several tags on one commit.
fn shared(shop: &mut Shop) {
    let (stall, commit) = shop.stall("shared", |history| {
        let old = history.commit(&[], &module("github.com/ex/shared").file("old", ""));
        history.tag("v0.9.0", old);
        let commit = history.commit(&[old], &module("github.com/ex/shared"));
        for tag in ["v1.0.0", "v1.1.0-pre", "v1.0.5", "v1.0.6+meta", "stable", "v2.0.0"] {
            history.tag(tag, commit);
        }
        history.branch("main", commit);
        commit
    });
    stall.list("").ask(
        "",
        &["main", "stable", "v1.0.0", "v1.0.5", "v1.1.0-pre", "v1.0.6+meta", "v1.0.6", "v2.0.0", "latest"],
    );
    let hash = stall.hash(commit);
    stall.ask("", &[&hash, &hash[..9]]).pseudo("", "v1.0.6-0.", commit).pseudo("", "v1.0.7-0.", commit);
}

/// Annotated tags, of tags, of trees of nothing but a file.
fn annotated(shop: &mut Shop) {
    let (stall, ()) = shop.stall("annotated", |history| {
        let commit = history.commit(&[], &module("github.com/ex/annotated"));
        history.branch("main", commit);
        let tag = history.annotated("v1.0.0", commit);
        let second = history.annotated("v1.1.0", tag);
        history.annotated("outer", second);
        let blob = history.blob(b"no commit");
        history.annotated("v1.2.0", blob);
    });
    stall.list("").ask("", &["v1.0.0", "v1.1.0", "outer", "main", "v1.2.0"]);
}

/// Branches named like tags and versions.
fn shadowed(shop: &mut Shop) {
    let (stall, ()) = shop.stall("shadowed", |history| {
        let first = history.commit(&[], &module("github.com/ex/shadowed"));
        let second = history.commit(&[first], &module("github.com/ex/shadowed").file("b", ""));
        history.branch("main", second);
        history.tag("v1.0.0", first);
        history.branch("v1.0.0", second);
        history.branch("v1.5.0", second);
        history.branch("v1.6.0-rc.1", first);
        history.tag("twin", first);
        history.branch("twin", second);
        history.branch("HEAD", first);
        history.branch("sub/branch", second);
        history.branch("refs/heads/odd", first);
    });
    stall.list("").ask(
        "",
        &["v1.0.0", "v1.5.0", "v1.6.0-rc.1", "twin", "HEAD", "main", "sub/branch", "refs/heads/odd", "none"],
    );
    stall.ask("", &["refs/heads/main", "heads/main", "refs/tags/v1.0.0", "main~1", "v1.0.0^{}", "MAIN"]);
}

/// Nothing at all, and nothing but a tag.
fn bare(shop: &mut Shop) {
    let (stall, ()) = shop.stall("nothing", |_| ());
    stall.list("").ask("", &["latest", "HEAD", "main", "v1.0.0"]);
    let (stall, commit) = shop.stall("tag-only", |history| {
        let commit = history.commit(&[], &package());
        history.tag("v0.1.0", commit);
        commit
    });
    stall.list("").ask("", &["latest", "HEAD", "v0.1.0", "main"]).pseudo("", "v0.0.0-", commit);
}
