//! HTTP proxies of the environment: used for what is elsewhere, never for this machine.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use testkit::FakeUpstream;

use crate::node::{Node, command, get};

const MODULE: &str =
    "module example.com/a\nversion v1.0.0\n-- go.mod --\nmodule example.com/a\n-- a.go --\npackage a\n";

#[test]
fn this_machine_is_asked_directly() {
    let upstream = FakeUpstream::builder().text(MODULE).start();
    let data = tempfile::tempdir().unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let proxied = command(data.path())
        .args(["--upstream", &upstream.url()])
        .env("HTTP_PROXY", format!("http://{closed}"));
    let node = Node::with(proxied);
    assert_eq!(get(&format!("{}/example.com/a/@v/v1.0.0.info", node.url())).0, 200);
}

#[test]
fn another_host_is_asked_through_the_proxy() {
    let data = tempfile::tempdir().unwrap();
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let played = std::thread::spawn(move || answer_once(&proxy));
    let list = ["--upstream", "http://proxied.example"];
    let node = Node::with(command(data.path()).args(list).env("HTTP_PROXY", address));
    let answer = get(&format!("{}/example.com/a/@v/list", node.url()));
    assert_eq!(answer, (200, "v1.2.3\n".to_owned()));
    let asked = played.join().unwrap();
    assert_eq!(asked, "GET http://proxied.example/example.com/a/@v/list HTTP/1.1");
}

/// Plays the proxy for one request: its first line.
fn answer_once(proxy: &TcpListener) -> String {
    let (mut client, _) = proxy.accept().unwrap();
    let mut head = BufReader::new(client.try_clone().unwrap()).lines().map_while(Result::ok);
    let first = head.next().unwrap();
    head.find(String::is_empty).unwrap();
    client.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nv1.2.3\n").unwrap();
    first
}
