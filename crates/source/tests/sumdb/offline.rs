//! With nobody to ask: what was proven once can be proven for ever, and what was lost comes back when somebody can be asked.

use std::sync::Arc;
use std::time::Duration;

use gomod::tlog::TilePath;
use source::sumdb::{Database, Databases};
use source::{Answer, Ask, Ctx, Failure, FailureKind, Origin, Source, SumDbAsk, SumDbPath};

use super::scene::{Memory, answer, are_true, ctx, database, get, mirror, module, open, sums, version};

#[tokio::test]
async fn each_lost_or_damaged_file_is_noticed_and_fetched_again() {
    let (db, shelf) = (database(40_000), Memory::default());
    db.add(&module("a"));
    db.fill(30_000);
    let upstream = mirror(&db);
    sums(&open(&db, &[&upstream], &shelf).await, "a").await.unwrap();
    for address in shelf.addresses() {
        let whole = shelf.get(&address).unwrap();
        let mut flipped = whole.to_vec();
        let Some(middle) = flipped.len().checked_div(2).and_then(|at| flipped.get_mut(at)) else { continue };
        *middle ^= 1;
        shelf.set(&address, flipped);
        let offline = sums(&open(&db, &[], &shelf).await, "a").await;
        assert!(offline.is_err() || are_true(&offline.unwrap(), &module("a")), "{address}");
        let online = sums(&open(&db, &[&upstream], &shelf).await, "a").await.unwrap();
        assert!(are_true(&online, &module("a")), "{address}");
        shelf.set(&address, whole);
    }
}

#[tokio::test]
async fn a_narrow_tile_is_cut_from_a_wide_one() {
    let (db, shelf) = (database(1000), Memory::default());
    db.add(&module("a"));
    let upstream = mirror(&db);
    sums(&open(&db, &[&upstream], &shelf).await, "a").await.unwrap();
    let offline = open(&db, &[], &shelf).await;
    let tile = |width: u16| SumDbPath::Tile(TilePath::parse(&format!("tile/8/0/003.p/{width}")).unwrap());
    let widest = get(&offline, tile(233)).await.unwrap();
    for width in [1, 17, 232] {
        assert_eq!(get(&offline, tile(width)).await.unwrap(), widest.slice(..usize::from(width) * 32));
    }
}

#[tokio::test]
async fn records_by_the_tile_are_compared_with_their_hashes() {
    let db = database(300);
    let upstream = mirror(&db);
    let database = open(&db, &[&upstream], &Memory::default()).await;
    let data = SumDbPath::Tile(TilePath::parse("tile/8/data/000").unwrap());
    let records = get(&database, data.clone()).await.unwrap();
    assert!(String::from_utf8(records.to_vec()).unwrap().starts_with("filler.example/m0 v1.0.0 h1:"));
    upstream.set_status("*/tile/8/data/000", 200, "filler.example/m0 v1.0.0 h1:x=\n\n");
    let fresh = open(&db, &[&upstream], &Memory::default()).await;
    assert_eq!(get(&fresh, data).await.unwrap_err().kind(), FailureKind::Mismatch);
}

#[tokio::test]
async fn a_private_module_is_told_to_nobody() {
    let db = database(300);
    let upstream = mirror(&db);
    let database = open(&db, &[&upstream], &Memory::default()).await;
    let private = gomod::ModuleVersion::parse("corp.example/secret", "v1.0.0").unwrap();
    let refused = answer(&database, SumDbPath::Lookup(private)).await.unwrap_err();
    assert_eq!(refused.kind(), FailureKind::Refused);
    assert!(upstream.requests().is_empty());
    let unknown = answer(&database, SumDbPath::Lookup(version("unknown"))).await.unwrap_err();
    assert_eq!(unknown.kind(), FailureKind::NotFound, "{unknown}");
}

#[tokio::test]
async fn each_thing_is_asked_once_for_all_who_want_it_at_once() {
    let (db, shelf) = (database(500), Memory::default());
    let names: Vec<String> = (0..120).map(|at| format!("m{at}")).collect();
    for name in &names {
        db.add(&module(name));
        db.fill(400);
    }
    let upstream = mirror(&db);
    let database = open(&db, &[&upstream], &shelf).await;
    let asking = names.iter().chain(&names).map(|name| sums(&database, name));
    let found = futures_util::future::join_all(asking).await;
    assert!(found.iter().all(Result::is_ok));
    let mut asked: Vec<String> =
        upstream.requests().into_iter().map(|recorded| recorded.request.path).collect();
    let all = asked.len();
    asked.sort();
    asked.dedup();
    assert_eq!(asked.len(), all, "nothing is asked twice");
}

/// Without a tree and without anybody to ask, go had better ask the database itself; with either, it is answered here.
#[tokio::test]
async fn support_is_claimed_only_while_lookups_can_be_answered() {
    let (db, shelf) = (database(100), Memory::default());
    db.add(&module("a"));
    let upstream = mirror(&db);
    let asked = async |database: Database, able: bool| {
        let name = database.name().clone();
        let alone = Databases::new(vec![Arc::new(database)], Nothing);
        let databases = if able { alone.only_while_able() } else { alone };
        let ask = Ask::SumDb(SumDbAsk { database: name, path: SumDbPath::Supported });
        databases.ask(&ask, &ctx()).await.map(drop).map_err(|failure| failure.kind())
    };
    assert_eq!(asked(open(&db, &[], &shelf).await, true).await, Err(FailureKind::NotFound));
    assert_eq!(asked(open(&db, &[], &shelf).await, false).await, Ok(()));
    assert_eq!(asked(open(&db, &[&upstream], &shelf).await, true).await, Ok(()));
    assert_eq!(asked(open(&db, &[], &shelf).await, true).await, Ok(()), "the tree is known now");
}

/// A source of no modules.
#[derive(Debug)]
struct Nothing;

#[async_trait::async_trait]
impl Source for Nothing {
    async fn ask(&self, ask: &Ask, _: &Ctx) -> Result<Answer, Failure> {
        Err(Failure::not_found(&Origin::new("nothing"), ask.to_string(), Duration::ZERO))
    }
}
