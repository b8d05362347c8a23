//! The checksum database as its callers see it: true answers, moving heads, and what exactly each lie changes.
#![allow(clippy::expect_used, reason = "the helpers of a test stop it as the test itself would")]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use testkit::sumdb::Place;
use testkit::{FakeUpstream, Lie, Module, SumDb};

const NAME: &str = "localhost.localdev/sumdb";
const LOOKUP: &str = "lookup/example.com/a@v1.0.0";

fn a() -> Module {
    Module::new("example.com/a", "v1.0.0").file("go.mod", "module example.com/a\n")
}

/// A database with `before` fillers, the module `a()`, and `after` fillers.
fn database(before: u64, after: u64) -> SumDb {
    let db = SumDb::new(NAME);
    db.fill(before);
    assert_eq!(db.add(&a()), before);
    db.fill(after);
    db
}

fn bytes(db: &SumDb, path: &str) -> Vec<u8> {
    let reply = db.answer(path);
    assert_eq!(reply.status, 200, "{path}");
    reply.body.to_vec()
}

fn text(db: &SumDb, path: &str) -> String {
    String::from_utf8(bytes(db, path)).expect("a text")
}

fn status(db: &SumDb, path: &str) -> u16 {
    db.answer(path).status.as_u16()
}

/// The size and the root of a head.
fn tree(head: &str) -> (usize, Vec<u8>) {
    let lines: Vec<_> = head.lines().collect();
    assert_eq!(lines[0], "go.sum database tree");
    (lines[1].parse().expect("a size"), STANDARD.decode(lines[2]).expect("a root"))
}

/// The head in the answer to a lookup.
fn head_of(answer: &str) -> &str {
    &answer[answer.find("go.sum database tree").expect("a head")..]
}

fn leaf(record: &str) -> Vec<u8> {
    Sha256::digest([&[0], record.as_bytes()].concat()).to_vec()
}

/// The hash over these, as RFC 6962 makes it.
fn tree_hash(hashes: &[Vec<u8>]) -> Vec<u8> {
    if let [one] = hashes {
        return one.clone();
    }
    let left = hashes.len().next_power_of_two() / 2;
    let (left, right) = hashes.split_at(left);
    Sha256::digest([&[1][..], &tree_hash(left), &tree_hash(right)].concat()).to_vec()
}

fn hashes(tile: &[u8]) -> Vec<Vec<u8>> {
    tile.chunks(32).map(<[u8]>::to_vec).collect()
}

#[test]
fn a_lookup_has_id_record_and_head() {
    let db = database(3, 0);
    let expected = format!("3\n{}\n{}", a().go_sum_lines(), db.head());
    assert_eq!(text(&db, LOOKUP), expected);
    assert_eq!(db.lookup("example.com/a", "v1.0.0"), Some(expected));
    assert!(
        db.answer(LOOKUP).headers["content-type"].to_str().is_ok_and(|kind| kind.starts_with("text/plain"))
    );
    assert_eq!(text(&db, "latest"), db.head());
    assert_eq!(text(&db, "supported"), "");
}

#[test]
fn a_record_is_added_once() {
    let db = database(3, 5);
    assert_eq!((db.add(&a()), db.size()), (3, 9));
    assert_eq!(db.add_record("b.example/B v1.0.0 h1:x\n"), 9);
    assert!(text(&db, "lookup/b.example/!b@v1.0.0").starts_with("9\nb.example/B v1.0.0 h1:x\n\n"));
}

#[test]
#[should_panic(expected = "a record is one or more lines, none of them empty")]
fn a_record_has_no_empty_line() {
    SumDb::new(NAME).add_record("a\n\nb\n");
}

#[test]
fn fillers_can_be_looked_up() {
    let db = database(3, 5);
    assert!(text(&db, "lookup/filler.example/m8@v1.0.0").starts_with("8\nfiller.example/m8 v1.0.0 h1:"));
    for missing in ["m3", "m9", "m08", "m"] {
        assert_eq!(status(&db, &format!("lookup/filler.example/{missing}@v1.0.0")), 404, "{missing}");
    }
}

#[test]
fn what_is_malformed_or_unknown_is_refused() {
    let db = database(300, 0);
    for (path, expected) in [
        ("lookup/example.com/a@v1.0.1", 404),
        ("lookup/example.com/a@latest", 400),
        ("lookup/example.com/a", 400),
        ("tile/8/0/002", 404),
        ("tile/8/0/001.p/46", 404),
        ("tile/8/0/001", 404),
        ("tile/8/1/000.p/2", 404),
        ("tile/7/0/000", 404),
        ("tile/8/0/1", 400),
        ("tile/8/data/002", 404),
        ("other", 404),
    ] {
        assert_eq!(status(&db, path), expected, "{path}");
    }
}

/// From the records alone, by the definition: the roots of all tiles, and of the tree.
#[test]
fn tiles_and_head_are_those_of_the_records() {
    let db = database(500, 299);
    let records: String =
        ["000", "001", "002", "003.p/32"].map(|n| text(&db, &format!("tile/8/data/{n}"))).concat();
    let leaves: Vec<_> =
        records.split_terminator("\n\n").map(|record| leaf(&format!("{record}\n"))).collect();
    assert_eq!(tree(&db.head()), (800, tree_hash(&leaves)));
    assert_eq!(tree(&db.head_at(513)), (513, tree_hash(&leaves[..513])));
    for (n, tile) in leaves.chunks(256).enumerate() {
        let width = if tile.len() == 256 { String::new() } else { format!(".p/{}", tile.len()) };
        assert_eq!(bytes(&db, &format!("tile/8/0/{n:03}{width}")), tile.concat(), "{n}");
    }
    let upper: Vec<_> = leaves.chunks_exact(256).map(tree_hash).collect();
    assert_eq!(bytes(&db, "tile/8/1/000.p/3"), upper.concat());
}

#[test]
fn a_tile_can_be_had_in_every_width() {
    let db = database(256, 100);
    for (full, widths) in [("tile/8/0/000", 1..256), ("tile/8/0/001.p/101", 1..101)] {
        let whole = bytes(&db, full);
        let name = full.split(".p").next().unwrap_or_default();
        for width in widths {
            assert_eq!(bytes(&db, &format!("{name}.p/{width}")), whole[..width * 32], "{name} {width}");
        }
    }
}

#[test]
fn keys_follow_from_name_and_seed() {
    let key = |name, seed| SumDb::with_key_seed(name, seed).gosumdb();
    assert_eq!(SumDb::new(NAME).gosumdb(), key(NAME, ""));
    assert_ne!(key(NAME, "a"), key(NAME, "b"));
    assert!(key(NAME, "a").starts_with("localhost.localdev/sumdb+"));
}

#[test]
fn a_frozen_head_hides_what_comes_later() {
    let db = database(3, 0);
    let before = db.head();
    db.freeze_head();
    db.fill(1);
    let late = "lookup/filler.example/m4@v1.0.0";
    assert_eq!((db.head(), status(&db, late), status(&db, "tile/8/0/000.p/5")), (before.clone(), 404, 404));
    assert_eq!((db.size(), db.published()), (5, 4));
    db.publish();
    assert_eq!((tree(&db.head()).0, status(&db, late)), (5, 200));
    db.fill(1);
    assert_eq!(tree(&db.head()).0, 5, "publishing does not unfreeze");
    db.unfreeze_head();
    db.fill(1);
    assert_eq!(tree(&db.head()).0, 7);
}

#[test]
fn clones_are_the_same_database() {
    let db = database(3, 0);
    db.clone().fill(1);
    assert_eq!(db.size(), 5);
}

#[tokio::test]
async fn an_upstream_mirrors_it_or_is_its_host() {
    let (db, up) = (database(3, 0), FakeUpstream::builder().module(a()).start());
    let get = async |path: &str| {
        let answer = reqwest::get(format!("{}{path}", up.url())).await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a text"))
    };
    assert_eq!(get("/sumdb/localhost.localdev/sumdb/supported").await.0, 404);
    db.mirror_on(&up);
    assert_eq!(get("/sumdb/localhost.localdev/sumdb/supported").await, (200, String::new()));
    assert_eq!(get(&format!("/sumdb/localhost.localdev/sumdb/{LOOKUP}")).await.1, text(&db, LOOKUP));
    assert_eq!(get("/latest").await.0, 404);
    db.host_on(&up, "");
    assert_eq!(get("/latest").await, (200, db.head()));
    assert_eq!(get("/supported").await.0, 404);
    assert_eq!(get("/example.com/a/@v/list").await, (200, "v1.0.0\n".to_owned()), "other paths are as ever");
}

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
