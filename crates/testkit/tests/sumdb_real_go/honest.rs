//! What go does with a database that tells the truth.

use std::fs;

use testkit::{FakeUpstream, GoHome, GoRun, Module, SumDb};

use super::{A, BIG, NAME, Scene, assert_words, module};

#[test]
fn go_is_content_with_a_mirror() {
    let scene = Scene::new();
    for query in [A, BIG] {
        scene.download(query).success();
        scene.home.clear_module_cache();
    }
    assert_eq!(scene.latest(), Some(scene.db.head()));
    let asked: Vec<_> = scene.up.requests().into_iter().map(|recorded| recorded.request.path).collect();
    let asked_for = |end: &str| asked.contains(&format!("/sumdb/{NAME}/{end}"));
    for path in [
        "supported",
        "lookup/example.com/a@v1.0.0",
        "lookup/example.com/!big/v2@v2.0.0-!r!c1",
        "tile/8/0/003",
        "tile/8/1/000",
        "tile/8/0/273.p/114",
        "tile/8/1/001.p/17",
        "tile/8/2/000.p/1",
    ] {
        assert!(asked_for(path), "{path} in {asked:?}");
    }
}

#[test]
fn go_is_content_with_the_databases_own_host() {
    for root in ["/sumdb", ""] {
        let up = FakeUpstream::builder().module(module(A)).tls().start();
        let db = SumDb::new(&format!("{}{root}", up.address()));
        db.add(&module(A));
        db.host_on(&up, root);
        let home = GoHome::fresh();
        let ca = home.path().join("ca.pem");
        fs::write(&ca, up.ca_pem()).expect("a file");
        let run = GoRun::in_home(&home).proxy(up.url()).trust(&ca).sumdb(db.gosumdb());
        run.args(["mod", "download", A]).run().success();
        assert_eq!(home.sumdb_latest(db.name()), Some(db.head()));
        assert_eq!(up.count(&format!("{root}/lookup/example.com/a@v1.0.0")), 1);
    }
}

#[test]
fn go_follows_a_head_that_moves() {
    let scene = Scene::new();
    scene.download(A).success();
    let before = scene.latest();
    scene.db.fill(700);
    scene.download(BIG).success();
    assert_ne!(scene.latest(), before);
    assert_eq!(scene.latest(), Some(scene.db.head()));
}

/// The latest head kept, the module cache lost, and the head moved since (protocol.md G24).
#[test]
fn go_asks_anew_for_the_tiles_of_the_head_that_it_remembers() {
    let scene = Scene::new();
    scene.download(A).success();
    scene.home.clear_module_cache();
    scene.db.fill(700);
    scene.up.reset_log();
    scene.download(A).success();
    assert_eq!(scene.up.count("tile/8/0/273.p/114"), 1, "the edge of the old head, in its width");
}

#[test]
fn go_finds_a_toolchain_only_with_its_record() {
    let system = "v0.0.1-go1.99.0.linux-amd64";
    let toolchain = Module::new("golang.org/toolchain", system).file("bin/go", "#!/bin/sh\n");
    let (up, db) = (FakeUpstream::builder().module(toolchain.clone()).start(), SumDb::new(NAME));
    db.mirror_on(&up);
    let query = format!("golang.org/toolchain@{system}");
    let download = |run: GoRun| run.proxy(up.url()).args(["mod", "download", &query]).run();
    assert_words(&download(GoRun::new()), "checksum database disabled by GOSUMDB=off");
    assert_words(&download(GoRun::new().sumdb(db.gosumdb())), "404 Not Found");
    db.add(&toolchain);
    download(GoRun::new().sumdb(db.gosumdb())).success();
}

#[test]
fn a_tampered_module_is_refused() {
    let scene = Scene::new();
    scene.up.publish(module(A).file("b.go", "package a\n"));
    assert_words(&scene.download(A), "checksum mismatch");
}

#[test]
fn a_module_that_is_not_in_the_database_is_refused() {
    let scene = Scene::new();
    let unknown = "example.com/unknown@v1.0.0";
    scene.up.publish(module(unknown));
    assert_words(&scene.download(unknown), "404 Not Found");
}
