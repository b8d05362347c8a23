//! Other histories, and heads that do not fit what go knows.

use testkit::Lie;

use super::{A, BIG, Scene, assert_words, module};

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
fn no_partial_tiles_are_needed_where_there_are_full_ones() {
    let scene = Scene::new();
    scene.download(A).success();
    scene.home.clear_module_cache();
    scene.db.fill(700);
    scene.up.reset_log();
    scene.assert_survived(Lie::NoPartialTiles);
    assert_eq!(scene.up.count("tile/8/0/273.p/114"), 1, "asked for, and not found");
}

#[test]
fn record_id_beyond_head() {
    Scene::new().assert_refused(Lie::RecordIdBeyondHead, "cannot validate record 1000 in tree of size 1000");
}
