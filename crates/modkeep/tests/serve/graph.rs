//! The main promise: a project of 300 modules builds through the server, and again with the upstream gone.

use std::path::PathBuf;

use testkit::graph::{Graph, GraphSpec};
use testkit::{FakeUpstream, GoHome};

use crate::node::{Node, go};

/// A project in a home of its own.
fn project(graph: &Graph) -> (GoHome, PathBuf) {
    let home = GoHome::fresh();
    let folder = home.project("main");
    graph.write_project(&folder);
    (home, folder)
}

#[test]
fn three_hundred_modules_cold_then_with_the_upstream_gone_then_with_the_server_gone() {
    let graph = Graph::generate(GraphSpec::default());
    let mut upstream = FakeUpstream::builder().modules(graph.modules()).start();
    let data = tempfile::tempdir().unwrap();
    let node = Node::start(&upstream.url(), data.path());

    let (home, main) = project(&graph);
    go(&home, &node.url(), &["mod", "download"]).dir(&main).run().success();
    let cold = home.module_cache_zips();
    assert!(cold.len() >= 300, "{} zips", cold.len());
    go(&home, &node.url(), &["build", "./..."]).dir(&main).run().success();
    let number = go(&home, &node.url(), &["run", "."]).dir(&main).run().success();
    assert_eq!(number.stderr.trim(), graph.expected_number().to_string());
    assert_eq!(upstream.count(".zip"), cold.len(), "each zip was fetched once");

    upstream.stop();
    let (home, main) = project(&graph);
    go(&home, &node.url(), &["build", "./..."]).dir(&main).run().success();
    go(&home, &node.url(), &["mod", "download"]).dir(&main).run().success();
    assert_eq!(home.module_cache_zips(), cold, "the same zips, byte for byte, from what is kept");
    assert!(node.stop().success());

    let (home, main) = project(&graph);
    let folder = format!("file://{}", data.path().display());
    go(&home, &folder, &["mod", "download"]).dir(&main).run().success();
    assert_eq!(home.module_cache_zips(), cold, "the same zips from the folder alone");
}
