//! The two holes that go has closed, dug as they were: a hash that nobody has signed must not pass for the right one (protocol.md
//! G14, G17).
//!
//! The liar serves a tampered module, and all that a careless client would need to believe in it.

use testkit::sumdb::Place;
use testkit::{GoHome, Lie};

use super::kept::{assert_serves_by_itself, assert_true, zips};
use super::scene::{A, Folder, MODULES, Mirror, assert_told, module, pull, pull_anew, tampered};
use crate::node::get;

/// A tree in which a client with the hole counts the tiles of the root wrong: more one bits in its size than edge tiles.
const LARGE: [u64; 2] = [1000, 69_000];

const PLACES: [Place; 4] = [Place::BeforeRecord, Place::BeforeHead, Place::AfterHead, Place::AfterSignatures];

/// An upstream with a tampered module, and a false hash that fits it.
fn liar(fillers: [u64; 2], lie: Lie) -> Mirror {
    let liar = Mirror::growing(fillers);
    liar.up.publish(tampered(A));
    liar.db.falsify(&tampered(A));
    liar.db.lie(lie);
    liar
}

/// The liar alone: go is told, and nothing of what it sent is kept or served.
fn refused(fillers: [u64; 2], lie: Lie, words: &str) {
    let (liar, folder) = (liar(fillers, lie), Folder::new());
    let node = folder.serve(&liar.url(), &liar.db);
    assert_told(&pull_anew(&node.url(), &liar.db, &[A]), &[words]);
    assert_eq!(get(&format!("{}{}", node.url(), tampered(A).url_path("zip"))).0, 502);
    assert!(zips(&folder.data()).is_empty());
}

/// Somebody honest behind it: go gets the right module, and everything kept is true.
fn passed_over(fillers: [u64; 2], lie: Lie) {
    let (liar, good, folder) = (liar(fillers, lie), Mirror::growing(fillers), Folder::new());
    let node = folder.serve(&format!("{},{}", liar.url(), good.url()), &good.db);
    let (home, direct) = (GoHome::fresh(), GoHome::fresh());
    pull(&home, &node.url(), &good.db, &MODULES).success();
    pull(&direct, &good.url(), &good.db, &MODULES).success();
    assert_eq!(home.downloads(), direct.downloads());
    assert!(liar.asked("lookup/example.com/a@") > 0 && liar.up.count(&module(A).url_path("zip")) > 0);
    assert_true(&folder.data(), &good.db);
    assert_serves_by_itself(&folder.data(), &good.db);
}

/// Fails when the lines are taken from the whole answer in `Lookup::sums`. Where the note is well formed all the same, the hash of
/// the record is the one that counts, and the zip is what is refused.
#[test]
fn lines_that_nobody_has_signed_are_not_read() {
    for place in PLACES {
        let words = if place == Place::AfterHead { "SECURITY" } else { "nothing vouches for" };
        refused([300, 300], Lie::ExtraLines(place), words);
        passed_over([300, 300], Lie::ExtraLines(place));
    }
}

/// Fails when tiles below those of the root are taken as they come, in `ProvenTree::prove`.
#[test]
fn a_tile_below_those_of_the_root_is_not_believed() {
    refused(LARGE, Lie::ForgedInnerTile, "it sent tiles that are not those of the tree of 70002 records");
    passed_over(LARGE, Lie::ForgedInnerTile);
}

/// Fails without the comparison with the tree in `Engine::prove`.
#[test]
fn a_hash_that_is_not_in_the_tree_is_not_believed() {
    refused(
        [300, 300],
        Lie::WrongHash,
        "the tree has another record at place 300 than the one that was sent",
    );
    passed_over([300, 300], Lie::WrongHash);
}
