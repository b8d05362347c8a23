//! What the shipped binary makes of HTTP: marks of age, redirects, and how an outage is told.

use std::path::Path;

use testkit::{FakeUpstream, GoHome};

use crate::node::{BINARY, Node, command, go};

const MODULE: &str =
    "module example.com/a\nversion v1.0.0\n-- go.mod --\nmodule example.com/a\n-- a.go --\npackage a\n";
const LIST: &str = "/example.com/a/@v/list";
const ZIP: &str = "/example.com/a/@v/v1.0.0.zip";

fn upstream() -> FakeUpstream {
    FakeUpstream::builder().text(MODULE).start()
}

/// A GET whose headers are looked at. Redirects are not followed.
fn get(url: &str, headers: &[(&str, &str)]) -> (reqwest::Response, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let request =
            headers.iter().fold(client.get(url), |request, (name, value)| request.header(*name, *value));
        let mut response = request.send().await.unwrap();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.unwrap() {
            body.extend_from_slice(&chunk);
        }
        (response, String::from_utf8_lossy(&body).into_owned())
    })
}

fn header<'a>(response: &'a reqwest::Response, name: &str) -> Option<&'a str> {
    response.headers().get(name).map(|value| value.to_str().unwrap())
}

#[test]
fn while_the_upstream_is_down_what_is_kept_is_served_and_marked() {
    let (mut upstream, data) = (upstream(), tempfile::tempdir().unwrap());
    let args = ["--upstream", &upstream.url(), "--repeat-for", "0s"];
    let node = Node::with(command(data.path()).args(args));
    go(&GoHome::fresh(), &node.url(), &["mod", "download", "example.com/a@v1.0.0"]).run().success();
    let (live, text) = get(&format!("{}{LIST}", node.url()), &[]);
    assert_eq!((header(&live, "modkeep-cache"), text.as_str()), (Some("miss"), "v1.0.0\n"));
    let tag = header(&live, "etag").unwrap();

    upstream.stop();
    let (stale, text) = get(&format!("{}{LIST}", node.url()), &[]);
    assert_eq!((header(&stale, "modkeep-cache"), text.as_str()), (Some("stale"), "v1.0.0\n"));
    assert!(header(&stale, "warning").unwrap().starts_with("110 ") && header(&stale, "age").is_some());
    let (same, _) = get(&format!("{}{LIST}", node.url()), &[("If-None-Match", tag)]);
    assert_eq!(same.status(), 304, "the list is the same, byte for byte");

    let (zip, _) = get(&format!("{}{ZIP}", node.url()), &[]);
    assert_eq!((header(&zip, "modkeep-cache"), header(&zip, "age")), (Some("hit"), None));
    assert!(header(&zip, "modkeep-origin").unwrap().starts_with("http://127.0.0.1:"));
    let since = header(&zip, "last-modified").unwrap();
    let (same, body) = get(&format!("{}{ZIP}", node.url()), &[("If-Modified-Since", since)]);
    assert_eq!((same.status().as_u16(), body.as_str()), (304, ""));
    let (part, body) = get(&format!("{}{ZIP}", node.url()), &[("Range", "bytes=0-1"), ("If-Range", since)]);
    assert_eq!((part.status().as_u16(), body.as_str()), (206, "PK"));
}

#[test]
fn what_is_kept_can_be_asked_for_alone() {
    let (upstream, data) = (upstream(), tempfile::tempdir().unwrap());
    // Its .info and .mod would be kept as well, and be counted here.
    let args = ["--upstream", &upstream.url(), "--look-ahead", "off"];
    let node = Node::with(command(data.path()).args(args));
    let kept = format!("{}/cached-only{ZIP}", node.url());
    let (missing, text) = get(&kept, &[]);
    assert_eq!(missing.status(), 404);
    assert!(text.contains("is not kept here"), "{text}");
    assert_eq!(upstream.requests().len(), 0);
    assert_eq!(get(&format!("{}{ZIP}", node.url()), &[]).0.status(), 200);
    assert_eq!(get(&kept, &[]).0.status(), 200);
    assert_eq!(upstream.requests().len(), 1);
}

#[test]
fn an_outage_is_told_as_404_only_by_a_setting() {
    let (upstream, other, data) = (upstream(), self::upstream(), tempfile::tempdir().unwrap());
    upstream.set_status("*", 503, "maintenance");
    let download = |node: &Node| {
        let list = format!("{},{}", node.url(), other.url());
        go(&GoHome::fresh(), &list, &["mod", "download", "example.com/a@v1.0.0"]).run()
    };
    let truthful = Node::start(&upstream.url(), data.path());
    download(&truthful).failure();
    assert_eq!(other.requests().len(), 0, "go stops at a 502");
    assert!(truthful.stop().success());
    let args = ["--upstream", &upstream.url(), "--unavailable-status", "404"];
    download(&Node::with(command(data.path()).args(args))).success();
    assert_eq!(other.count(".zip"), 1);
}

fn config(folder: &Path, upstream: &FakeUpstream, to: &str) -> String {
    let path = folder.join("modkeep.toml");
    let text = format!(
        "upstream = \"{}\"\n[[redirect]]\npaths = \"example.com/*\"\nto = \"{to}\"\n",
        upstream.url()
    );
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_real_go_fetches_zips_where_a_table_sends_it() {
    let (upstream, mirror, folder) = (upstream(), self::upstream(), tempfile::tempdir().unwrap());
    let config = config(folder.path(), &upstream, &mirror.url());
    let node = Node::with(command(&folder.path().join("kept")).args(["--config", &config]));
    let (redirect, _) = get(&format!("{}{ZIP}", node.url()), &[]);
    assert_eq!(redirect.status(), 302);
    assert_eq!(header(&redirect, "location"), Some(format!("{}{ZIP}", mirror.url()).as_str()));
    assert_eq!(header(&redirect, "cache-control"), Some("public, max-age=3600"));
    go(&GoHome::fresh(), &node.url(), &["mod", "download", "example.com/a@v1.0.0"]).run().success();
    assert_eq!((mirror.count(".zip"), upstream.count(".zip")), (1, 0));
    assert_eq!((mirror.count(".mod"), upstream.count(".mod")), (0, 1));
}

#[test]
fn a_redirect_to_this_server_or_with_a_password_is_refused_at_the_start() {
    let (upstream, folder) = (upstream(), tempfile::tempdir().unwrap());
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let own = format!("http://localhost:{port}/");
    for (to, told) in
        [(own.as_str(), "is this server itself"), ("https://u:secret@m.example", "a user or password")]
    {
        let config = config(folder.path(), &upstream, to);
        let data = folder.path().join("kept");
        let listen = format!("127.0.0.1:{port}");
        let refused = assert_cmd::Command::new(BINARY)
            .args(["serve", "--listen", &listen, "--data", data.to_str().unwrap(), "--config", &config])
            .assert()
            .code(78);
        let stderr = String::from_utf8(refused.get_output().stderr.clone()).unwrap();
        assert!(stderr.contains(told) && stderr.contains("help:") && !stderr.contains("secret"), "{stderr}");
    }
}
