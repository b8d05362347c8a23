//! However many clients there are, each thing is asked of an upstream once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use testkit::{GoHome, Graph, GraphSpec};

use super::scene::{Folder, Mirror, NAME};
use crate::node::go;

/// A mirror with the modules of the graph scattered among so many other records that there are many tiles.
fn mirror(graph: &Graph) -> Mirror {
    let mirror = Mirror::empty();
    for module in graph.modules() {
        mirror.db.fill(30);
        mirror.db.add(&module);
        mirror.up.publish(module);
    }
    mirror
}

/// `go mod download` of the whole graph, by a go that knows nothing and has no go.sum; the zips it got.
fn download(graph: &Graph, proxy: &str, mirror: &Mirror) -> BTreeMap<String, String> {
    let home = GoHome::fresh();
    let main = project(graph, &home);
    let run = go(&home, proxy, &["mod", "download"]).dir(&main).sumdb(mirror.db.gosumdb());
    run.flags("-mod=mod").run().success();
    home.module_cache_zips()
}

fn project(graph: &Graph, home: &GoHome) -> PathBuf {
    let folder = home.project("main");
    graph.write_project(&folder);
    std::fs::remove_file(Path::new(&folder).join("go.sum")).unwrap();
    folder
}

/// Each address of the database was asked for once at most.
#[track_caller]
fn assert_asked_once(mirror: &Mirror, modules: usize) {
    let mut counts = BTreeMap::<String, usize>::new();
    for recorded in mirror.up.requests() {
        if let Some(address) = recorded.path.strip_prefix(&format!("/sumdb/{}/", *NAME)) {
            *counts.entry(address.to_owned()).or_default() += 1;
        }
    }
    let lookups = counts.keys().filter(|address| address.starts_with("lookup/")).count();
    let tiles = counts.keys().filter(|address| address.starts_with("tile/")).count();
    assert!(lookups >= modules && tiles > 10, "{lookups} lookups, {tiles} tiles");
    let often: Vec<_> = counts.iter().filter(|(_, count)| **count > 1).collect();
    assert!(often.is_empty(), "{often:?}");
}

#[test]
fn by_one_client_that_downloads_three_hundred_modules() {
    let graph = Graph::generate(GraphSpec::default());
    let (mirror, folder) = (mirror(&graph), Folder::new());
    let node = folder.serve(&mirror.url(), &mirror.db);
    let zips = download(&graph, &node.url(), &mirror);
    assert!(zips.len() >= 300, "{} zips", zips.len());
    assert_asked_once(&mirror, 300);
}

/// Fails when `Records::ask` does not look at what is kept.
#[test]
fn by_eight_clients_at_once() {
    let graph = Graph::generate(GraphSpec { modules: 60, depth: 4, ..GraphSpec::default() });
    let (mirror, folder) = (mirror(&graph), Folder::new());
    let node = folder.serve(&mirror.url(), &mirror.db);
    let proxy = node.url();
    let zips = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..8).map(|_| scope.spawn(|| download(&graph, &proxy, &mirror))).collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(zips.iter().all(|got| got.len() >= 60 && *got == zips[0]));
    assert_asked_once(&mirror, 60);
}
