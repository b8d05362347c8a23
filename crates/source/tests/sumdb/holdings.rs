//! What is kept of a database is proven offline, and each file that is lost or damaged is told from the others.

use std::sync::Arc;

use gomod::glob::PrefixPatterns;
use gomod::gosumdb::{DatabaseName, VerifierKey};
use source::sumdb::{Doubt, Holdings};
use testkit::SumDb;

use super::scene::{Memory, are_true, ctx, database, mirror, module, open, sums, try_open_by, version};

async fn holdings(db: &SumDb, shelf: &Memory) -> Holdings {
    let key = VerifierKey::parse(&db.gosumdb()).unwrap();
    let (name, private) = (DatabaseName::parse(db.name()).unwrap(), PrefixPatterns::parse("corp.example"));
    Holdings::open(key, name, private, Arc::new(shelf.clone())).await.unwrap()
}

/// A tree of three levels, with the record of a module inside; and all that proves it.
async fn kept() -> (SumDb, Memory) {
    let (db, shelf) = (database(40_000), Memory::default());
    db.add(&module("a"));
    db.fill(30_000);
    let upstream = mirror(&db);
    sums(&open(&db, &[&upstream], &shelf).await, "a").await.unwrap();
    (db, shelf)
}

fn is_head(address: &str) -> bool {
    address.ends_with("latest")
}

#[tokio::test]
async fn what_is_whole_is_proven() {
    let (db, shelf) = kept().await;
    let mut holdings = holdings(&db, &shelf).await;
    let record = holdings.record(&version("a")).await.unwrap();
    assert_eq!((record.id, record.tree_size), (40_000, 70_001));
    assert!(are_true(&record.sums, &module("a")));
    assert_eq!((holdings.tree_size(), holdings.head_flaws().count()), (Some(70_001), 0));
    assert!(matches!(holdings.record(&version("b")).await, Err(Doubt::Missing(_))));
    let private = gomod::ModuleVersion::parse("corp.example/m", "v1.0.0").unwrap();
    assert!(holdings.covers(&version("a")) && !holdings.covers(&private));
}

#[tokio::test]
async fn each_flipped_bit_is_damage() {
    let (db, shelf) = kept().await;
    for address in shelf.addresses().into_iter().filter(|address| !shelf.get(address).unwrap().is_empty()) {
        let whole = shelf.get(&address).unwrap();
        for at in [0, whole.len() / 2, whole.len() - 1] {
            let mut flipped = whole.to_vec();
            flipped[at] ^= 1;
            shelf.set(&address, flipped);
            let mut holdings = holdings(&db, &shelf).await;
            let record = holdings.record(&version("a")).await;
            let flaws: Vec<_> = holdings.head_flaws().map(|(address, _)| address).collect();
            match is_head(&address) {
                true => assert!(flaws == [address.as_str()] && record.is_ok(), "{address} {at} {record:?}"),
                // With another number it is a record of which nothing is kept.
                false if address.starts_with("lookup/") => assert!(record.is_err(), "{at} {record:?}"),
                false => assert!(matches!(record, Err(Doubt::Damaged(_))), "{address} {at} {record:?}"),
            }
        }
        shelf.set(&address, whole);
    }
}

#[tokio::test]
async fn what_is_cut_is_damaged_and_what_is_lost_is_missing() {
    let (db, shelf) = kept().await;
    let proving = |address: &String| !is_head(address) && address != "supported";
    for address in shelf.addresses().into_iter().filter(proving) {
        let whole = shelf.get(&address).unwrap();
        shelf.set(&address, whole.slice(..whole.len() - 1));
        let cut = holdings(&db, &shelf).await.record(&version("a")).await;
        assert!(matches!(cut, Err(Doubt::Damaged(_))), "{address} {cut:?}");
        shelf.lose(&address);
        let lost = holdings(&db, &shelf).await.record(&version("a")).await;
        assert!(matches!(lost, Err(Doubt::Missing(_))), "{address} {lost:?}");
        shelf.set(&address, whole);
    }
    shelf.lose("latest");
    assert!(holdings(&db, &shelf).await.record(&version("a")).await.is_ok(), "there is a second copy");
    shelf.lose(".latest");
    let without_head = holdings(&db, &shelf).await.record(&version("a")).await;
    assert!(matches!(without_head, Err(Doubt::Missing(_))), "{without_head:?}");
}

/// A record that says something else is not the one in the tree, also when all of its form is right.
#[tokio::test]
async fn a_false_record_with_a_true_head_is_damage() {
    let (db, shelf) = kept().await;
    let address = "lookup/example.com/a@v1.0.0";
    let other = db.lookup("filler.example/m7", "v1.0.0").unwrap();
    shelf.set(address, other);
    let told = holdings(&db, &shelf).await.record(&version("a")).await;
    assert!(matches!(&told, Err(Doubt::Damaged(why)) if why.contains("not about")), "{told:?}");
    let stranger = SumDb::with_key_seed(db.name(), "another");
    assert_eq!(holdings(&stranger, &shelf).await.head_flaws().count(), 2, "another key has signed nothing");
}

/// Each record that was ever kept is proven in the newest tree, however often the head has moved since; and who looks on meanwhile
/// sees what is new.
#[tokio::test]
async fn records_stay_proven_while_the_tree_grows() {
    let (db, shelf) = (database(200), Memory::default());
    let upstream = mirror(&db);
    let database = open(&db, &[&upstream], &shelf).await;
    let mut looking_on = holdings(&db, &shelf).await;
    for number in 0..12 {
        db.add(&module(&format!("m{number}")));
        sums(&database, &format!("m{number}")).await.unwrap();
        let seen = looking_on.record(&version(&format!("m{number}"))).await;
        assert_eq!(seen.unwrap().tree_size, db.size());
        db.fill(149);
    }
    let mut holdings = holdings(&db, &shelf).await;
    for number in 0..12 {
        assert!(holdings.record(&version(&format!("m{number}"))).await.is_ok(), "{number}");
    }
}

/// Cached answers come with heads of any age, and with the tiles that lead from each of them to the newest. Taken first, an old one
/// would need tiles that nobody has any more.
#[tokio::test]
async fn a_newest_head_that_is_taken_first_saves_what_older_ones_cannot_prove() {
    let (db, cache) = (database(1000), Memory::default());
    db.add(&module("a"));
    let (old_answer, old_head) = (db.lookup("example.com/a", "v1.0.0").unwrap(), db.head());
    db.fill(300);
    let upstream = mirror(&db);
    let online = open(&db, &[&upstream], &cache).await;
    sums(&online, "a").await.unwrap();
    let way = cache.way();
    online.take_head(old_head.as_bytes(), &way.origin, &ctx()).await.unwrap();
    cache.set("lookup/example.com/a@v1.0.0", old_answer);

    let offline = async || try_open_by(&db, vec![way.clone()], &Memory::default()).await;
    assert!(sums(&offline().await.unwrap(), "a").await.is_err());
    let database = offline().await.unwrap();
    database.take_head(db.head().as_bytes(), &way.origin, &ctx()).await.unwrap();
    assert!(are_true(&sums(&database, "a").await.unwrap(), &module("a")));
}
