//! Which tag a commit stands after, in histories that fork and join (protocol.md D6, D18).

use testkit::repo::Tree;

use crate::shop::{Shop, module};

pub(crate) fn add(shop: &mut Shop) {
    side_branches(shop);
    pull_requests(shop);
    hashes(shop);
    unrelated(shop);
}

fn side_branches(shop: &mut Shop) {
    let (stall, commits) = shop.stall("sides", |history| {
        let tree = module("github.com/ex/sides");
        let mut at = |parents: &[testkit::repo::Object], name: &str| {
            history.commit(parents, &tree.clone().file("n", name))
        };
        let root = at(&[], "root");
        let low = at(&[root], "low");
        let side = at(&[root], "side");
        let after_side = at(&[side], "after side");
        let after_low = at(&[low], "after low");
        let merge = at(&[after_low, after_side], "merge");
        let high = at(&[after_low], "high");
        let top = at(&[merge], "top");
        let refs = [
            ("v0.1.0", root),
            ("v0.1.5", low),
            ("v0.2.0-pre", after_low),
            ("v0.9.0", high),
            ("v0.3.0", side),
        ];
        for (tag, commit) in refs {
            history.tag(tag, commit);
        }
        for (branch, commit) in [("main", top), ("low", after_low), ("side", after_side), ("high", high)] {
            history.branch(branch, commit);
        }
        [root, low, side, after_side, after_low, merge, high, top]
    });
    stall.list("").ask("", &["latest", "main", "low", "side", "high", "HEAD"]);
    for commit in commits {
        let hash = stall.hash(commit);
        stall.ask("", &[&hash]);
    }
    stall.pseudo("", "v0.9.1-0.", commits[7]).pseudo("", "v0.3.1-0.", commits[7]).pseudo(
        "",
        "v0.1.6-0.",
        commits[7],
    );
    stall.pseudo("", "v0.1.6-0.", commits[3]).pseudo("", "v0.2.0-pre.0.", commits[7]).pseudo(
        "",
        "v0.2.0-pre.0.",
        commits[4],
    );
}

/// A commit that only a reference outside branches and tags leads to does not exist.
fn pull_requests(shop: &mut Shop) {
    let (stall, pulled) = shop.stall("pulls", |history| {
        let main = history.commit(&[], &module("github.com/ex/pulls"));
        let pulled = history.commit(&[main], &module("github.com/ex/pulls").file("b", ""));
        history.branch("main", main);
        history.reference("refs/pull/1/head", pulled);
        history.reference("refs/changes/01/1/1", pulled);
        pulled
    });
    let hash = stall.hash(pulled);
    stall.ask("", &[&hash, &hash[..12], "refs/pull/1/head", "pull/1/head"]).pseudo("", "v0.0.0-", pulled);
}

/// Names that look like hashes, and hashes that look like nothing.
fn hashes(shop: &mut Shop) {
    let (stall, commits) = shop.stall("hashes", |history| {
        let tree = module("github.com/ex/hashes");
        let first = history.commit(&[], &tree);
        let second = history.commit(&[first], &tree.clone().file("b", ""));
        let third = history.commit(&[second], &tree.file("c", ""));
        history.branch("main", third);
        history.branch("abcdef0", first);
        history.tag("abcdef0123", second);
        history.tag("deadbeef", first);
        [first, second, third]
    });
    let (hash, inner) = (stall.hash(commits[2]), stall.hash(commits[1]));
    stall.ask(
        "",
        &["abcdef0", "abcdef0123", "deadbeef", &hash, &hash[..7], &hash.to_uppercase(), &inner, &inner[..10]],
    );
    stall.ask(
        "",
        &[
            "0000000",
            "ffffffffffffffffffffffffffffffffffffffff",
            &format!("{hash}0"),
            &inner[..6],
            &inner[..39],
        ],
    );
}

/// Histories that have nothing in common.
fn unrelated(shop: &mut Shop) {
    let (stall, commits) = shop.stall("unrelated", |history| {
        let tree = module("github.com/ex/unrelated");
        let one = history.commit(&[], &tree);
        let other = history.commit(&[], &tree.clone().file("other", ""));
        let later = history.change(&[other], &Tree::new().file("later", ""));
        history.tag("v1.0.0", one);
        history.branch("main", later);
        [one, other, later]
    });
    stall
        .list("")
        .ask("", &["main", "latest"])
        .pseudo("", "v1.0.1-0.", commits[2])
        .pseudo("", "v0.0.0-", commits[2]);
    stall.pseudo("", "v1.0.0-", commits[2]).pseudo("", "v0.0.0-", commits[0]);
}
