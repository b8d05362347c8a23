//! Retracted versions (protocol.md D25, D31).

use testkit::repo::Tree;

use crate::shop::{Shop, module};

pub(crate) fn add(shop: &mut Shop) {
    of_some(shop);
    of_all(shop, "retract-all", "[v0.0.0, v9.9.9]");
    of_all(shop, "retract-bad", "v1.x");
    of_all(shop, "retract-other", "v1.5.0");
}

fn retracting(path: &str, what: &str) -> Tree {
    module(path).file("go.mod", format!("module {path}\n\ngo 1.20\n\nretract {what} // why\n"))
}

fn of_some(shop: &mut Shop) {
    let path = "github.com/ex/retract";
    let (stall, commits) = shop.stall("retract", |history| {
        let mut commits = Vec::new();
        for tag in ["v1.0.0", "v1.1.0", "v1.2.0-rc.1", "v1.2.0"] {
            let tree = if tag == "v1.2.0" { retracting(path, "[v1.1.0, v1.2.0]") } else { module(path) };
            let commit = history.commit(
                commits.last().as_slice().iter().copied().copied().collect::<Vec<_>>().as_slice(),
                &tree.file("tag", tag),
            );
            history.tag(tag, commit);
            commits.push(commit);
        }
        let late = history.change(&commits[3..], &Tree::new().file("late", ""));
        history.branch("main", late);
        commits.push(late);
        commits
    });
    stall.list("").ask("", &["latest", "main", "HEAD", "v1.1.0", "v1.2.0", "v1.0.0", "v1.2.0-rc.1"]);
    for commit in commits {
        let hash = stall.hash(commit);
        stall.ask("", &[&hash]);
    }
}

fn of_all(shop: &mut Shop, name: &str, what: &str) {
    let path = format!("github.com/ex/{name}");
    let (stall, ()) = shop.stall(name, |history| {
        let first = history.commit(&[], &module(&path));
        history.tag("v1.0.0", first);
        let second = history.commit(&[first], &retracting(&path, what));
        history.tag("v1.0.1", second);
        history.branch("main", second);
    });
    stall.list("").ask("", &["latest", "main", "v1.0.1", "v1.0.0"]);
}
