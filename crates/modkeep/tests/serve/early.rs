//! A zip that takes long is sent while it comes in; what turns out bad is never sent whole.

use std::path::Path;

use testkit::module::noise;
use testkit::{FakeUpstream, Gate, GoHome, Module};

use crate::node::{Node, command, go};

const PATH: &str = "example.com/Slow";

/// What the upstream sends before it pauses: some of what may be sent early, and not all of it.
const BEFORE_THE_PAUSE: usize = 600_000;

/// What is held back.
const LAST_BLOCK: usize = 256 << 10;

fn module() -> Module {
    Module::new(PATH, "v1.0.0").file("go.mod", format!("module {PATH}\n")).file("noise", noise(1_500_000))
}

/// The module with other bytes in its zip: at `at`, counted from the end where it is negative.
fn changed(at: isize) -> Module {
    let mut zip = module().zip().to_vec();
    let at = usize::try_from(at).unwrap_or_else(|_| zip.len() - at.unsigned_abs());
    zip[at] ^= 1;
    module().raw_zip(zip)
}

/// An upstream that pauses in the middle of each zip until the gate opens.
fn pausing(module: Module) -> (FakeUpstream, Gate) {
    let upstream = FakeUpstream::builder().module(module).start();
    let gate = upstream.hold_body("*.zip", BEFORE_THE_PAUSE);
    (upstream, gate)
}

fn start(upstreams: &str, data: &Path, stream_after: &str) -> Node {
    Node::with(command(data).args(["--upstream", upstreams, "--stream-after", stream_after]))
}

fn zip_url(node: &Node) -> String {
    node.url() + &module().url_path("zip")
}

/// What has come of the body when some of it has, and what else the client is to read.
async fn begin(node: &Node) -> (Vec<u8>, reqwest::Response) {
    let mut response = reqwest::get(zip_url(node)).await.unwrap();
    assert_eq!((response.status().as_u16(), response.content_length()), (200, Some(size() as u64)));
    let first = response.chunk().await.unwrap().unwrap();
    (first.to_vec(), response)
}

fn size() -> usize {
    module().zip().len()
}

/// The rest of the body, and whether it ended well.
async fn finish((mut got, mut response): (Vec<u8>, reqwest::Response)) -> (Vec<u8>, bool) {
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => got.extend_from_slice(&chunk),
            Ok(None) => return (got, true),
            Err(_) => return (got, false),
        }
    }
}

fn kept(data: &Path) -> Option<Vec<u8>> {
    std::fs::read(data.join(module().url_path("zip").trim_start_matches('/'))).ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_bytes_come_before_the_upstream_has_sent_the_last() {
    let (upstream, gate) = pausing(module());
    let data = tempfile::tempdir().unwrap();
    let node = start(&upstream.url(), data.path(), "10ms");
    let (one, two) = (begin(&node).await, begin(&node).await);
    assert!(!one.0.is_empty() && one.0.len() <= BEFORE_THE_PAUSE);
    gate.release();
    assert_eq!([finish(one).await, finish(two).await], [(); 2].map(|()| (module().zip().to_vec(), true)));
    assert_eq!(upstream.count(".zip"), 1, "both followed one fetch");
    assert_eq!(kept(data.path()), Some(module().zip().to_vec()));
}

/// Switched off, nobody is sent a byte, and what turns out bad is a failure and no answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_zip_that_turns_out_bad_is_cut_before_its_last_block_and_not_kept() {
    let (upstream, gate) = pausing(changed(100_000));
    let (data, other_data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (early, late) =
        (start(&upstream.url(), data.path(), "10ms"), start(&upstream.url(), other_data.path(), "0s"));
    let whole_or_nothing = tokio::spawn(reqwest::get(zip_url(&late)));
    let begun = begin(&early).await;
    gate.arrived(2).await;
    assert!(!whole_or_nothing.is_finished(), "nothing is sent before it was looked at");
    gate.release();
    let (got, well) = finish(begun).await;
    assert!(!well && got.len() <= size() - LAST_BLOCK, "{} bytes came, and ended well: {well}", got.len());
    assert!(whole_or_nothing.await.unwrap().unwrap().status().is_server_error());
    assert_eq!((kept(data.path()), kept(other_data.path())), (None, None));
}

/// The first upstream breaks off when a client has the beginning; the second one has this.
async fn go_on_with(second: Module) -> (Vec<u8>, bool) {
    let (mut first, _gate) = pausing(module());
    let second = FakeUpstream::builder().module(second).start();
    let gate = second.hold("*.zip");
    let data = tempfile::tempdir().unwrap();
    let node = start(&format!("{},{}", first.url(), second.url()), data.path(), "10ms");
    let begun = begin(&node).await;
    first.stop();
    gate.release();
    let finished = finish(begun).await;
    let now = reqwest::get(zip_url(&node)).await.unwrap().bytes().await.unwrap();
    assert_eq!(kept(data.path()), Some(now.to_vec()), "who asks again gets what the second one had");
    finished
}

#[tokio::test(flavor = "multi_thread")]
async fn another_upstream_goes_on_where_the_bytes_are_the_same_and_only_there() {
    assert_eq!(go_on_with(module()).await, (module().zip().to_vec(), true));
    // Byte 10 of a zip is in the time of its first file, which no reader of modules looks at.
    let (got, well) = go_on_with(changed(10)).await;
    assert!(!well && module().zip().starts_with(&got));
}

#[test]
fn the_real_go_takes_a_zip_that_trickles_and_is_sent_early() {
    let upstream = FakeUpstream::builder().module(module()).start();
    upstream.trickle_body("*.zip", 64 << 10, std::time::Duration::from_millis(20));
    let data = tempfile::tempdir().unwrap();
    let node = start(&upstream.url(), data.path(), "10ms");
    let home = GoHome::fresh();
    go(&home, &node.url(), &["mod", "download", &format!("{PATH}@v1.0.0")]).run().success();
    assert_eq!(home.module_cache_zips().len(), 1);
    assert_eq!(kept(data.path()), Some(module().zip().to_vec()));
}
