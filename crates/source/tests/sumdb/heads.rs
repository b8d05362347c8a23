//! The head of the tree moves on and never back (protocol.md G15, G23, G27).

use source::{FailureKind, SumDbPath};
use testkit::Lie;

use super::scene::{Memory, are_true, database, get, mirror, module, open, sums, try_open};

/// Sizes around the borders of tiles, each a head that was handed out.
const SIZES: [u64; 9] = [1, 200, 256, 257, 300, 511, 512, 65_535, 65_600];

#[tokio::test]
async fn every_head_goes_on_from_the_one_before() {
    let (db, shelf) = (database(0), Memory::default());
    let upstream = mirror(&db);
    for (at, size) in SIZES.into_iter().enumerate() {
        let name = format!("m{at}");
        db.fill(size - 1 - db.size());
        db.add(&module(&name));
        // A new one each time: what was kept is all that it knows.
        let database = open(&db, &[&upstream], &shelf).await;
        assert!(are_true(&sums(&database, &name).await.unwrap(), &module(&name)), "{size}");
        assert_eq!(database.tree_size(), size);
    }
    let offline = open(&db, &[], &shelf).await;
    for at in 0..SIZES.len() {
        let name = format!("m{at}");
        assert!(are_true(&sums(&offline, &name).await.unwrap(), &module(&name)), "{name}");
    }
}

#[tokio::test]
async fn an_older_head_is_no_step_back() {
    let (db, shelf) = (database(1000), Memory::default());
    db.add(&module("a"));
    db.fill(5000);
    let upstream = mirror(&db);
    let database = open(&db, &[&upstream], &shelf).await;
    sums(&database, "a").await.unwrap();
    let newest = get(&database, SumDbPath::Latest).await.unwrap();
    db.lie(Lie::Rollback(2000));
    db.add(&module("b"));
    assert_eq!(get(&database, SumDbPath::Latest).await.unwrap(), newest);
    let again = open(&db, &[&upstream], &shelf).await;
    assert_eq!(get(&again, SumDbPath::Latest).await.unwrap(), newest);
    assert_eq!(again.tree_size(), 6001);
}

#[tokio::test]
async fn the_head_is_found_again_when_its_file_is_damaged_and_refused_when_another_key_signed_it() {
    let (db, shelf) = (database(1000), Memory::default());
    db.add(&module("a"));
    let upstream = mirror(&db);
    sums(&open(&db, &[&upstream], &shelf).await, "a").await.unwrap();
    shelf.set("latest", "flipped");
    assert_eq!(open(&db, &[], &shelf).await.tree_size(), 1001);
    shelf.lose("latest");
    shelf.lose(".latest");
    let without = open(&db, &[], &shelf).await;
    assert!(are_true(&sums(&without, "a").await.unwrap(), &module("a")), "the record brings a head along");
    let other = testkit::SumDb::with_key_seed(db.name(), "another");
    let error = try_open(&other, &[], &shelf).await.unwrap_err();
    assert!(error.to_string().contains("not signed"), "{error}");
}

#[tokio::test]
async fn whoever_knows_a_newer_tree_is_told_that_this_one_is_behind() {
    let (db, shelf) = (database(1000), Memory::default());
    db.add(&module("a"));
    let upstream = mirror(&db);
    sums(&open(&db, &[&upstream], &shelf).await, "a").await.unwrap();
    let tile = |path: &str| SumDbPath::Tile(gomod::tlog::TilePath::parse(path).unwrap());
    let offline = open(&db, &[], &shelf).await;
    let behind = get(&offline, tile("tile/8/0/009.p/5")).await.unwrap_err();
    assert_eq!(behind.kind(), FailureKind::Unavailable);
    assert!(
        behind.message().contains("1001 records known here") && behind.message().contains("newer tree"),
        "{behind}"
    );
    db.fill(2000);
    let online = open(&db, &[&upstream], &shelf).await;
    assert_eq!(get(&online, tile("tile/8/0/009.p/5")).await.unwrap().len(), 5 * 32);
    assert_eq!(online.tree_size(), 3001);
    let beyond = get(&online, tile("tile/8/0/x009/000")).await.unwrap_err();
    assert_eq!(beyond.kind(), FailureKind::NotFound, "{beyond}");
}

#[tokio::test]
async fn a_latest_tree_that_shrinks_is_refused_and_the_evidence_kept() {
    let (db, shelf) = (database(5000), Memory::default());
    let upstream = mirror(&db);
    let database = open(&db, &[&upstream], &shelf).await;
    let newest = get(&database, SumDbPath::Latest).await.unwrap();
    assert_eq!(get(&database, SumDbPath::Latest).await.unwrap(), newest);
    assert_eq!(database.contradictions(), 0);
    db.lie(Lie::Rollback(2000));
    assert_eq!(get(&database, SumDbPath::Latest).await.unwrap(), newest, "clients are served as before");
    assert_eq!(database.contradictions(), 1);
    let [name] = &shelf.evidence()[..] else { panic!("{:?}", shelf.evidence()) };
    assert!(name.contains("-shrunk-2000-"), "{name}");
    let text = String::from_utf8(shelf.get(name).unwrap().to_vec()).unwrap();
    assert!(text.contains("\n5000\n") && text.contains("\n2000\n"), "{text}");
}

#[tokio::test]
async fn a_tile_that_no_real_tree_can_have_is_asked_of_nobody() {
    let (db, shelf) = (database(1000), Memory::default());
    db.add(&module("a"));
    let upstream = mirror(&db);
    let database = open(&db, &[&upstream], &shelf).await;
    sums(&database, "a").await.unwrap();
    let before = upstream.requests().len();
    let far = SumDbPath::Tile(gomod::tlog::TilePath::parse("tile/8/3/000.p/1").unwrap());
    assert_eq!(get(&database, far).await.unwrap_err().kind(), FailureKind::NotFound);
    assert_eq!(upstream.requests().len(), before);
}
