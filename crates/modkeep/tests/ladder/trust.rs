//! Nobody is believed below the healthy path who would not be believed on it.

use testkit::repo::GitHttps;
use testkit::{FakeUpstream, Module, SumDb};

use super::scene::{DEPENDENCY, Scene, dependency, knows, repository, upstream, with_git};

fn tampered() -> Module {
    Module::new(DEPENDENCY, "v1.0.0")
        .file("go.mod", format!("module {DEPENDENCY}\n\ngo 1.21\n"))
        .file("lib.go", "package lib\n\nconst Id = 666\n")
}

#[test]
fn a_proxy_that_sends_something_else_is_a_security_event_and_no_reason_to_step_down() {
    let (scene, server) = (Scene::new(), GitHttps::start());
    let _repo = repository(&server);
    scene.settings(&knows(&server));
    let lying = FakeUpstream::builder().module(tampered()).start();
    let run = with_git(scene.modkeep(&lying.url(), &[])).args(["build", "./..."]).run();
    assert_eq!(run.status.code(), Some(1), "{}", run.stderr);
    assert!(run.stderr.contains("SECURITY") && run.stderr.contains("go.sum says"), "{}", run.stderr);
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn the_next_proxy_is_asked_against_the_same_hash() {
    let scene = Scene::new();
    let (lying, honest) = (FakeUpstream::builder().module(tampered()).start(), upstream());
    let list = format!("{},{}", lying.url(), honest.url());
    scene.modkeep(&list, &[]).args(["build", "./..."]).run().success();
}

#[test]
fn a_cache_that_was_tampered_with_is_passed_by() {
    let scene = Scene::new();
    let other = scene.other_cache();
    let zip = other.join(format!("cache/download/{DEPENDENCY}/@v/v1.0.0.zip"));
    std::fs::write(zip, tampered().zip()).unwrap();
    let caches = format!("--module-caches={}", other.display());
    let upstream = upstream();
    scene.modkeep(&upstream.url(), &[&caches]).args(["build", "./..."]).run().success();
    assert_eq!(upstream.count(".zip"), 1);
}

#[test]
fn a_checksum_database_is_asked_through_the_agent_and_what_it_does_not_know_is_refused() {
    let db = SumDb::new("localhost.localdev/sumdb");
    for (known, passes) in [(true, true), (false, false)] {
        let scene = Scene::new();
        std::fs::remove_file(scene.project.join("go.sum")).unwrap();
        if known {
            db.add(&dependency());
        }
        let upstream = upstream();
        let db = if known { db.clone() } else { SumDb::new("localhost.localdev/sumdb") };
        db.mirror_on(&upstream);
        let query = format!("{DEPENDENCY}@v1.0.0");
        let run = scene.modkeep(&upstream.url(), &[]).sumdb(db.gosumdb()).args(["get", &query]).run();
        assert_eq!(run.status.success(), passes, "{}", run.stderr);
    }
}
