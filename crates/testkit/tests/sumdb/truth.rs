//! What it answers as long as it tells the truth.

use testkit::{FakeUpstream, SumDb};

use super::{LOOKUP, NAME, a, bytes, database, leaf, status, text, tree, tree_hash};

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
        let answer = reqwest::get(format!("{}/{path}", up.url())).await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a text"))
    };
    assert_eq!(get("sumdb/localhost.localdev/sumdb/supported").await.0, 404);
    db.mirror_on(&up);
    assert_eq!(get("sumdb/localhost.localdev/sumdb/supported").await, (200, String::new()));
    assert_eq!(get(&format!("sumdb/localhost.localdev/sumdb/{LOOKUP}")).await.1, text(&db, LOOKUP));
    assert_eq!(get("latest").await.0, 404);
    db.host_on(&up, "");
    assert_eq!(get("latest").await, (200, db.head()));
    assert_eq!(get("supported").await.0, 404);
    assert_eq!(get("example.com/a/@v/list").await, (200, "v1.0.0\n".to_owned()), "other paths are as ever");
}
