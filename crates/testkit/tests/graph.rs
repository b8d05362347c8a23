//! The real go builds a generated graph of more than 300 modules, and every number in it is as foretold.
#![allow(clippy::expect_used, reason = "the helpers of a test stop it as the test itself would")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use testkit::{FakeUpstream, GoHome, GoRun, Graph, GraphSpec, Module};

/// A project in its own home, with the upstream it gets its modules from.
struct World {
    graph: Graph,
    upstream: FakeUpstream,
    home: GoHome,
    project: PathBuf,
}

fn world(spec: GraphSpec) -> World {
    world_of(spec, FakeUpstream::builder())
}

fn world_of(spec: GraphSpec, upstream: testkit::upstream::Builder) -> World {
    let graph = Graph::generate(spec);
    let upstream = upstream.modules(graph.modules()).start();
    let home = GoHome::fresh();
    let project = home.project("main");
    graph.write_project(&project);
    World { graph, upstream, home, project }
}

/// Every kind of module in each of three layers.
fn small() -> GraphSpec {
    GraphSpec { modules: 45, depth: 3, ..GraphSpec::default() }
}

/// One for all tests and for later runs: the standard library is compiled once, the modules lie elsewhere each time.
fn build_cache() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("gocache")
}

impl World {
    fn go(&self, args: &[&str]) -> GoRun {
        let run = GoRun::in_home(&self.home).proxy(self.upstream.url()).dir(&self.project);
        run.build_cache(&build_cache()).args(args.iter().copied())
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.project.join(name)).expect("a file of the project")
    }
}

#[test]
fn three_hundred_modules_are_downloaded_and_compiled() {
    let world = world(GraphSpec::default());
    world.go(&["mod", "download"]).run().success();
    assert_eq!(world.home.module_cache_zips().len(), 320);
    assert_eq!(world.upstream.count(".zip"), 320);

    world.go(&["mod", "verify"]).run().success();
    world.go(&["build", "-mod=readonly", "./..."]).run().success();
    let listed =
        world.go(&["list", "-deps", "-f", "{{if .Module}}{{.Module.Path}}{{end}}", "./..."]).run().success();
    let compiled: BTreeSet<&str> = listed.stdout.lines().collect();
    assert_eq!(compiled.len(), 321, "every module and the main one");

    let ran = world.go(&["run", "."]).run().success();
    assert_eq!(ran.stderr.trim(), world.graph.expected_number().to_string());
}

#[test]
fn the_project_builds_from_files_and_with_nothing_in_the_cache() {
    let world = world(small());
    let tree = world.home.path().join("tree");
    world.upstream.write_file_proxy(&tree);
    world.go(&["build", "./..."]).proxy(format!("file://{}", tree.display())).run().success();
    assert_eq!(world.upstream.count(""), 0);
}

#[test]
fn the_project_builds_over_tls() {
    let world = world_of(small(), FakeUpstream::builder().tls());
    let ca = world.home.path().join("ca.pem");
    fs::write(&ca, world.upstream.ca_pem()).expect("a file");
    world.go(&["build", "./..."]).trust(&ca).run().success();
    assert_eq!(world.upstream.count(".zip"), 45);
}

#[test]
fn the_project_is_tidy() {
    let world = world(small());
    let before = world.read("go.mod");
    world.go(&["mod", "tidy"]).run().success();
    assert_eq!(world.read("go.mod"), before);
    let sums_before: String = world.graph.modules().iter().map(Module::go_sum_lines).collect();
    for line in world.read("go.sum").lines() {
        assert!(sums_before.contains(line), "{line}");
    }
}

#[test]
fn the_selected_versions_are_those_of_go() {
    let world = world(small());
    let listed = world.go(&["list", "-m", "-f", "{{.Path}} {{.Version}}", "all"]).run().success();
    let of_go: BTreeSet<String> = listed.stdout.lines().skip(1).map(str::to_owned).collect();
    let of_graph = world.graph.selected().iter().map(|m| format!("{} {}", m.path(), m.version())).collect();
    assert_eq!(of_go, of_graph);
}

#[test]
fn padding_sets_the_size_of_zips() {
    let spec = GraphSpec { modules: 2, depth: 1, padding_bytes: 100_000, ..GraphSpec::default() };
    for module in Graph::generate(spec).modules() {
        assert!((100_000..101_000).contains(&module.zip().len()), "{}", module.zip().len());
    }
}

#[test]
fn a_seed_decides_everything() {
    let bytes = |seed| {
        let graph = Graph::generate(GraphSpec { seed, ..small() });
        let zips: Vec<_> =
            graph.modules().iter().map(|module| (module.url_path("zip"), module.zip())).collect();
        (zips, graph.expected_number())
    };
    assert_eq!(bytes(7), bytes(7));
    assert_ne!(bytes(7).1, bytes(8).1);
}

#[test]
fn all_kinds_of_modules_occur() {
    let modules = Graph::generate(small()).modules();
    let some = |what: &dyn Fn(&Module) -> bool| modules.iter().any(what);
    assert!(some(&|m| m.path().contains("Team")));
    assert!(some(&|m| m.path().ends_with("/v2")));
    assert!(some(&|m| m.path().starts_with("gopkg.in/")));
    assert!(some(&|m| m.version().ends_with("+incompatible")));
    assert!(some(&|m| m.version().ends_with("-RC1")));
    assert!(some(&|m| !m.is_listed()));
    assert!(some(&|m| !m.has_go_mod() && m.version().starts_with("v1")));
}
