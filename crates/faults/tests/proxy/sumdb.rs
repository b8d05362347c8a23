//! Faults of what a proxy says about a checksum database.

use faults::CATALOGUE;
use testkit::SumDb;

use super::{ZIP, assert_has_one_wrong_byte, assert_is_silent, body, broken, get, module, status};

const SUPPORTED: &str = "/sumdb/sum.example/db/supported";
const LOOKUP: &str = "/sumdb/sum.example/db/lookup/example.com/a@v1.0.0";
const TILE: &str = "/sumdb/sum.example/db/tile/8/0/000";

/// One whose first tile is full.
pub(crate) fn database() -> SumDb {
    let db = SumDb::new("sum.example/db");
    db.add(&module());
    db.fill(300);
    db
}

#[tokio::test]
async fn a_fault_of_the_database_leaves_modules_and_its_support_alone() {
    for fault in CATALOGUE.iter().filter(|fault| fault.touches.is_of_sumdb()) {
        let (_good, proxy) = broken(fault.name).await;
        assert_eq!(body(&proxy, ZIP).await, module().zip(), "{}", fault.name);
        assert_eq!(status(&proxy, SUPPORTED).await, 200, "{}", fault.name);
        assert_eq!((proxy.requests(), proxy.struck()), (2, 0), "{}", fault.name);
    }
}

#[tokio::test]
async fn what_a_database_says_can_be_spoilt() {
    for (name, code) in [("502~sumdb", 502), ("404~sumdb", 404)] {
        let (_good, proxy) = broken(name).await;
        assert_eq!((status(&proxy, LOOKUP).await, status(&proxy, TILE).await), (code, code));
    }
    assert!(body(&broken("html~sumdb").await.1, LOOKUP).await.starts_with(b"<!DOCTYPE html>"));
    let (record, tile) =
        (body(&broken("good").await.1, LOOKUP).await, body(&broken("good").await.1, TILE).await);
    assert_has_one_wrong_byte(&body(&broken("lookup-corrupt").await.1, LOOKUP).await, &record);
    assert_eq!(body(&broken("lookup-corrupt").await.1, TILE).await, tile);
    assert_has_one_wrong_byte(&body(&broken("tile-corrupt").await.1, TILE).await, &tile);
    assert_eq!(body(&broken("tile-corrupt").await.1, LOOKUP).await, record);
    assert_eq!(body(&broken("hang~tile").await.1, LOOKUP).await, record);
}

#[tokio::test]
async fn a_database_can_be_cut_short_and_silent() {
    for path in [LOOKUP, TILE] {
        assert!(get(&broken("sumdb-cut").await.1, path).await.unwrap().bytes().await.is_err(), "{path}");
        assert_is_silent("hang~sumdb", path).await;
    }
    assert_is_silent("hang~tile", TILE).await;
}
