//! Whom the server asks, and what it says about it.

use testkit::{FakeUpstream, GoHome, ServerCommand};

use crate::node::{BINARY, Node, command, get, go};

const MODULE: &str =
    "module example.com/a\nversion v1.0.0\n-- go.mod --\nmodule example.com/a\n-- a.go --\npackage a\n";
const INFO: &str = "/example.com/a/@v/v1.0.0.info";

fn upstream() -> FakeUpstream {
    FakeUpstream::builder().text(MODULE).start()
}

#[test]
fn without_an_upstream_it_serves_what_it_keeps_and_names_the_flag_for_the_rest() {
    let (upstream, data) = (upstream(), tempfile::tempdir().unwrap());
    let node = Node::start(&upstream.url(), data.path());
    assert_eq!(get(&format!("{}{INFO}", node.url())).0, 200);
    assert!(node.stop().success());

    let node = Node::with(command(data.path()).env("GOENV", "off").env("GOPROXY", "off"));
    assert_eq!(get(&format!("{}{INFO}", node.url())).0, 200, "what is kept");
    let (status, text) = get(&format!("{}/example.com/b/@v/v1.0.0.info", node.url()));
    assert_eq!(status, 502);
    assert!(text.contains("--upstream"), "{text}");
}

#[test]
fn the_list_is_what_go_would_use_and_the_start_says_why() {
    let (upstream, data) = (upstream(), tempfile::tempdir().unwrap());
    let list = format!("{},direct", upstream.url());
    let mut node = Node::with(command(data.path()).env("GOPROXY", list));
    node.process().wait_for_line("use it with: export GOPROXY=http://{}");
    let told = node.process().stdout();
    assert!(told.contains("in the order of GOPROXY in the environment"), "{told}");
    assert!(told.contains(&format!("1. {}", upstream.url())), "{told}");
    assert!(told.contains("2. direct: the repositories themselves"), "{told}");
    assert!(told.contains(data.path().to_str().unwrap()), "{told}");
    assert_eq!(get(&format!("{}{INFO}", node.url())).0, 200);
}

#[test]
fn an_inherited_member_that_is_this_server_is_skipped_and_an_explicit_one_is_an_error() {
    let (upstream, data) = (upstream(), tempfile::tempdir().unwrap());
    let port = free_port();
    let own = format!("http://127.0.0.1:{port}");
    let serve = |data: &std::path::Path| {
        let listen = format!("127.0.0.1:{port}");
        ServerCommand::new(BINARY).args(["serve", "--listen", &listen, "--data", data.to_str().unwrap()])
    };
    let mut node = Node::with(serve(data.path()).env("GOPROXY", format!("{own},{}", upstream.url())));
    node.process().wait_for_line("use it with: {}");
    assert!(node.process().stderr().contains("is this server itself"), "{}", node.process().stderr());
    assert_eq!(get(&format!("{}{INFO}", node.url())).0, 200);
    assert!(node.stop().success());

    let refused = assert_cmd::Command::new(BINARY)
        .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--data", data.path().to_str().unwrap()])
        .args(["--upstream", &format!("{own},{}", upstream.url())])
        .assert()
        .code(78);
    let told = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
    assert!(told.contains("is this server itself") && told.contains("help:"), "{told}");
}

/// A port that was free a moment ago. The one test that must know its port beforehand uses it.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn an_outage_is_passed_and_an_upstream_failure_is_never_404() {
    let (good, data) = (upstream(), tempfile::tempdir().unwrap());
    let bad = upstream();
    bad.set_status("*", 503, "maintenance");
    let mut node = Node::start(&format!("{},{}", bad.url(), good.url()), data.path());
    let home = GoHome::fresh();
    go(&home, &node.url(), &["mod", "download", "example.com/a@v1.0.0"]).run().success();
    node.process().wait_for_line("\"WARN\",\"message\":\"answered in place of another\"");

    good.set_status("*", 500, "broken too");
    let (status, text) = get(&format!("{}/example.com/other/@v/v1.0.0.info", node.url()));
    assert_eq!(status, 502);
    for said in [bad.url(), good.url(), "maintenance".to_owned(), "broken too".to_owned()] {
        assert!(text.contains(&said), "{said} in: {text}");
    }
}

#[test]
fn private_paths_go_to_private_places_only() {
    let (public, data) = (upstream(), tempfile::tempdir().unwrap());
    let own = FakeUpstream::builder().text(&MODULE.replace("example.com/a", "corp.example/b")).start();
    let config = data.path().join("modkeep.toml");
    let text = format!(
        "upstream = \"{},{}\"\ngoprivate = \"corp.example\"\n[[place]]\nurl = \"{}\"\nprivate = true\n",
        own.url(),
        public.url(),
        own.url()
    );
    std::fs::write(&config, text).unwrap();
    let kept = data.path().join("kept");
    let node = Node::with(command(&kept).args(["--config", config.to_str().unwrap()]));
    assert_eq!(get(&format!("{}/corp.example/b/@v/v1.0.0.info", node.url())).0, 200);
    assert_eq!(get(&format!("{}/corp.example/b/@v/list", node.url())).1, "v1.0.0\n");
    assert_eq!(get(&format!("{}/corp.example/nothing/@v/list", node.url())).0, 404);
    assert!(node.stop().success());
    assert_eq!(public.requests().len(), 0, "the public place never heard of it");
}

#[test]
fn once_it_is_a_private_places_path_nobody_behind_it_is_asked_also_after_a_restart() {
    let (public, data) = (upstream(), tempfile::tempdir().unwrap());
    let mut own = upstream();
    let config = data.path().join("modkeep.toml");
    let (own_url, public_url) = (own.url(), public.url());
    let text =
        format!("upstream = \"{own_url}|{public_url}\"\n[[place]]\nurl = \"{own_url}\"\nprivate = true\n");
    std::fs::write(&config, text).unwrap();
    let kept = data.path().join("kept");
    let start = || Node::with(command(&kept).args(["--config", config.to_str().unwrap()]));
    let node = start();
    assert_eq!(get(&format!("{}{INFO}", node.url())).0, 200);
    assert!(node.stop().success());

    own.stop();
    let node = start();
    let (status, text) = get(&format!("{}/example.com/a/@v/v1.0.0.zip", node.url()));
    assert_eq!(status, 502, "{text}");
    assert_eq!(public.requests().len(), 0, "a stranger's module of the same name is not taken");
}

#[test]
fn while_the_upstream_is_down_go_is_not_told_that_a_module_has_no_version() {
    let (mut upstream, data) = (upstream(), tempfile::tempdir().unwrap());
    let node = Node::start(&upstream.url(), data.path());
    assert_eq!(get(&format!("{}/example.com/a/@v/v1.0.0.mod", node.url())).0, 200);
    upstream.stop();
    let told = go(&GoHome::fresh(), &node.url(), &["list", "-m", "example.com/a@v1"]).run().failure().stderr;
    assert!(!told.contains("no matching versions"), "{told}");
    assert!(told.contains("502") && told.contains(&upstream.url()), "the server's error: {told}");
}
