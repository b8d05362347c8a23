//! Starting, stopping, probing, and starts that cannot be.

use std::path::Path;
use std::time::Duration;

use testkit::{FakeUpstream, ServerCommand};

use crate::node::{BINARY, Node, command, get};

const MODULE: &str =
    "module example.com/a\nversion v1.0.0\n-- go.mod --\nmodule example.com/a\n-- a.go --\npackage a\n";

fn serve(data: &Path) -> assert_cmd::Command {
    let mut command = assert_cmd::Command::new(BINARY);
    command.env("GOENV", "off").args(["serve", "--listen", "127.0.0.1:0", "--data", data.to_str().unwrap()]);
    command
}

fn stderr(command: &mut assert_cmd::Command, code: i32) -> String {
    String::from_utf8(command.assert().code(code).get_output().stderr.clone()).unwrap()
}

#[test]
fn probes_are_answered_and_a_stop_ends_well() {
    let data = tempfile::tempdir().unwrap();
    let node = Node::start("off", data.path());
    for probe in ["healthz", "readyz"] {
        assert_eq!(get(&format!("{}/{probe}", node.url())), (200, "ok\n".to_owned()));
    }
    assert_eq!(node.stop().code(), Some(0));
}

/// The mark of a folder in order is written when the store is dropped, so whoever holds it beyond the end is found here.
#[test]
fn a_start_after_a_stop_has_nothing_to_put_in_order() {
    let upstream = FakeUpstream::builder().text(MODULE).start();
    let data = tempfile::tempdir().unwrap();
    let mark = data.path().join(".closed");
    for _ in 0..2 {
        let node = Node::start(&upstream.url(), data.path());
        for path in ["example.com/a/@v/v1.0.0.info", "example.com/a/@v/v1.0.0.zip", "metrics"] {
            assert_eq!(get(&format!("{}/{path}", node.url())).0, 200, "{path}");
        }
        assert!(!mark.exists(), "a server that is killed leaves no mark");
        assert!(node.stop().success());
        assert!(mark.exists());
    }
}

#[test]
fn a_stop_waits_for_the_answer_under_way() {
    let upstream = FakeUpstream::builder().text(MODULE).start();
    let data = tempfile::tempdir().unwrap();
    let mut node = Node::start(&upstream.url(), data.path());
    let gate = upstream.hold("*.info");
    let url = format!("{}/example.com/a/@v/v1.0.0.info", node.url());
    let client = std::thread::spawn(move || get(&url));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(gate.arrived(1));
    signal_stop(&node);
    node.process().wait_for_line("{}asked to stop{}");
    gate.release();
    assert_eq!(client.join().unwrap().0, 200);
    // It ends by itself. Another signal could come before that, and would mean to cut.
    assert_eq!(node.process().wait(Duration::from_secs(30)).code(), Some(0));
}

#[test]
fn a_stop_can_be_announced_to_load_balancers_before_it_begins() {
    let data = tempfile::tempdir().unwrap();
    let mut node = Node::with(command(data.path()).args(["--upstream", "off", "--drain-delay", "1m"]));
    signal_stop(&node);
    node.process().wait_for_line("{}asked to stop{}");
    assert_eq!(get(&format!("{}/readyz", node.url())).0, 503);
    assert_eq!(get(&format!("{}/healthz", node.url())).0, 200);
}

fn signal_stop(node: &Node) {
    let pid = node.pid().to_string();
    assert!(std::process::Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
}

#[test]
fn a_second_signal_ends_at_once_and_the_exit_code_says_so() {
    let upstream = FakeUpstream::builder().text(MODULE).start();
    let data = tempfile::tempdir().unwrap();
    let mut node = Node::start(&upstream.url(), data.path());
    let gate = upstream.hold("*.info");
    let url = format!("{}/example.com/a/@v/v1.0.0.info", node.url());
    let client = std::thread::spawn(move || std::panic::catch_unwind(|| get(&url)).is_err());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(gate.arrived(1));
    signal_stop(&node);
    node.process().wait_for_line("{}asked to stop{}");
    assert_eq!(node.stop().code(), Some(1));
    assert!(client.join().unwrap(), "the client's answer was cut");
}

#[test]
fn two_servers_cannot_share_a_folder() {
    let data = tempfile::tempdir().unwrap();
    let _first = Node::start("off", data.path());
    let told = stderr(&mut serve(data.path()), 69);
    assert!(told.contains(data.path().to_str().unwrap()) && told.contains("help:"), "{told}");
}

#[test]
fn an_address_in_use_or_a_folder_that_cannot_be_is_told_with_what_to_do() {
    let data = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let told = stderr(serve(data.path()).args(["--listen", &taken.local_addr().unwrap().to_string()]), 64);
    assert!(told.contains("--listen"), "given twice: {told}");

    let mut command = assert_cmd::Command::new(BINARY);
    command.args(["serve", "--listen", &taken.local_addr().unwrap().to_string()]);
    let told = stderr(command.args(["--data", data.path().to_str().unwrap()]), 69);
    assert!(told.contains("cannot listen on") && told.contains("--listen"), "{told}");

    let file = data.path().join("file");
    std::fs::write(&file, "").unwrap();
    let told = stderr(&mut serve(&file.join("below")), 69);
    assert!(told.contains("file") && told.contains("--data"), "{told}");
    assert_eq!(told.matches("Not a directory").count(), 1, "the cause is told once: {told}");
}

#[test]
fn it_needs_no_go_and_reads_no_file_of_the_folder_it_is_started_in() {
    let upstream = FakeUpstream::builder().text(MODULE).start();
    let (data, here) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let hostile = "listen = \"127.0.0.1:1\"\nupstream = \"https://attacker.example\"\n";
    std::fs::write(here.path().join("modkeep.toml"), hostile).unwrap();
    let list = upstream.url();
    let command = command(data.path()).dir(here.path()).env("PATH", here.path()).env("GOPROXY", list);
    let node = Node::with(command);
    assert_eq!(get(&format!("{}/example.com/a/@v/v1.0.0.info", node.url())).0, 200);
    assert!(node.stop().success());
}

#[test]
fn logs_are_json_lines_where_no_terminal_is() {
    let data = tempfile::tempdir().unwrap();
    let mut node = Node::start("off", data.path());
    get(&format!("{}/example.com/a/@v/list", node.url()));
    node.process().wait_for_line("{}\"path\":\"/example.com/a/@v/list\"{}");
    let logged = node.process().stderr();
    for line in logged.lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
    }
}

#[test]
fn what_is_kept_can_be_listed_beside_the_running_server() {
    let upstream = FakeUpstream::builder().text(MODULE).start();
    let data = tempfile::tempdir().unwrap();
    let node = Node::start(&upstream.url(), data.path());
    for file in ["v1.0.0.info", "v1.0.0.mod", "v1.0.0.zip"] {
        assert_eq!(get_status(&node, &format!("/example.com/a/@v/{file}")), 200);
    }
    let ls = |args: &[&str]| {
        let mut command = assert_cmd::Command::new(BINARY);
        command.args(["store", "ls", "--data", data.path().to_str().unwrap()]).args(args);
        String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap()
    };
    let line = ls(&[]);
    assert!(line.starts_with("example.com/a@v1.0.0\tinfo+mod+zip\t"), "{line}");
    assert!(line.contains(&upstream.url()), "{line}");
    assert_eq!(ls(&["other.example"]), "");
    let json: serde_json::Value = serde_json::from_str(ls(&["example.com/*", "--json"]).trim()).unwrap();
    assert_eq!((&json["module"], &json["version"]), (&"example.com/a".into(), &"v1.0.0".into()));
    assert!(json["files"]["zip"].as_u64().unwrap() > 0);
}

fn get_status(node: &Node, path: &str) -> u16 {
    // Zips are no text, so only the status is looked at.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { reqwest::get(format!("{}{path}", node.url())).await.unwrap().status().as_u16() })
}

#[test]
fn below_a_prefix_and_with_a_server_command_of_its_own() {
    let upstream = FakeUpstream::builder().text(MODULE).start();
    let data = tempfile::tempdir().unwrap();
    let command: ServerCommand =
        command(data.path()).args(["--upstream", &upstream.url(), "--path-prefix", "/go"]);
    let node = Node::with(command);
    assert!(node.url().ends_with("/go"), "the start names the prefix: {}", node.url());
    assert_eq!(get_status(&node, "/example.com/a/@v/list"), 200);
}
