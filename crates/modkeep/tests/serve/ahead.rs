//! Looking ahead: what is asked of the upstream before a client has, what never is, and what it costs.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::TcpStream;

use testkit::graph::{Graph, GraphSpec};
use testkit::{FakeUpstream, Gate, GoHome, Module};

use crate::node::{Node, command, get, go};

/// Modules of which each requires all that come later in the order of their paths.
const LETTERS: [&str; 4] = ["a", "b", "c", "d"];

fn upstream() -> FakeUpstream {
    FakeUpstream::builder().modules((0..LETTERS.len()).map(letter)).start()
}

fn letter(at: usize) -> Module {
    let path = format!("{}.example/m", LETTERS[at]);
    let required = LETTERS[at + 1..].iter().map(|letter| format!("require {letter}.example/m v1.0.0\n"));
    let go_mod = format!("module {path}\n\ngo 1.21\n\n{}", required.collect::<String>());
    Module::new(&path, "v1.0.0").file("go.mod", go_mod).file("m.go", "package m\n")
}

fn node(upstream: &FakeUpstream, more: &[&str]) -> (tempfile::TempDir, Node) {
    let data = tempfile::tempdir().unwrap();
    let command = command(data.path()).args(["--upstream", &upstream.url()]);
    (data, Node::with(command.args(more.iter().copied())))
}

/// A client asks for one file of one of the modules.
fn ask(node: &Node, letter: &str, file: &str) {
    assert_eq!(get(&format!("{}/{letter}.example/m/@v/v1.0.0.{file}", node.url())).0, 200);
}

/// Waits until so many requests have come to the gate.
fn arrived(gate: &Gate, count: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(gate.arrived(count));
}

/// Waits until it is so.
fn eventually(is_so: impl Fn() -> bool, what: &str) {
    let begun = std::time::Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < std::time::Duration::from_secs(30), "{what}");
        std::thread::yield_now();
    }
}

fn numbers(node: &Node) -> String {
    get(&format!("{}/metrics", node.url())).1
}

#[test]
fn mod_info_and_zip_come_before_the_client_asks() {
    let upstream = upstream();
    let (_data, node) = node(&upstream, &[]);
    let infos = upstream.hold("*.info");
    for file in ["mod", "zip"] {
        // Not that of the first module, which the client asks for.
        let gate = upstream.hold(move |request: &testkit::Request| {
            !request.path.starts_with("/a.example/") && request.path.ends_with(file)
        });
        ask(&node, "a", file);
        // The second zip tells that the client keeps to the order.
        arrived(&gate, if file == "zip" { 2 } else { 3 });
        gate.release();
        LETTERS[1..].iter().for_each(|letter| ask(&node, letter, file));
        has_come_ahead(&upstream, &node, file, 3);
        if file == "mod" {
            // Of each go.mod that a client has asked for.
            arrived(&infos, LETTERS.len());
            infos.release();
            for letter in LETTERS {
                ask(&node, letter, "info");
            }
            has_come_ahead(&upstream, &node, "info", LETTERS.len());
        }
    }
}

/// Each file of this kind was fetched once, and so many of them before the client asked.
fn has_come_ahead(upstream: &FakeUpstream, node: &Node, file: &str, claimed: usize) {
    assert_eq!(upstream.count(&format!(".{file}")), LETTERS.len(), "each {file} was fetched once");
    let claimed = format!("modkeep_ahead_claimed_total{{kind=\"{file}\"}} {claimed}");
    assert!(numbers(node).lines().any(|line| line == claimed), "{claimed}: {}", numbers(node));
}

#[test]
fn what_a_client_says_that_it_will_ask_is_fetched() {
    let upstream = upstream();
    let (_data, node) = node(&upstream, &[]);
    let gate = upstream.hold("*.zip");
    let list = "b.example/m/@v/v1.0.0.zip\nd.example/m/@v/v1.0.0.zip\n";
    let mut client = TcpStream::connect(node.address()).unwrap();
    let head = format!("POST /ahead HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", list.len());
    client.write_all(format!("{head}{list}").as_bytes()).unwrap();
    arrived(&gate, 2);
    gate.release();
    for letter in ["b", "d"] {
        ask(&node, letter, "zip");
    }
    assert_eq!(upstream.count(".zip"), 2, "each was fetched once");
}

#[test]
fn what_is_asked_ahead_counts_among_the_attempts() {
    let upstream = upstream();
    let (_data, node) = node(&upstream, &[]);
    ask(&node, "d", "mod");
    // The .mod, and the .info beside it.
    let two =
        format!("modkeep_upstream_attempts_total{{place=\"{}\",outcome=\"answered\"}} 2\n", upstream.url());
    eventually(|| numbers(&node).contains(&two), &two);
    assert_eq!(upstream.count(""), 2);
}

#[test]
fn turned_off_it_asks_nothing() {
    let upstream = upstream();
    let (_data, node) = node(&upstream, &["--look-ahead", "off"]);
    for file in ["mod", "info", "zip"] {
        ask(&node, "a", file);
    }
    assert!(!numbers(&node).contains("modkeep_ahead"));
    assert!(node.stop().success());
    assert_eq!(upstream.count(""), 3);
}

/// A name that may not be told to a checksum database is not told to an upstream either before somebody asks.
#[test]
fn private_modules_are_never_asked_ahead() {
    for private in ["--goprivate", "--gonosumdb", "--gonoproxy"] {
        let upstream = upstream();
        let gate = upstream.hold("/d.example/*");
        let (_data, node) = node(&upstream, &[private, "c.example"]);
        ask(&node, "a", "mod");
        arrived(&gate, 1);
        gate.release();
        assert!(node.stop().success());
        let asked = upstream.requests();
        assert!(asked.iter().all(|request| !request.path.starts_with("/c.example")), "{private}");
        assert!(asked.iter().any(|request| request.path.starts_with("/b.example")), "{private}");
    }
}

#[test]
fn a_client_that_hangs_up_is_not_looked_ahead_for() {
    let upstream = upstream();
    let (data, node) = node(&upstream, &[]);
    let gate = upstream.hold("*.mod");
    let mut client = TcpStream::connect(node.address()).unwrap();
    client.write_all(b"GET /a.example/m/@v/v1.0.0.mod HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    arrived(&gate, 1);
    drop(client);
    gate.release();
    let kept = data.path().join("a.example/m/@v/v1.0.0.mod");
    eventually(|| kept.exists(), "the fetch goes on without its client");
    assert!(node.stop().success());
    assert_eq!(upstream.count(""), 1);
}

/// A module with a zip of a common size.
fn graph() -> Graph {
    Graph::generate(GraphSpec { modules: 120, depth: 6, padding_bytes: 40_000, ..GraphSpec::default() })
}

/// How often each file was asked for when go runs so in the project of the graph, with nothing in its caches.
fn asked(graph: &Graph, upstream: &FakeUpstream, proxy: &str, args: &[&str]) -> BTreeMap<String, usize> {
    upstream.reset_log();
    let home = GoHome::fresh();
    let main = home.project("main");
    graph.write_project(&main);
    go(&home, proxy, args).dir(&main).run().success();
    let mut asked = BTreeMap::new();
    upstream.requests().iter().for_each(|request| *asked.entry(request.path.clone()).or_default() += 1);
    asked
}

/// The bytes of these files.
fn bytes(graph: &Graph, asked: &BTreeMap<String, usize>) -> usize {
    let files = graph.modules().into_iter().flat_map(|module| {
        let sizes = [("mod", module.mod_file()), ("info", module.info()), ("zip", module.zip())];
        sizes.map(|(file, content)| (module.url_path(file), content.len()))
    });
    let sizes: BTreeMap<String, usize> = files.collect();
    asked.iter().map(|(path, times)| times * sizes.get(path).unwrap_or(&0)).sum()
}

#[test]
fn what_is_fetched_in_vain_is_a_tenth_at_most() {
    let graph = graph();
    let upstream = FakeUpstream::builder().modules(graph.modules()).start();
    for args in [&["mod", "download"][..], &["build", "./..."], &["list", "-m", "all"]] {
        let plain = asked(&graph, &upstream, &upstream.url(), args);
        let (_data, node) = node(&upstream, &[]);
        let through = asked(&graph, &upstream, &node.url(), args);
        assert!(node.stop().success());
        assert!(through.values().all(|times| *times == 1), "{args:?}: each file is fetched once");
        let (plain, through) = (bytes(&graph, &plain), bytes(&graph, &through));
        assert!(through * 10 <= plain * 11, "{args:?}: {through} bytes in place of {plain}");
    }
}

#[test]
fn a_look_for_updates_fetches_no_zip() {
    let graph = graph();
    let upstream = FakeUpstream::builder().modules(graph.modules()).start();
    let (_data, node) = node(&upstream, &[]);
    let asked = asked(&graph, &upstream, &node.url(), &["list", "-m", "-u", "all"]);
    assert!(node.stop().success());
    assert!(asked.len() > 300 && !asked.keys().any(|path| path.ends_with("zip")), "{asked:?}");
}
