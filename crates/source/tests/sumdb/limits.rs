//! Who hears of what, who has the last word, and what does not grow with what clients ask.

use std::sync::Arc;
use std::time::SystemTime;

use gomod::ModuleVersion;
use gomod::tlog::TilePath;
use source::{Ask, FailureKind, Ledger, SumDbPath};
use testkit::{FakeUpstream, SumDb};

use super::scene::{
    Memory, answer, are_true, by, database, get, mirror, module, open, sums, try_open_by, version,
};
use source::first_seen::InMemory;

use super::verified::{get as ask, place};

#[tokio::test]
async fn a_path_of_gonoproxy_is_told_to_private_ways_alone() {
    let db = database(300);
    let (public, own) = (mirror(&db), mirror(&db));
    let mut private = by(&own);
    private.private = true;
    let database = try_open_by(&db, vec![by(&public), private], &Memory::default()).await.unwrap();
    let inside = ModuleVersion::parse("inside.example/m", "v1.0.0").unwrap();
    let unknown = answer(&database, SumDbPath::Lookup(inside)).await.unwrap_err();
    assert_eq!(unknown.kind(), FailureKind::NotFound, "{unknown}");
    assert_eq!((public.count("inside.example/m@v1.0.0"), own.count("inside.example/m@v1.0.0")), (0, 1));
}

/// Were the database's word enough, it would depend on who is faster whether go hears that there is no such version.
#[tokio::test]
async fn that_a_module_does_not_exist_is_for_the_place_to_say() {
    let db = database(300);
    let (way, folder) = (mirror(&db), tempfile::tempdir().unwrap());
    let database = Arc::new(open(&db, &[&way], &Memory::default()).await);
    let ledger = Arc::new(Ledger::new(Some(database), Arc::new(InMemory::default()), SystemTime::now));
    let upstream = FakeUpstream::builder().start();
    let gate = upstream.hold("*");
    let asked = tokio::spawn({
        let place = place(&upstream, &ledger, folder.path());
        async move { ask(&place, &Ask::Zip(version("missing"))).await.map(drop) }
    });
    gate.arrived(1).await;
    while way.count("missing@v1.0.0") == 0 {
        tokio::task::yield_now().await;
    }
    gate.release();
    assert_eq!(asked.await.unwrap().unwrap_err().kind(), FailureKind::NotFound);
}

#[tokio::test]
async fn what_one_database_has_vouched_for_is_nothing_to_another() {
    let [one, other] = ["one", "other"].map(|seed| SumDb::with_key_seed(super::scene::NAME, seed));
    let (upstream, folder) =
        (FakeUpstream::builder().module(module("a")).start(), tempfile::tempdir().unwrap());
    let mut ledgers = Vec::new();
    for db in [&one, &other] {
        db.add(&module("a"));
        let database = Arc::new(open(db, &[&mirror(db)], &Memory::default()).await);
        ledgers.push(Arc::new(Ledger::new(Some(database), Arc::new(InMemory::default()), SystemTime::now)));
    }
    let way = mirror(&one);
    let database = Arc::new(open(&one, &[&way], &Memory::default()).await);
    let ledger = Arc::new(Ledger::new(Some(database), Arc::new(InMemory::default()), SystemTime::now));
    let zip = Ask::Zip(version("a"));
    let assurance = ask(&place(&upstream, &ledger, folder.path()), &zip).await.unwrap().assurance;
    assert!(!ledgers[0].wants(&zip, assurance) && ledgers[1].wants(&zip, assurance));
}

#[tokio::test]
async fn a_client_that_makes_up_tiles_is_not_passed_on() {
    let db = database(300);
    let way = mirror(&db);
    let database = open(&db, &[&way], &Memory::default()).await;
    for index in ["x001/000", "x002/000", "x003/000", "x004/000"] {
        let tile = SumDbPath::Tile(TilePath::parse(&format!("tile/8/0/{index}")).unwrap());
        assert_eq!(get(&database, tile).await.unwrap_err().kind(), FailureKind::NotFound);
    }
    assert_eq!(way.count("/latest"), 1);
}

#[tokio::test]
async fn a_record_whose_head_is_damaged_is_asked_for_anew_when_there_is_no_other_head() {
    let (db, shelf) = (database(300), Memory::default());
    db.add(&module("a"));
    let way = mirror(&db);
    sums(&open(&db, &[&way], &shelf).await, "a").await.unwrap();
    shelf.lose("latest");
    shelf.lose(".latest");
    let address = SumDbPath::Lookup(version("a")).address();
    let mut flipped = shelf.get(&address).unwrap().to_vec();
    *flipped.last_mut().unwrap() ^= 1;
    shelf.set(&address, flipped);
    assert!(are_true(&sums(&open(&db, &[&way], &shelf).await, "a").await.unwrap(), &module("a")));
}
