//! `direct` for paths whose hosts say where the repository is: discovery, git and zip in one, with the real go as client and as
//! witness. Both reach the hosts through a proxy that leads every name to the same server.

use std::fs;
use std::path::Path;

use testkit::go::Downloaded;
use testkit::repo::{GitHttps, GitRepo, Tree};
use testkit::{GoHome, GoRun};

use super::node::{Node, command, get, go};
use super::tunnel;

/// What is asked, of both.
const QUERIES: &[&str] = &[
    "forge.test/x@v1.0.0",
    "forge.test/x@main",
    "forge.test/x@latest",
    "forge.test/x/sub@v0.3.0",
    "forge.test/x/none@v0.3.0",
    "forge.test/x@v9.9.9",
    "forge.test/folder@v1.0.0",
    "forge.test/folder@latest",
    "gopkg.in/ex/lib.v2@v2.0.0",
    "gopkg.in/ex/lib.v2@latest",
    "gopkg.in/ex/lib.v2@v1.0.0",
    "gopkg.in/ex/lib.v1@v1.0.0",
    "forge.test/lie/sub@v1.0.0",
    "forge.test/hg@v1.0.0",
    "forge.test/none@v1.0.0",
    "forge.test/dead@v1.0.0",
];

/// Words of which both must say one of a pair, or neither.
const WORDS: &[&str] =
    &["disagree about go-import", "GOVCS disallows using hg", "go-get=1: 404 Not Found", "unknown revision"];

fn repository() -> GitRepo {
    GitRepo::create(|history| {
        let tree = Tree::new()
            .file("go.mod", "module forge.test/x\n\ngo 1.21\n")
            .file("x.go", "package x\n")
            .file("LICENSE", "do what you like\n")
            .file("sub/go.mod", "module forge.test/x/sub\n")
            .file("sub/sub.go", "package sub\n")
            .file("go/dir/go.mod", "module forge.test/folder\n")
            .file("go/dir/a.go", "package folder\n");
        let first = history.commit(&[], &tree);
        let second = history.change(&[first], &Tree::new().file("more.go", "package x\n"));
        history.branch("main", second);
        for tag in ["v1.0.0", "sub/v0.3.0", "go/dir/v1.0.0"] {
            history.tag(tag, first);
        }
    })
}

/// A repository from before modules, as gopkg.in serves it.
fn old_repository() -> GitRepo {
    GitRepo::create(|history| {
        let first = history.commit(&[], &Tree::new().file("lib.go", "package lib\n"));
        let second = history.change(&[first], &Tree::new().file("more.go", "package lib\n"));
        history.branch("master", second);
        history.tag("v1.0.0", first);
        history.tag("v2.0.0", first);
        history.tag("v2.1.0", second);
    })
}

/// Both hosts, on one server.
fn hosts(repo: &GitRepo, old: &GitRepo) -> GitHttps {
    let server = GitHttps::start_for(&["forge.test", "gopkg.in"]);
    let tag =
        |content: &str| format!("<html><head><meta name=\"go-import\" content=\"{content}\"></head></html>");
    for path in ["/x", "/x/sub", "/x/none"] {
        server.page(path, &tag("forge.test/x git https://forge.test/code/x"));
    }
    server.page("/folder", &tag("forge.test/folder git https://forge.test/code/x go/dir"));
    server.page("/lie/sub", &tag("forge.test/lie git https://forge.test/code/x"));
    server.page("/lie", &tag("forge.test/lie git https://forge.test/code/y"));
    server.page("/hg", &tag("forge.test/hg hg https://forge.test/code/hg"));
    server.page("/dead", &tag("forge.test/dead git https://forge.test/code/dead"));
    server.serve("/code/x", repo);
    for path in ["/ex/lib.v2", "/ex/lib.v1"] {
        server.page(path, &tag(&format!("gopkg.in{path} git https://gopkg.in{path}")));
        server.serve(path, old);
    }
    server
}

fn node(data: &Path, server: &GitHttps, proxy: &str) -> Node {
    let cache = data.join(".cache");
    let command = command(&data.join("data"))
        .args(["--upstream", "direct", "--ca-file", server.ca_file().to_str().unwrap()])
        .args(["--repository-cache", cache.to_str().unwrap()]);
    Node::with(command.env("HTTPS_PROXY", proxy))
}

fn witness(home: &GoHome, server: &GitHttps, proxy: &str) -> GoRun {
    let run = GoRun::in_home(home).proxy("direct").trust(&server.ca_file()).env("GOVCS", "");
    let run = run.env("GIT_ALLOW_PROTOCOL", "https");
    run.env("HTTPS_PROXY", proxy).env("GIT_SSL_CAINFO", server.ca_file()).env("GIT_CONFIG_NOSYSTEM", "1")
}

/// Everything that can be compared of an answer.
fn told(found: &Downloaded) -> (String, String, String, String, Vec<&'static str>) {
    let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
    let words = WORDS.iter().copied().filter(|word| found.error.contains(word)).collect();
    (found.version.clone(), found.sum.clone(), read(&found.info), read(&found.go_mod), words)
}

#[test]
fn hosts_are_asked_as_go_asks_them() {
    let (repo, old, data) = (repository(), old_repository(), tempfile::tempdir().unwrap());
    let server = hosts(&repo, &old);
    let proxy = tunnel::leading_to(server.port());
    let node = node(data.path(), &server, &proxy);
    let (home, other) = (GoHome::fresh(), GoHome::fresh());
    let ours = go(&home, &node.url(), &[]).download_json(QUERIES);
    let theirs = witness(&other, &server, &proxy).download_json(QUERIES);
    for (at, query) in QUERIES.iter().enumerate() {
        let (ours, theirs) = (&ours[at], &theirs[at]);
        assert_eq!(told(ours), told(theirs), "{query}:\nours {}\ngo {}", ours.error, theirs.error);
    }
    assert!(ours.iter().filter(|found| !found.sum.is_empty()).count() >= 8);
    let list = get(&format!("{}/gopkg.in/ex/lib.v2/@v/list", node.url())).1;
    assert_eq!(list.split_whitespace().collect::<Vec<_>>(), ["v2.0.0", "v2.1.0"]);
}
