//! Pseudo-versions, good ones and wrong in each way (protocol.md D20 to D24).

use testkit::repo::Tree;

use crate::shop::{Shop, module, package};

pub(crate) fn add(shop: &mut Shop) {
    for (name, tree) in [("pseudo", module("github.com/ex/pseudo")), ("pseudo-bare", package())] {
        one(shop, name, &tree);
    }
    times(shop);
}

fn one(shop: &mut Shop, name: &str, tree: &Tree) {
    let (stall, [base, plain, tagged]) = shop.stall(name, |history| {
        let base = history.commit(&[], tree);
        for tag in ["v0.1.0", "v1.0.0", "v1.2.0-pre", "v1.3.0+meta"] {
            history.tag(tag, base);
        }
        let plain = history.commit(&[base], &tree.clone().file("b", ""));
        let tagged = history.commit(&[plain], &tree.clone().file("c", ""));
        history.tag("v1.4.0", tagged);
        history.branch("main", tagged);
        [base, plain, tagged]
    });
    let good = ["v0.0.0-", "v0.1.1-0.", "v1.0.1-0.", "v1.2.0-pre.0.", "v1.3.1-0."];
    let bad = [
        "v1.0.0-",
        "v1.4.1-0.",
        "v1.0.2-0.",
        "v0.2.0-",
        "v2.0.0-",
        "v1.2.0-pre.1.",
        "v1.0.1-1.",
        "v3.0.1-0.",
        "v1.0.1-",
        "v1.2.0-0.",
    ];
    for before in good.iter().chain(&bad) {
        stall.pseudo("", before, plain);
    }
    stall.pseudo("", "v1.4.1-0.", tagged).pseudo("", "v0.0.0-", tagged).pseudo("", "v1.3.1-0.", base).pseudo(
        "",
        "v1.0.1-0.",
        base,
    );
    let stamp = stall.git().stamp(plain);
    let hash = stall.hash(plain);
    let (time, _) = stamp.split_once('-').expect("a stamp");
    let wrong = [
        format!("v0.0.0-{time}-{}", &hash[..13]),
        format!("v0.0.0-{time}-{}", &hash[..11]),
        format!("v0.0.0-{time}-{hash}"),
        format!("v0.0.0-20240101000100-{}", &hash[..12]).replace(time, "20200101000000"),
        format!("v0.0.0-20190101000000-{}", &hash[..12]),
        format!("v0.0.0-20191301000000-{}", &hash[..12]),
        format!("v0.0.0-{time}-000000000000"),
        format!("v0.0.0-{time}-{}", hash[..12].to_uppercase()),
        format!("v0.0.0-{time}-main"),
        format!("v1.0.1-0.{stamp}+incompatible"),
        format!("v2.0.1-0.{stamp}+incompatible"),
        format!("v0.0.0-{stamp}+meta"),
    ];
    for version in &wrong {
        stall.ask("", &[version]);
    }
}

/// Commits of odd times.
fn times(shop: &mut Shop) {
    let (stall, commits) = shop.stall("times", |history| {
        let mut commits = Vec::new();
        for (at, time) in [0, 1, 951_782_400, 2_147_483_648, 4_102_444_800].into_iter().enumerate() {
            let commit = history.at(time).commit(&[], &package().file("n", time.to_string()));
            history.branch(&format!("b{at}"), commit);
            commits.push(commit);
        }
        commits
    });
    for (at, commit) in commits.into_iter().enumerate() {
        stall.ask("", &[&format!("b{at}")]).pseudo("", "v0.0.0-", commit);
    }
}
