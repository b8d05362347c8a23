//! A cloned project whose lock names a repository that nobody else does.

use std::fs;

use super::kit::{Locked, rename};
use crate::scene::{DEPENDENCY, NOBODY, with_git};
use testkit::GoOutput;
use testkit::repo::GitRepo;

/// Its host never exists, so that discovery says nothing.
const PATH: &str = "vanity.invalid/lib";

/// A project that needs a module of a host that is dead, and whose lock says where it is.
fn scene() -> (Locked, GitRepo) {
    let locked = Locked::on("commit");
    let text = locked.text();
    let tree = rename(&locked.scene, PATH);
    let repo = GitRepo::create(|history| {
        let commit = history.commit(&[], &tree);
        history.branch("main", commit);
        history.tag("v1.0.0", commit);
    });
    locked.server.serve("/vanity", &repo);
    let sums = fs::read_to_string(locked.scene.project.join("go.sum")).unwrap();
    let value = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).unwrap().to_owned();
    let name = |revision: &str| repo.git(&["rev-parse", revision]).trim().to_owned();
    let [old_h1, h1] = [value("h1 = ").replace('"', ""), sums.split(['\n', ' ']).nth(2).unwrap().to_owned()];
    let renamed = text
        .replace(DEPENDENCY, PATH)
        .replace(&old_h1, &h1)
        .replace(&value("commit = "), &format!("{:?}", name("v1.0.0")))
        .replace(&value("tree = "), &format!("{:?}", name("v1.0.0^{tree}")))
        .replace("/lib\"\ntag", "/vanity\"\ntag");
    assert!(renamed.contains("/vanity\""), "{renamed}");
    fs::write(locked.path(), renamed).unwrap();
    (locked, repo)
}

/// A build of the project, of which GOPRIVATE says that its hosts may be in our own network, and `flags` what more.
fn build(locked: &Locked, flags: &[&str]) -> GoOutput {
    let run = with_git(locked.scene.modkeep(NOBODY, flags)).env("GOPRIVATE", "vanity.invalid");
    run.args(["build", "./..."]).run()
}

#[test]
fn a_host_that_a_project_names_hears_of_nothing() {
    let (locked, _repo) = scene();
    let asked = locked.server.requests().len();
    let failed = build(&locked, &[]);
    assert_eq!(failed.status.code(), Some(75), "{}", failed.stderr);
    assert_eq!(locked.server.requests().len(), asked, "{:?}", locked.server.requests());
    assert!(failed.stderr.contains("needs lock-repositories in your own"), "{}", failed.stderr);
}

#[test]
fn it_is_asked_where_the_user_lets_it_and_held_to_the_lock() {
    let (locked, mut repo) = scene();
    build(&locked, &["--lock-repositories=vanity.invalid"]).success();
    locked.scene.home.clear_module_cache();
    repo.update(|history| {
        let other = history.commit(&[], &super::kit::tree());
        history.tag("v1.0.0", other);
    });
    let refused = build(&locked, &["--lock-repositories=vanity.invalid"]);
    assert_eq!(refused.status.code(), Some(1), "{}", refused.stderr);
    assert!(refused.stderr.contains("SECURITY"), "{}", refused.stderr);
}

#[test]
fn consent_for_other_modules_is_none_for_this_one() {
    let (locked, _repo) = scene();
    let asked = locked.server.requests().len();
    build(&locked, &["--lock-repositories=other.invalid"]).failure();
    assert_eq!(locked.server.requests().len(), asked);
}

#[test]
fn with_consent_it_leads_to_no_inner_address_and_to_no_program() {
    let (locked, _repo) = scene();
    let whole = locked.text();
    let asked = locked.server.requests().len();
    let run = with_git(locked.scene.modkeep(NOBODY, &["--lock-repositories=*"]));
    let public = run.args(["build", "./..."]).run().failure();
    assert_eq!(locked.server.requests().len(), asked, "{}", public.stderr);
    for url in ["ext::touch%20/tmp/x", "file:///etc", "http://127.0.0.1:1/x"] {
        let text = whole.replace(&locked.server.url("/vanity"), url);
        assert_ne!(text, whole);
        fs::write(locked.path(), text).unwrap();
        let failed = build(&locked, &["--lock-repositories=*"]).failure();
        assert!(failed.stderr.contains("is not used"), "{url}: {}", failed.stderr);
    }
}

#[test]
fn a_project_cannot_give_its_own_consent() {
    let (locked, _repo) = scene();
    fs::write(locked.scene.project.join("modkeep.toml"), "lock-repositories = \"*\"\n").unwrap();
    assert_eq!(build(&locked, &[]).status.code(), Some(78));
}
