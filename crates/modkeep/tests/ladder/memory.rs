//! What one run learns of places that are down, and the next one need not learn again.

use testkit::FakeUpstream;
use testkit::upstream::Reply;

use super::scene::{Scene, dependency, knows, repository, said, with_git};
use testkit::repo::GitHttps;

/// A proxy that asks to be left alone.
fn busy() -> FakeUpstream {
    let upstream = FakeUpstream::builder().module(dependency()).start();
    upstream.on(|_| Some(Reply::text(503, "busy").header("Retry-After", "60").into()));
    upstream
}

#[test]
fn a_place_that_was_down_a_moment_ago_is_not_asked_again_by_the_next_run() {
    let (scene, server, upstream) = (Scene::new(), GitHttps::start(), busy());
    let _repo = repository(&server);
    scene.settings(&knows(&server));
    let build = || {
        scene.home.clear_module_cache();
        with_git(scene.modkeep(&upstream.url(), &[])).args(["build", "./..."]).run().success()
    };
    build();
    assert_ne!(upstream.requests().len(), 0);
    upstream.reset_log();
    let again = build();
    assert_eq!(upstream.requests().len(), 0, "{}", again.stderr);
    assert!(said(&again)[0].contains("not asked, as it has been failing"), "{}", again.stderr);
}

#[test]
fn a_place_that_was_down_is_asked_when_nobody_else_can_answer() {
    let (scene, upstream) = (Scene::new(), busy());
    let run = scene.modkeep(&upstream.url(), &["--rungs=upstream"]).args(["build", "./..."]).run();
    assert_eq!(run.status.code(), Some(75), "{}", run.stderr);
    upstream.clear_rules();
    scene.modkeep(&upstream.url(), &["--rungs=upstream"]).args(["build", "./..."]).run().success();
    upstream.reset_log();
    scene.home.clear_module_cache();
    scene.modkeep(&upstream.url(), &["--rungs=upstream"]).args(["build", "./..."]).run().success();
    assert_ne!(upstream.requests().len(), 0, "and is forgiven then");
}
