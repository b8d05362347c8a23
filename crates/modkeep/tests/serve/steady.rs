//! A build goes on through an upstream that is silent, unsteady or gone, without any setting.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use testkit::graph::{Graph, GraphSpec};
use testkit::{FakeUpstream, GoHome, Reply};

use crate::node::{Node, go};

fn graph() -> Graph {
    Graph::generate(GraphSpec { modules: 40, depth: 4, ..GraphSpec::default() })
}

fn upstream(graph: &Graph) -> FakeUpstream {
    FakeUpstream::builder().modules(graph.modules()).start()
}

fn project(graph: &Graph) -> (GoHome, PathBuf) {
    let home = GoHome::fresh();
    let folder = home.project("main");
    graph.write_project(&folder);
    (home, folder)
}

#[test]
fn a_first_upstream_that_never_answers_is_soon_left_alone() {
    let graph = graph();
    let (silent, good) = (upstream(&graph), upstream(&graph));
    let _gate = silent.hold("*");
    let data = tempfile::tempdir().unwrap();
    let node = Node::start(&format!("{},{}", silent.url(), good.url()), data.path());
    let (home, main) = project(&graph);
    go(&home, &node.url(), &["mod", "download"]).dir(&main).run().success();
    assert!(home.module_cache_zips().len() >= 40);
    let (asked, answered) = (silent.count(""), good.count(""));
    assert!(asked * 2 < answered, "the dead one was asked {asked} times, the other one {answered} times");
}

#[test]
fn a_single_upstream_that_fails_every_second_time_is_enough() {
    let graph = graph();
    let unsteady = upstream(&graph);
    let turn = AtomicUsize::new(0);
    unsteady.on(move |_| {
        let fails = turn.fetch_add(1, Ordering::SeqCst).is_multiple_of(2);
        fails.then(|| Reply::text(503, "not this time").into())
    });
    let data = tempfile::tempdir().unwrap();
    let node = Node::start(&unsteady.url(), data.path());
    let (home, main) = project(&graph);
    go(&home, &node.url(), &["mod", "download"]).dir(&main).run().success();
}

#[test]
fn with_both_upstreams_gone_the_failure_names_each_and_what_happened_there() {
    let graph = graph();
    let (mut one, two) = (upstream(&graph), upstream(&graph));
    one.stop();
    two.set_status("*", 502, "the backend is away");
    let data = tempfile::tempdir().unwrap();
    let node = Node::start(&format!("{},{}", one.url(), two.url()), data.path());
    let (home, main) = project(&graph);
    let told = go(&home, &node.url(), &["mod", "download"]).dir(&main).run().failure().stderr;
    for part in [one.url(), two.url(), "refused".to_owned(), "the backend is away".to_owned()] {
        assert!(told.contains(&part), "{part:?} is missing in {told}");
    }
}
