//! What exactly each lie changes.

use testkit::sumdb::Place;
use testkit::{Lie, Module};

use super::{LOOKUP, NAME, a, bytes, database, hashes, head_of, leaf, status, text, tree, tree_hash};

#[test]
fn false_sums_are_made_up_or_those_of_a_tampered_module() {
    let db = database(3, 0);
    db.lie(Lie::WrongHash);
    let made_up = text(&db, LOOKUP);
    assert!(made_up.starts_with("3\nexample.com/a v1.0.0 h1:") && !made_up.contains(&a().h1()), "{made_up}");
    let tampered = a().file("b.go", "package a\n");
    db.falsify(&tampered);
    assert_eq!(text(&db, LOOKUP), format!("3\n{}\n{}", tampered.go_sum_lines(), db.head()));
    assert_eq!(tree(&db.head()).1, tree(head_of(&made_up)).1, "the log is the true one");
}

#[test]
fn a_fork_differs_in_one_record_and_all_above_it() {
    let db = database(300, 100);
    let truth = |path| bytes(&db, path);
    let (low, high) = (truth("tile/8/0/000"), truth("tile/8/0/001.p/145"));
    let tampered = a().file("b.go", "package a\n");
    db.lie(Lie::Fork(300));
    db.falsify(&tampered);
    assert_eq!(bytes(&db, "tile/8/0/000"), low);
    let (before, record, after) = (44 * 32, 44 * 32..45 * 32, 45 * 32);
    let forked = bytes(&db, "tile/8/0/001.p/145");
    assert_eq!((&forked[..before], &forked[after..]), (&high[..before], &high[after..]));
    assert_eq!(forked[record], leaf(&tampered.go_sum_lines()));
    let (size, root) = tree(&text(&db, "latest"));
    assert_eq!((size, &root), (401, &tree_hash(&[tree_hash(&hashes(&low)), tree_hash(&hashes(&forked))])));
    assert_ne!(root, tree(&db.head()).1);
    db.fill(1);
    assert_eq!(tree(&text(&db, "latest")).0, 402, "it grows with the true one");
}

#[test]
fn heads_roll_back() {
    let db = database(300, 100);
    db.lie(Lie::Rollback(350));
    assert_eq!(text(&db, "latest"), db.head_at(350));
    assert_eq!(head_of(&text(&db, LOOKUP)), db.head_at(350));
    assert_eq!(status(&db, "tile/8/0/001.p/145"), 200);
}

#[test]
fn an_old_tree_ends_early() {
    let db = database(300, 100);
    db.lie(Lie::OldTree(350));
    assert_eq!(head_of(&text(&db, LOOKUP)), db.head_at(350));
    assert_eq!(status(&db, "tile/8/0/001.p/94"), 200);
    for later in ["tile/8/0/001.p/95", "tile/8/data/001.p/95", "lookup/filler.example/m350@v1.0.0"] {
        assert_eq!(status(&db, later), 404, "{later}");
    }
}

#[test]
fn a_head_just_below_the_record() {
    let db = database(300, 100);
    db.lie(Lie::RecordIdBeyondHead);
    assert_eq!(head_of(&text(&db, LOOKUP)), db.head_at(300));
}

#[test]
fn a_wrong_record_is_a_true_one() {
    let db = database(300, 0);
    let other = db.lookup("filler.example/m0", "v1.0.0").expect("a record");
    db.lie(Lie::WrongRecord);
    assert_eq!(text(&db, LOOKUP), other);
}

#[test]
fn extra_lines_stand_where_they_are_wanted() {
    let tampered = a().file("b.go", "package a\n");
    for place in [Place::BeforeRecord, Place::BeforeHead, Place::AfterHead, Place::AfterSignatures] {
        let db = database(3, 0);
        db.falsify(&tampered);
        db.lie(Lie::ExtraLines(place));
        let (answer, lines) = (text(&db, LOOKUP), tampered.go_sum_lines());
        let record = format!("3\n{}\n", a().go_sum_lines());
        let stands = match place {
            Place::BeforeRecord => answer.starts_with(&format!("{lines}{record}")),
            Place::BeforeHead => answer.starts_with(&format!("{record}{lines}go.sum database tree\n")),
            Place::AfterHead => answer.contains(&format!("=\n{lines}\n\u{2014} {NAME} ")),
            Place::AfterSignatures => answer == format!("{record}{}{lines}", db.head()),
        };
        assert!(stands, "{place:?} {answer}");
    }
}

/// Every hash fits from the false record up to the last tile below those of the root, and not there.
#[test]
fn a_forged_tile_fits_but_for_its_place_in_the_roots_tiles() {
    let db = database(300, 69_700);
    let edge = ["tile/8/0/273.p/113", "tile/8/1/001.p/17", "tile/8/2/000.p/1"];
    let true_edge = edge.map(|path| bytes(&db, path));
    db.lie(Lie::ForgedInnerTile);
    let answer = text(&db, LOOKUP);
    let record = answer.strip_prefix("300\n").and_then(|rest| rest.split_once("\n\n")).expect("a record").0;
    assert_ne!(format!("{record}\n"), a().go_sum_lines());
    let (low, middle) = (bytes(&db, "tile/8/0/001"), bytes(&db, "tile/8/1/000"));
    assert_eq!(hashes(&low)[44], leaf(&format!("{record}\n")));
    assert_eq!(hashes(&middle)[1], tree_hash(&hashes(&low)));
    assert_ne!(true_edge[2], tree_hash(&hashes(&middle)));
    assert_eq!(edge.map(|path| bytes(&db, path)), true_edge);
    assert_eq!(head_of(&answer), db.head());
}

#[test]
fn records_that_cannot_be_forged_stay_true() {
    let db = database(100, 1000);
    let late = Module::new("example.com/late", "v1.0.0");
    db.add(&late);
    db.lie(Lie::ForgedInnerTile);
    assert!(text(&db, "lookup/example.com/late@v1.0.0").contains(&late.h1()));
    assert!(!text(&db, LOOKUP).contains(&a().h1()));
}

#[test]
#[should_panic(expected = "fill() up")]
fn forging_needs_a_tile_below_those_of_the_root() {
    database(100, 100).lie(Lie::ForgedInnerTile);
}

#[test]
fn forging_can_be_limited_to_some_modules() {
    let db = database(100, 0);
    let other = Module::new("example.com/other", "v1.0.0");
    db.add(&other);
    db.fill(1000);
    db.lie_about(LOOKUP, Lie::ForgedInnerTile);
    assert!(text(&db, "lookup/example.com/other@v1.0.0").contains(&other.h1()));
    let tile = hashes(&bytes(&db, "tile/8/0/000"));
    assert_eq!(tile[101], leaf(&other.go_sum_lines()));
    assert_ne!(tile[100], leaf(&a().go_sum_lines()));
}

#[test]
fn tiles_of_a_wrong_length() {
    let db = database(256, 100);
    let whole = bytes(&db, "tile/8/0/000");
    db.lie(Lie::TruncatedTile);
    assert_eq!(bytes(&db, "tile/8/0/000"), whole[..255 * 32]);
    db.clear_lies();
    db.lie_about("tile/8/0/*", Lie::LongTile);
    assert_eq!(bytes(&db, "tile/8/0/000"), [&whole[..], &[0; 32]].concat());
    assert_eq!(bytes(&db, "tile/8/1/000.p/1").len(), 32);
}

#[test]
fn partial_tiles_are_withheld_where_there_are_full_ones() {
    let db = database(256, 100);
    db.lie(Lie::NoPartialTiles);
    let answers = ["tile/8/0/000.p/5", "tile/8/0/000", "tile/8/0/001.p/5"].map(|path| status(&db, path));
    assert_eq!(answers, [404, 200, 200]);
}

#[test]
fn failures_of_the_server() {
    for (lie, expected) in [
        (Lie::Supported404, [404, 200, 200, 200]),
        (Lie::Supported200Then502, [200, 502, 502, 502]),
        (Lie::Html, [200, 200, 200, 200]),
        (Lie::LookupNotFound, [200, 200, 404, 200]),
    ] {
        let db = database(256, 100);
        db.lie(lie.clone());
        let answers = ["supported", "latest", LOOKUP, "tile/8/0/000"].map(|path| status(&db, path));
        assert_eq!(answers, expected, "{lie:?}");
    }
    let db = database(256, 100);
    db.lie(Lie::Html);
    assert_eq!(text(&db, "supported"), "");
    assert!(
        ["latest", LOOKUP, "tile/8/0/000"].iter().all(|path| text(&db, path).starts_with("<!DOCTYPE html>"))
    );
}

#[test]
fn several_lies_are_told_at_once_and_then_none() {
    let db = database(300, 100);
    let truth = text(&db, LOOKUP);
    db.lie(Lie::WrongHash);
    db.lie(Lie::Rollback(350));
    db.lie(Lie::UnknownKey);
    let answer = text(&db, LOOKUP);
    assert!(!answer.contains(&a().h1()));
    assert_eq!(tree(head_of(&answer)).0, 350);
    assert_ne!(head_of(&answer), db.head_at(350));
    db.clear_lies();
    assert_eq!(text(&db, LOOKUP), truth);
}
