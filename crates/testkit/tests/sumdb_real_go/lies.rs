//! Lies about records, tiles and signatures, and failures of the server.

use testkit::sumdb::Place;
use testkit::{GoRun, Lie, SumDb};

use super::{A, BIG, NAME, Scene, assert_words, module};

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
fn a_lie_about_one_module_is_none_about_others() {
    let scene = Scene::new();
    scene.db.lie_about("lookup/example.com/a@*", Lie::WrongHash);
    assert_words(&scene.download(A), "cannot authenticate record data");
    scene.download(BIG).success();
    scene.db.clear_lies();
    scene.download(A).success();
}
