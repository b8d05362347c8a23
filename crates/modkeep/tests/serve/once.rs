//! One fetch per artifact, however many ask, and it goes on when they leave.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use testkit::{FakeUpstream, Module};

use crate::node::Node;

const CLIENTS: usize = 50;

fn module() -> Module {
    Module::new("example.com/a", "v1.0.0")
        .file("go.mod", "module example.com/a\n")
        .file("a.go", "package a\n")
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

#[test]
fn fifty_clients_are_one_request_to_the_upstream() {
    let upstream = FakeUpstream::builder().module(module()).start();
    let data = tempfile::tempdir().unwrap();
    let node = Node::start(&upstream.url(), data.path());
    let gate = upstream.hold("*.zip");
    let url = format!("{}{}", node.url(), module().url_path("zip"));
    let bodies = runtime().block_on(async move {
        let get = |url: String| async move { reqwest::get(url).await.unwrap().bytes().await.unwrap() };
        let clients: Vec<_> = (0..CLIENTS).map(|_| tokio::spawn(get(url.clone()))).collect();
        gate.arrived(1).await;
        gate.release();
        let mut bodies = Vec::new();
        for client in clients {
            bodies.push(client.await.unwrap());
        }
        bodies
    });
    assert!(bodies.iter().all(|body| *body == module().zip()));
    assert_eq!(upstream.count(".zip"), 1);
}

#[test]
fn a_fetch_outlives_the_client_that_began_it() {
    let upstream = FakeUpstream::builder().module(module()).start();
    let data = tempfile::tempdir().unwrap();
    let node = Node::start(&upstream.url(), data.path());
    let gate = upstream.hold("*.zip");
    let path = module().url_path("zip");
    let mut client = TcpStream::connect(node.address()).unwrap();
    client.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).unwrap();
    runtime().block_on(gate.arrived(1));
    drop(client);
    gate.release();
    let kept = data.path().join(path.trim_start_matches('/'));
    wait_for("the zip to be kept without anybody waiting for it", || kept.exists());
    assert_eq!(upstream.count(".zip"), 1);
}

/// Looks again and again until it is so. There is no event to wait for: a file appears in another process's folder.
fn wait_for(what: &str, is_so: impl Fn() -> bool) {
    let begun = std::time::Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(30), "waited for {what}");
        std::thread::yield_now();
    }
}
