//! Another go than the installed one, fetched behind the ladder.

use std::fs;

use testkit::{FakeUpstream, Module, SumDb};

use super::scene::{NOBODY, Scene, dependency};

fn toolchain() -> Module {
    Module::toolchain("go1.99.0", "go version go1.99.0")
}

/// The toolchain comes from a bundle when there is nobody to ask, with its record.
#[test]
fn a_toolchain_comes_from_a_bundle() {
    let (scene, database) = (Scene::new(), SumDb::new("127.0.0.1:1/sumdb"));
    let upstream = FakeUpstream::builder().module(toolchain()).module(dependency()).start();
    database.mirror_on(&upstream);
    database.add(&toolchain());
    database.add(&dependency());
    let depot = scene.home.path().join("depot");
    fs::create_dir(&depot).unwrap();
    scene.settings(&format!("bundles = \"{}\"\n", depot.display()));
    for args in [
        &["bundle", "key", "new", "tester"][..],
        &["bundle", "create", "-o", "b.tar", "--toolchain", "go1.99.0"],
        &["bundle", "push", "b.tar"],
        &["bundle", "pull"],
    ] {
        scene.command(args).proxy(upstream.url()).sumdb(database.gosumdb()).run().success();
    }
    scene.home.clear_module_cache();
    let go_mod = fs::read_to_string(scene.project.join("go.mod")).unwrap().replace("go 1.21", "go 1.99.0");
    fs::write(scene.project.join("go.mod"), go_mod).unwrap();
    let run = scene.modkeep(NOBODY, &[]).sumdb(database.gosumdb()).env("GOTOOLCHAIN", "auto");
    assert_eq!(run.args(["version"]).run().success().stdout, "go version go1.99.0\n");
}

/// Commands that fetch no modules may switch all the same.
#[test]
fn a_toolchain_is_fetched_for_every_command_when_the_first_proxy_is_dead() {
    let (scene, database) = (Scene::new(), SumDb::new("127.0.0.1:1/sumdb"));
    let upstream = FakeUpstream::builder().module(toolchain()).start();
    database.mirror_on(&upstream);
    database.add(&toolchain());
    fs::write(scene.project.join("go.mod"), "module example.com/main\n\ngo 1.99.0\n").unwrap();
    let list = format!("{NOBODY},{}", upstream.url());
    let auto = |run: testkit::GoRun| run.sumdb(database.gosumdb()).env("GOTOOLCHAIN", "auto");
    auto(scene.go(&list)).args(["env", "GOVERSION"]).run().failure();
    for command in [["env", "GOVERSION"], ["build", "./..."]] {
        scene.home.clear_module_cache();
        let run = auto(scene.modkeep(&list, &[])).args(command).run().success();
        assert_eq!(run.stdout, "go version go1.99.0\n", "{}", run.stderr);
    }
    upstream.reset_log();
    auto(scene.modkeep(&list, &[])).args(["version"]).run().success();
    assert_eq!(upstream.requests().len(), 0, "it is there already");
}
