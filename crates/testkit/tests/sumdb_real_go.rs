//! The real go against the checksum database: as a mirror and as its own host, and whether go notices each lie.
//!
//! What go does here is what go 1.26.8 did when this was written; a newer one that notices more fails the test that says
//! that go does not.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of a test stop it as the test itself would"
)]

use std::fs;

use testkit::sumdb::Place;
use testkit::{FakeUpstream, GoHome, GoOutput, GoRun, Lie, Module, SumDb};

const NAME: &str = "localhost.localdev/sumdb";
const A: &str = "example.com/a@v1.0.0";
const BIG: &str = "example.com/Big/v2@v2.0.0-RC1";

fn module(query: &str) -> Module {
    let (path, version) = query.split_once('@').expect("path@version");
    Module::new(path, version).file("go.mod", format!("module {path}\n")).file("a.go", "package a\n")
}

/// A proxy that has two modules and mirrors a database which knows both, in a tree of three levels of tiles.
struct Scene {
    up: FakeUpstream,
    db: SumDb,
    home: GoHome,
}

impl Scene {
    fn new() -> Self {
        let (up, db) = (FakeUpstream::builder().modules([A, BIG].map(module)).start(), SumDb::new(NAME));
        db.fill(1000);
        db.add(&module(A));
        db.fill(69_000);
        db.add(&module(BIG));
        db.mirror_on(&up);
        Self { up, db, home: GoHome::fresh() }
    }

    fn download(&self, query: &str) -> GoOutput {
        let run = GoRun::in_home(&self.home).proxy(self.up.url()).sumdb(self.db.gosumdb());
        run.args(["mod", "download", query]).run()
    }

    fn latest(&self) -> Option<String> {
        self.home.sumdb_latest(NAME)
    }

    /// A fresh go refuses, with these words.
    #[track_caller]
    fn assert_refused(&self, lie: Lie, words: &str) {
        self.db.lie(lie);
        assert_words(&self.download(A), words);
        assert!(!self.home.downloads().keys().any(|name| name.contains(".mod")), "nothing was taken");
    }

    /// A fresh go downloads, in spite of the lie.
    #[track_caller]
    fn assert_survived(&self, lie: Lie) {
        self.db.lie(lie);
        self.download(A).success();
    }
}

#[track_caller]
fn assert_words(output: &GoOutput, words: &str) {
    assert!(!output.status.success() && output.stderr.contains(words), "want `{words}`: {output}");
}

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
    assert_eq!(scene.up.count("/tile/8/0/273.p/114"), 1, "the edge of the old head, in its width");
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

#[test]
fn bad_signature() {
    Scene::new().assert_refused(Lie::BadSignature, "invalid signature for key");
}

#[test]
fn unknown_key() {
    Scene::new().assert_refused(Lie::UnknownKey, "note has no verifiable signatures");
}

#[test]
fn another_key_of_the_same_name() {
    let scene = Scene::new();
    let other = SumDb::with_key_seed(NAME, "another");
    let run = GoRun::in_home(&scene.home).proxy(scene.up.url()).sumdb(other.gosumdb());
    assert_words(&run.args(["mod", "download", A]).run(), "note has no verifiable signatures");
}

/// At the size that go knows, and at a later one. The other history has the tiles above record 65 535 for its own.
#[test]
fn fork() {
    for more in [0, 700] {
        let scene = Scene::new();
        scene.download(A).success();
        scene.db.lie(Lie::Fork(69_999));
        scene.db.fill(more);
        assert_words(&scene.download(BIG), "go.sum database server misbehavior detected");
    }
}

/// With top tiles of the true history at hand, go sees that the others do not fit before it can see that the server lies.
#[test]
fn fork_beside_kept_tiles() {
    let scene = Scene::new();
    scene.download(A).success();
    scene.db.lie(Lie::Fork(500));
    scene.db.fill(700);
    assert_words(
        &scene.download(BIG),
        "checking tree#70002 against tree#70702: downloaded inconsistent tile",
    );
}

#[test]
fn fork_beside_lost_tiles() {
    let scene = Scene::new();
    scene.download(A).success();
    scene.home.clear_module_cache();
    scene.db.lie(Lie::Fork(500));
    assert_words(&scene.download(BIG), "checking tree#70002: downloaded inconsistent tile");
}

/// Who knows no head yet cannot tell one history from another.
#[test]
fn fork_is_accepted_by_who_knows_no_other_history() {
    Scene::new().assert_survived(Lie::Fork(500));
}

#[test]
fn a_fork_may_vouch_for_a_tampered_module() {
    let scene = Scene::new();
    let tampered = module(A).file("b.go", "package a\n");
    scene.up.publish(tampered.clone());
    scene.db.falsify(&tampered);
    scene.assert_survived(Lie::Fork(1000));
}

#[test]
fn rollback_does_not_make_go_forget() {
    let scene = Scene::new();
    scene.download(BIG).success();
    let head = scene.latest();
    scene.assert_survived(Lie::Rollback(1500));
    assert_eq!(scene.latest(), head);
}

#[test]
fn old_tree_is_enough_for_who_knows_no_later_one() {
    let scene = Scene::new();
    scene.assert_survived(Lie::OldTree(1500));
    assert_eq!(scene.latest(), Some(scene.db.head_at(1500)));
    assert_words(&scene.download(BIG), "404 Not Found");
}

/// Go wants to see that the old head is one of its own history, and finds no tiles to see it by (protocol.md G25).
#[test]
fn old_tree_is_not_enough_for_who_knows_a_later_one() {
    let scene = Scene::new();
    scene.download(BIG).success();
    let head = scene.latest();
    scene.db.lie(Lie::OldTree(1500));
    assert_words(&scene.download(A), "checking tree#1500 against tree#70002");
    assert_eq!(scene.latest(), head);
}

#[test]
fn wrong_hash() {
    let scene = Scene::new();
    let tampered = module(A).file("b.go", "package a\n");
    scene.up.publish(tampered.clone());
    scene.db.falsify(&tampered);
    scene.assert_refused(Lie::WrongHash, "cannot authenticate record data in server response");
}

#[test]
fn wrong_record() {
    Scene::new().assert_refused(Lie::WrongRecord, "checksum missing from sumdb response");
}

#[test]
fn extra_lines_that_break_the_answer() {
    for (place, words) in [
        (Place::BeforeRecord, "malformed record data"),
        (Place::BeforeHead, "malformed tree note"),
        (Place::AfterSignatures, "malformed note"),
    ] {
        Scene::new().assert_refused(Lie::ExtraLines(place), words);
    }
}

#[test]
fn extra_lines_after_the_head_are_not_read() {
    let scene = Scene::new();
    scene.up.publish(module(A).file("b.go", "package a\n"));
    scene.db.falsify(&module(A).file("b.go", "package a\n"));
    scene.db.lie(Lie::ExtraLines(Place::AfterHead));
    assert_words(&scene.download(A), "checksum mismatch");
    scene.up.publish(module(A));
    scene.download(A).success();
}

#[test]
fn forged_inner_tile() {
    let scene = Scene::new();
    let tampered = module(A).file("b.go", "package a\n");
    scene.up.publish(tampered.clone());
    scene.db.falsify(&tampered);
    scene.assert_refused(Lie::ForgedInnerTile, "downloaded inconsistent tile");
}

#[test]
fn tiles_of_a_wrong_length() {
    for lie in [Lie::TruncatedTile, Lie::LongTile] {
        Scene::new().assert_refused(lie, "TileReader returned bad result slice");
    }
}

#[test]
fn no_partial_tiles_are_needed_where_there_are_full_ones() {
    let scene = Scene::new();
    scene.download(A).success();
    scene.home.clear_module_cache();
    scene.db.fill(700);
    scene.up.reset_log();
    scene.assert_survived(Lie::NoPartialTiles);
    assert_eq!(scene.up.count("/tile/8/0/273.p/114"), 1, "asked for, and not found");
}

/// Go turns to the database's own host, which is nowhere.
#[test]
fn supported_404() {
    Scene::new().assert_refused(Lie::Supported404, "proxyconnect");
}

#[test]
fn supported_200_then_502() {
    Scene::new().assert_refused(Lie::Supported200Then502, "502 Bad Gateway");
}

#[test]
fn html() {
    Scene::new().assert_refused(Lie::Html, "malformed record data");
}

#[test]
fn lookup_not_found() {
    Scene::new().assert_refused(Lie::LookupNotFound, "404 Not Found");
}

#[test]
fn record_id_beyond_head() {
    Scene::new().assert_refused(Lie::RecordIdBeyondHead, "cannot validate record 1000 in tree of size 1000");
}

#[test]
fn a_lie_about_one_module_is_none_about_others() {
    let scene = Scene::new();
    scene.db.lie_about("lookup/example.com/a@*", Lie::WrongHash);
    assert_words(&scene.download(A), "cannot authenticate record data");
    scene.download(BIG).success();
    scene.db.clear_lies();
    scene.download(A).success();
}
