//! `direct`: modules straight from their repositories, over https, with the real go as client and as witness.

use std::fs;
use std::path::Path;

use testkit::repo::{GitHttps, GitRepo, HttpsFault, Tree};
use testkit::{GoHome, GoRun, ServerCommand};

use super::node::{Node, command, get, go};

/// The module of the root of the repository, and one in a folder of it.
const ROOT: &str = "github.com/ex/lib";
const SUB: &str = "github.com/ex/lib/sub";

fn repository() -> GitRepo {
    GitRepo::create(|history| {
        let tree = Tree::new()
            .file("go.mod", format!("module {ROOT}\n\ngo 1.21\n"))
            .file("lib.go", "package lib\n\n// Id is $Id$.\nconst Id = 1\n")
            .file(".gitattributes", "*.go ident\n*.txt text eol=crlf\n")
            .file("notes.txt", "one\ntwo\n")
            .file("LICENSE", "do what you like\n")
            .file("vendor/modules.txt", "# none\n")
            .file("sub/go.mod", format!("module {SUB}\n"))
            .file("sub/sub.go", "package sub\n");
        let first = history.commit(&[], &tree);
        let second = history.change(&[first], &Tree::new().file("more.go", "package lib\n"));
        history.branch("main", second);
        history.tag("v1.0.0", first);
        history.annotated("sub/v0.3.0", second);
    })
}

/// A server that asks repositories alone and knows where `github.com/ex/lib` is.
fn node(data: &Path, server: &GitHttps, tables: &str) -> Node {
    Node::with(direct(data, server, tables))
}

fn direct(data: &Path, server: &GitHttps, tables: &str) -> ServerCommand {
    let config = data.join(".config");
    let settings = format!("[[repository]]\nprefix = \"{ROOT}\"\nurl = \"{}\"\n{tables}", server.url("/lib"));
    fs::create_dir_all(config.join("modkeep")).unwrap();
    fs::write(config.join("modkeep/modkeep.toml"), settings).unwrap();
    let cache = data.join(".cache");
    command(&data.join("data"))
        .args(["--upstream", "direct", "--ca-file", server.ca_file().to_str().unwrap()])
        .args(["--repository-cache", cache.to_str().unwrap()])
        .env("XDG_CONFIG_HOME", config)
}

/// What go itself builds from the same repository.
fn witness(home: &GoHome, repo: &GitRepo) -> GoRun {
    let config = home.path().join("gitconfig");
    let section = "[protocol \"file\"]\n\tallow = always\n[safe]\n\tdirectory = *\n";
    let instead = format!("[url \"{}\"]\n\tinsteadOf = https://{ROOT}\n", repo.url());
    fs::write(&config, format!("{section}{instead}")).unwrap();
    GoRun::in_home(home)
        .proxy("direct")
        .env("GIT_CONFIG_GLOBAL", config)
        .env("GOVCS", "*:all")
        .env("GIT_ALLOW_PROTOCOL", "file:https")
}

#[test]
fn what_a_repository_gives_is_what_go_makes_of_it() {
    let (repo, server, data) = (repository(), GitHttps::start(), tempfile::tempdir().unwrap());
    server.serve("/lib", &repo);
    let node = node(data.path(), &server, "");
    let queries = [format!("{ROOT}@v1.0.0"), format!("{SUB}@v0.3.0"), format!("{ROOT}@main")];
    let queries = queries.each_ref().map(String::as_str);
    let (home, other) = (GoHome::fresh(), GoHome::fresh());
    let ours = go(&home, &node.url(), &[]).download_json(&queries);
    let theirs = witness(&other, &repo).download_json(&queries);
    for at in 0..queries.len() {
        let (ours, theirs) = (&ours[at], &theirs[at]);
        assert_eq!(
            (&ours.version, &ours.sum),
            (&theirs.version, &theirs.sum),
            "{}: {}",
            queries[at],
            theirs.error
        );
        assert!(ours.sum.starts_with("h1:"), "{}", queries[at]);
    }
    let list = get(&format!("{}/{ROOT}/@v/list", node.url())).1;
    assert_eq!(list.trim(), "v1.0.0");
}

#[test]
fn what_was_built_once_is_kept_when_the_repository_is_gone() {
    let (repo, server, data) = (repository(), GitHttps::start(), tempfile::tempdir().unwrap());
    server.serve("/lib", &repo);
    // What is fetched for the next version comes when it likes, and is counted as well.
    let node = Node::with(direct(data.path(), &server, "").args(["--repository-tags-ahead", "0"]));
    let query = format!("{ROOT}@v1.0.0");
    go(&GoHome::fresh(), &node.url(), &[]).download_json(&[&query]);
    server.remove("/lib");
    let asked = server.requests().len();
    let again = go(&GoHome::fresh(), &node.url(), &[]).download_json(&[&query]);
    assert!(again[0].sum.starts_with("h1:"));
    assert_eq!(server.requests().len(), asked, "a hit asks nobody");
}

#[test]
fn a_password_is_given_to_its_host_and_told_to_nobody() {
    let (repo, server, data) = (repository(), GitHttps::start(), tempfile::tempdir().unwrap());
    server.serve("/lib", &repo);
    server.protect("/lib", "robot", "pa55-phrase");
    let url = |node: &Node| format!("{}/{ROOT}/@v/v1.0.0.mod", node.url());

    let stranger = node(data.path(), &server, "");
    let (status, text) = get(&url(&stranger));
    assert!(status == 403 || status >= 500, "{status} {text}");
    assert!(stranger.stop().success());

    let secret = data.path().join("secret");
    fs::write(&secret, "pa55-phrase\n").unwrap();
    let host = format!("localhost:{}", server.port());
    let host =
        if server.url("/").contains("127.0.0.1") { host.replace("localhost", "127.0.0.1") } else { host };
    let tables = format!(
        "[[credential]]\nhost = \"{host}\"\nuser = \"robot\"\npassword-file = \"{}\"\n",
        secret.display()
    );
    let mut known = node(data.path(), &server, &tables);
    let (status, text) = get(&url(&known));
    assert_eq!(status, 200, "{text}");
    let told = known.process().output();
    assert!(!told.contains("pa55-phrase"), "{told}");
}

#[test]
fn a_version_that_no_repository_has_is_not_found_and_a_dead_host_is_not_that() {
    let (repo, server, data) = (repository(), GitHttps::start(), tempfile::tempdir().unwrap());
    server.serve("/lib", &repo);
    let running = node(data.path(), &server, "");
    let (status, text) = get(&format!("{}/{ROOT}/@v/v7.7.7.info", running.url()));
    assert_eq!((status, text.contains("unknown revision")), (404, true), "{text}");
    let url = format!("{}/{ROOT}/@v/v1.0.0.zip", running.url());
    drop(server);
    let (status, text) = get(&url);
    assert_eq!(status, 502, "{text}");
}

#[test]
fn a_repository_that_a_forge_hides_or_has_moved_is_told_apart() {
    let (repo, server, data) = (repository(), GitHttps::start(), tempfile::tempdir().unwrap());
    let node = node(data.path(), &server, "");
    server.fault("/lib/info/refs", HttpsFault::Status(401));
    let (status, text) = get(&format!("{}/{ROOT}/@v/v1.0.0.info", node.url()));
    assert_eq!((status, text.contains("no such repository")), (404, true), "{text}");
    server.serve("/new", &repo);
    server.heal();
    let moved = server.url("/new/info/refs?service=git-upload-pack");
    server.fault("/lib/info/refs", HttpsFault::Redirect(moved));
    let (status, text) = get(&format!("{}/{SUB}/@v/v0.3.0.info", node.url()));
    assert_eq!((status, text.contains("v0.3.0")), (200, true), "{text}");
}

#[test]
fn the_next_version_is_made_before_anybody_asks_for_it() {
    let (mut repo, server, data) = (repository(), GitHttps::start(), tempfile::tempdir().unwrap());
    repo.update(|history| {
        let tree = Tree::new().file("go.mod", format!("module {ROOT}\n")).file("lib.go", "package lib\n");
        let next = history.commit(&[], &tree);
        history.tag("v1.1.0", next);
    });
    server.serve("/lib", &repo);
    let node = node(data.path(), &server, "");
    go(&GoHome::fresh(), &node.url(), &[]).download_json(&[&format!("{ROOT}@v1.0.0")]);
    let made = data.path().join(format!("data/{ROOT}/@v/v1.1.0.zip"));
    let begun = std::time::Instant::now();
    while !made.exists() {
        assert!(begun.elapsed() < std::time::Duration::from_mins(1), "it is not made");
        std::thread::yield_now();
    }
    server.remove("/lib");
    let next = go(&GoHome::fresh(), &node.url(), &[]).download_json(&[&format!("{ROOT}@v1.1.0")]);
    assert!(next[0].sum.starts_with("h1:"), "{}", next[0].error);
}
