//! A bundle as a place that answers.

use std::sync::Arc;
use std::time::Duration;

use bundle::BundleSource;
use bytes::Bytes;
use gomod::gosumdb::DatabaseName;
use gomod::tlog::{Tile, TilePath, edge};
use source::conformance::{World, asks_about, check};
use source::{Ask, Ctx, FailureKind, Freshness, Source, SumDbAsk, SumDbPath};
use testkit::Module;
use testkit::module::noise;

use crate::scene::{NAME, Scene, module, wanted};

fn modules() -> [Module; 2] {
    [module("mod", "v1.0.0-RC1"), module("mod", "v1.2.0").file("noise.bin", noise(300_000))]
}

/// What a bundle of these modules has, and what not.
pub(crate) fn world(modules: &[Module], list: &'static str) -> World {
    let mut world = World::default();
    for module in modules {
        let [_, _, info, go_mod, zip] = asks_about(module.path(), module.version());
        world.present.extend([(info, module.info()), (go_mod, module.mod_file()), (zip, module.zip())]);
    }
    let newest = modules.last().unwrap();
    let [asked, latest, ..] = asks_about(newest.path(), newest.version());
    world.present.extend([(asked, Bytes::from_static(list.as_bytes())), (latest, newest.info())]);
    let [.., info, go_mod, zip] = asks_about(newest.path(), "v1.9.0");
    let branch = Ask::Info(go_mod.module().unwrap().clone(), gomod::Revision::parse("main").unwrap());
    world.absent =
        asks_about("example.com/nothing", "v1.0.0").into_iter().chain([info, go_mod, zip, branch]).collect();
    world
}

pub(crate) fn sumdb(path: SumDbPath) -> Ask {
    Ask::SumDb(SumDbAsk { database: DatabaseName::parse(NAME).unwrap(), path })
}

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_the_contract_of_a_source() {
    let all = modules();
    let scene = Scene::new(&all);
    let path = scene.bundle("b.tar", &[&all[0], &all[1]], None).await;
    let place = BundleSource::new(scene.open(&[&path]));
    let mut world = world(&all, "v1.0.0-RC1\nv1.2.0\n");
    let full = sumdb(SumDbPath::Tile(TilePath::Hashes(Tile::new(0, 0, 256).unwrap())));
    world.present.push((sumdb(SumDbPath::Supported), Bytes::new()));
    world.present.push((sumdb(SumDbPath::Latest), scene.db.head().into()));
    world.absent.push(sumdb(SumDbPath::Tile(TilePath::Hashes(Tile::new(3, 0, 1).unwrap()))));
    world.absent.push(full);
    check(Arc::new(place), &world).await;
}

#[tokio::test]
async fn a_narrower_tile_is_the_beginning_of_a_wider_one() {
    let all = modules();
    let scene = Scene::new(&all);
    let path = scene.bundle("b.tar", &[&all[0]], None).await;
    let place = BundleSource::new(scene.open(&[&path]));
    let edge = edge(scene.db.size())[0];
    let get = async |tile: Tile| {
        let ask = sumdb(SumDbPath::Tile(TilePath::Hashes(tile)));
        place
            .ask(&ask, &Ctx::within(Duration::from_secs(20)))
            .await
            .unwrap()
            .body
            .into_bytes(1 << 20)
            .await
            .unwrap()
    };
    let (whole, part) = (get(edge).await, get(edge.with_width(1).unwrap()).await);
    assert_eq!((whole.len(), &part), (edge.size_bytes(), &whole.slice(..32)));
}

#[tokio::test]
async fn what_can_change_is_marked_as_old_as_the_bundle() {
    let all = modules();
    let scene = Scene::new(&all);
    let path = scene.bundle("b.tar", &[&all[0], &all[1]], None).await;
    let chain = scene.open(&[&path]);
    let created = chain.newest().manifest().about.created;
    let place = BundleSource::new(chain);
    let [list, _, _, _, zip] = asks_about(all[1].path(), all[1].version());
    let ctx = Ctx::within(Duration::from_secs(20));
    assert_eq!(place.ask(&list, &ctx).await.unwrap().freshness, Freshness::Stale(created));
    let zip = place.ask(&zip, &ctx).await.unwrap();
    assert_eq!((zip.freshness, zip.h1.unwrap().to_string()), (Freshness::Kept(created), all[1].h1()));
}

#[tokio::test]
async fn a_version_without_its_zip_is_not_listed() {
    let all = modules();
    let scene = Scene::new(&all);
    scene.try_bundle("b.tar", vec![wanted(&all[0], true), wanted(&all[1], false)], None).await.unwrap();
    let place = BundleSource::new(scene.open(&[&scene.path("b.tar")]));
    let [list, _, _, go_mod, zip] = asks_about(all[1].path(), all[1].version());
    let ctx = Ctx::within(Duration::from_secs(20));
    let list = place.ask(&list, &ctx).await.unwrap().body.into_bytes(1 << 20).await.unwrap();
    assert_eq!(list, "v1.0.0-RC1\n");
    assert!(place.ask(&go_mod, &ctx).await.is_ok());
    assert_eq!(place.ask(&zip, &ctx).await.unwrap_err().kind(), FailureKind::NotFound);
}
