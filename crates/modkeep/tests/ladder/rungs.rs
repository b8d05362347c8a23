//! Each rung, with all of those above it really broken.

use testkit::FakeUpstream;
use testkit::repo::GitHttps;

use super::scene::{DEPENDENCY, NOBODY, Scene, dependency, knows, repository, said, upstream, with_git};

#[test]
fn a_module_cache_of_somebody_else_stands_in_for_a_dead_proxy() {
    let scene = Scene::new();
    scene.go(NOBODY).args(["build", "./..."]).run().failure();
    let other = scene.other_cache();
    let caches = format!("--module-caches={}", other.display());
    let run = scene.modkeep(NOBODY, &[&caches]).args(["run", "."]).run().success();
    assert_eq!(said(&run), [""; 0], "what go.sum pins is read near before anybody is asked");
    assert!(run.stderr.ends_with("1\n"), "{}", run.stderr);
}

#[test]
fn a_repository_stands_in_for_a_dead_proxy() {
    let (scene, server) = (Scene::new(), GitHttps::start());
    let _repo = repository(&server);
    scene.settings(&knows(&server));
    let run = with_git(scene.modkeep(NOBODY, &[])).args(["build", "./..."]).run().success();
    let said = said(&run);
    assert_eq!(said.len(), 1, "{}", run.stderr);
    assert!(
        said[0].starts_with("1 of 1 modules came from git (http://127.0.0.1:1: cannot connect"),
        "{said:?}"
    );
    assert!(said[0].ends_with("; build unaffected"), "{said:?}");
}

#[test]
fn a_certificate_that_has_expired_is_named() {
    let (scene, server) = (Scene::new(), GitHttps::start());
    let _repo = repository(&server);
    scene.settings(&knows(&server));
    let expired = testkit::repo::GitHttps::start_expired();
    let run = with_git(scene.modkeep(&expired.url(""), &[])).args(["build", "./..."]).run().success();
    assert!(said(&run)[0].contains("certificate"), "{}", run.stderr);
}

/// With `-modfile` the hashes are in another file than go.sum.
#[test]
fn what_another_go_sum_pins_is_read_near_too() {
    let scene = Scene::new();
    for (name, other) in [("go.mod", "ci.mod"), ("go.sum", "ci.sum")] {
        std::fs::copy(scene.project.join(name), scene.project.join(other)).unwrap();
    }
    std::fs::remove_file(scene.project.join("go.sum")).unwrap();
    let caches = format!("--module-caches={}", scene.other_cache().display());
    let build = |flag: &str| {
        let run = scene
            .modkeep(NOBODY, &[&caches, "--rungs=cache"])
            .args(["build", flag, "-o", "/dev/null", "."])
            .run();
        run.status.success()
    };
    assert!(build("-modfile=ci.mod"));
    scene.home.clear_module_cache();
    assert!(!build("-mod=readonly"), "go wants its go.sum");
}

/// go builds without a home, when it is told where its caches are; and nobody's cache is as important as the build.
#[test]
fn a_user_without_a_home_or_with_a_cache_that_takes_nothing_builds_all_the_same() {
    let (scene, server) = (Scene::new(), GitHttps::start());
    let _repo = repository(&server);
    scene.settings(&knows(&server));
    let config = scene.config.join("modkeep/modkeep.toml");
    let flag = format!("--config={}", config.display());
    let build = ["build", "-o", "/dev/null", "./..."];
    let run = with_git(scene.modkeep(NOBODY, &[&flag]));
    let homeless = ["HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"]
        .into_iter()
        .fold(run, |run, name| run.env(name, ""));
    homeless.args(build).run().success();
    let (temporary, version) = (scene.home.path().join("temporary"), ["version"]);
    std::fs::create_dir(&temporary).unwrap();
    let run = scene.modkeep(NOBODY, &[]).env("HOME", "").env("XDG_CACHE_HOME", "").env("TMPDIR", &temporary);
    run.args(version).run().success();
    assert_eq!(temporary.read_dir().unwrap().count(), 0, "nobody removes it once go runs in our place");
    scene.home.clear_module_cache();
    let file = scene.home.path().join("no-folder");
    std::fs::write(&file, "").unwrap();
    let run = with_git(scene.modkeep(NOBODY, &[])).env("XDG_CACHE_HOME", &file);
    run.args(build).run().success();
}

#[test]
fn rungs_can_be_left_out() {
    let (scene, server) = (Scene::new(), GitHttps::start());
    let _repo = repository(&server);
    scene.settings(&knows(&server));
    let run = with_git(scene.modkeep(NOBODY, &["--rungs=upstream,cache"])).args(["build", "./..."]).run();
    assert_eq!(run.status.code(), Some(75), "{}", run.stderr);
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn a_private_module_comes_from_its_repository_and_no_proxy_hears_of_it() {
    let (scene, server, upstream) = (Scene::new(), GitHttps::start(), upstream());
    let _repo = repository(&server);
    scene.settings(&knows(&server));
    let run = with_git(scene.modkeep(&upstream.url(), &[])).env("GOPRIVATE", "github.com/ex");
    run.args(["build", "./..."]).run().success();
    assert!(upstream.requests().is_empty(), "{:?}", upstream.requests());
}

#[test]
fn off_means_no_network() {
    let (scene, server) = (Scene::new(), GitHttps::start());
    let _repo = repository(&server);
    scene.settings(&knows(&server));
    with_git(scene.modkeep("off", &[])).args(["build", "./..."]).run().failure();
    assert_eq!(server.requests().len(), 0);
}

#[test]
fn a_version_that_the_proxy_does_not_know_is_not_looked_for_elsewhere() {
    let (scene, server) = (Scene::new(), GitHttps::start());
    let _repo = repository(&server);
    scene.settings(&knows(&server));
    let empty = FakeUpstream::builder().start();
    let query = format!("{DEPENDENCY}@v1.0.0");
    std::fs::remove_file(scene.project.join("go.sum")).unwrap();
    let run = with_git(scene.modkeep(&empty.url(), &[])).args(["get", &query]).run().failure();
    assert_eq!((run.status.code(), server.requests().len()), (Some(1), 0), "{}", run.stderr);
    std::fs::write(scene.project.join("go.sum"), dependency().go_sum_lines()).unwrap();
    let pinned = with_git(scene.modkeep(&empty.url(), &[])).args(["build", "./..."]).run();
    assert!(pinned.status.success(), "go.sum holds it to a hash: {}", pinned.stderr);
}
