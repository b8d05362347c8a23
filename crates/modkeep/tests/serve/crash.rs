//! `kill -9` in the middle of real downloads: what is left is whole, and nothing that was served is lost.
//!
//! (The store's own crash test does this two hundred times at random moments; here the whole program is killed.)

use testkit::graph::{Graph, GraphSpec};
use testkit::{FakeUpstream, GoHome};

use crate::node::{Node, go};

const CYCLES: usize = 8;

#[test]
fn a_server_that_is_killed_in_the_middle_of_a_download_leaves_only_whole_artifacts() {
    let graph = Graph::generate(GraphSpec { modules: 40, depth: 3, ..GraphSpec::default() });
    let mut upstream = FakeUpstream::builder().modules(graph.modules()).start();
    let data = tempfile::tempdir().unwrap();
    let home = GoHome::fresh();
    let main = home.project("main");
    graph.write_project(&main);
    for cycle in 0..CYCLES {
        let mut node = Node::start(&upstream.url(), data.path());
        // One or two zips are under way in each cycle (go fetches as many at a time as there are cores), so that the kill comes at another point of the download.
        let gate = upstream.hold("*.zip");
        let download = go(&home, &node.url(), &["mod", "download"]).dir(&main);
        let download = std::thread::spawn(move || download.run());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(gate.arrived(1 + cycle % 2));
        gate.release();
        node.process().kill();
        download.join().unwrap().failure();
        upstream.clear_rules();
        home.clear_module_cache();
    }
    let node = Node::start(&upstream.url(), data.path());
    go(&home, &node.url(), &["mod", "download"]).dir(&main).run().success();
    upstream.stop();
    home.clear_module_cache();
    go(&home, &node.url(), &["mod", "download"]).dir(&main).run().success();
    go(&home, &node.url(), &["mod", "verify"]).dir(&main).run().success();
}
