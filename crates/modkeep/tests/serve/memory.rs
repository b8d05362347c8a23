//! What is repeated from memory, what is counted, and what is logged of it, through the shipped binary.

use testkit::{FakeUpstream, ServerCommand};

use crate::node::{BINARY, Node, get};

const MODULE: &str = "module example.com/a\nversion v1.0.0\n-- go.mod --\nmodule example.com/a\n";

fn upstream() -> FakeUpstream {
    FakeUpstream::builder().text(MODULE).start()
}

fn node(upstream: &FakeUpstream, more: &[&str]) -> (tempfile::TempDir, Node) {
    let data = tempfile::tempdir().unwrap();
    let command = ServerCommand::new(BINARY).args(["serve", "--listen", "127.0.0.1:0"]);
    let command = command.args([
        "--upstream".into(),
        upstream.url(),
        "--data".into(),
        data.path().display().to_string(),
    ]);
    (data, Node::with(command.args(more.iter().copied())))
}

/// The statuses of so many requests for a path.
fn statuses(node: &Node, path: &str, times: usize) -> Vec<u16> {
    (0..times).map(|_| get(&format!("{}{path}", node.url())).0).collect()
}

#[test]
fn what_can_change_and_what_is_missing_are_asked_for_once_in_a_while() {
    let upstream = upstream();
    let (_data, node) = node(&upstream, &["--repeat-for", "1h"]);
    assert_eq!(statuses(&node, "/example.com/a/@v/list", 3), [200; 3]);
    assert_eq!(statuses(&node, "/example.com/a/@v/v1.9.0.mod", 3), [404; 3]);
    assert_eq!((upstream.count("/list"), upstream.count(".mod")), (1, 1));
}

#[test]
fn without_a_while_they_are_asked_for_each_time() {
    let upstream = upstream();
    let (_data, node) = node(&upstream, &["--repeat-for", "0s"]);
    assert_eq!(statuses(&node, "/example.com/a/@v/list", 3), [200; 3]);
    assert_eq!(upstream.count("/list"), 3);
}

#[test]
fn requests_and_attempts_are_counted() {
    let upstream = upstream();
    let (_data, node) = node(&upstream, &["--look-ahead", "off"]);
    statuses(&node, "/example.com/a/@v/v1.0.0.mod", 3);
    let (status, numbers) = get(&format!("{}/metrics", node.url()));
    assert_eq!(status, 200);
    for line in [
        "modkeep_requests_total{kind=\"mod\",outcome=\"miss\"} 1".to_owned(),
        "modkeep_requests_total{kind=\"mod\",outcome=\"hit\"} 2".to_owned(),
        format!("modkeep_upstream_attempts_total{{place=\"{}\",outcome=\"answered\"}} 1", upstream.url()),
    ] {
        assert!(numbers.lines().any(|has| has == line), "{line} is missing in\n{numbers}");
    }
}

#[test]
fn the_access_log_can_be_turned_off_alone() {
    let upstream = upstream();
    let (_data, mut node) = node(&upstream, &["--log", "info,access=off"]);
    statuses(&node, "/example.com/a/@v/v1.0.0.mod", 1);
    node.process().terminate();
    assert!(!node.process().stderr().contains("v1.0.0.mod"));
}
