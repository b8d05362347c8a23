//! Text of some size goes compressed to who wants it so.

use std::io::Read;

use flate2::read::GzDecoder;
use protocol::Options;
use testkit::{FakeUpstream, GoRun, Module};

use crate::common::Node;
use crate::exchange::{get, head};
use crate::shelf::{LIST, MOD, Shelf, ZIP};

fn unpacked(body: &[u8]) -> String {
    let mut text = String::new();
    GzDecoder::new(body).read_to_string(&mut text).unwrap();
    text
}

#[tokio::test]
async fn each_form_has_its_own_tag_and_names_what_it_depends_on() {
    let text = "v1.0.0\n".repeat(1000);
    let (_node, address, shelf) = Shelf::with(text.clone()).serve(Options::default()).await;
    let packed_tag = format!("\"{}-gz\"", shelf.tag().trim_matches('"'));
    for path in [LIST, MOD] {
        let packed = get(address, path, &[("Accept-Encoding", "br, gzip;q=0.5")]).await;
        assert_eq!(packed.header("content-encoding"), Some("gzip"), "{path}");
        assert_eq!(unpacked(&packed.body), text);
        assert_eq!(packed.header("content-length"), Some(packed.body.len().to_string().as_str()));
        assert!(packed.body.len() < text.len() / 10);
        assert_eq!(packed.header("etag"), Some(packed_tag.as_str()));
        assert_eq!(packed.header("accept-ranges"), None);
        let told = head(address, path, &[("Accept-Encoding", "gzip")]).await;
        assert_eq!(told.headers(), packed.headers());

        let plain = get(address, path, &[("Accept-Encoding", "gzip;q=0")]).await;
        assert_eq!((plain.text(), plain.header("content-encoding")), (text.as_str(), None));
        assert_eq!(plain.header("etag"), Some(shelf.tag().as_str()));
        for reply in [packed, plain] {
            assert_eq!(reply.header("vary"), Some("accept-encoding"));
        }
    }
}

#[tokio::test]
async fn a_304_is_about_the_form_that_would_be_sent() {
    let (_node, address, shelf) = Shelf::with("v1.0.0\n".repeat(1000)).serve(Options::default()).await;
    let packed = get(address, MOD, &[("Accept-Encoding", "gzip")]).await.header("etag").unwrap().to_owned();
    let before = shelf.read();
    let asked = |tag: String, coding| async move {
        get(address, MOD, &[("If-None-Match", &tag), ("Accept-Encoding", coding)]).await
    };
    let same = asked(packed.clone(), "gzip").await;
    assert_eq!((same.status(), same.header("etag")), (304, Some(packed.as_str())));
    assert_eq!(same.header("vary"), Some("accept-encoding"));
    assert_eq!(shelf.read(), before, "nothing was read or compressed for it");
    assert_eq!(asked(packed, "identity").await.status(), 200);
    assert_eq!(asked(shelf.tag(), "gzip").await.status(), 200);
}

#[tokio::test]
async fn what_was_compressed_once_is_neither_read_nor_compressed_again() {
    let (_node, address, shelf) = Shelf::with("v1.0.0\n".repeat(1000)).serve(Options::default()).await;
    let first = get(address, MOD, &[("Accept-Encoding", "gzip")]).await;
    let read = shelf.read();
    let second = get(address, MOD, &[("Accept-Encoding", "gzip")]).await;
    assert_eq!((first.headers(), &first.body), (second.headers(), &second.body));
    assert_eq!(shelf.read(), read);
}

#[tokio::test]
async fn zips_and_short_texts_stay_as_they_are() {
    let (_node, address, _) = Shelf::with("0".repeat(100_000)).serve(Options::default()).await;
    let zip = get(address, ZIP, &[("Accept-Encoding", "gzip")]).await;
    assert_eq!((zip.body.len(), zip.header("content-encoding"), zip.header("vary")), (100_000, None, None));
    let (_node, address, _) = Shelf::with("v1.0.0\n").serve(Options::default()).await;
    let list = get(address, LIST, &[("Accept-Encoding", "gzip")]).await;
    assert_eq!((list.text(), list.header("vary")), ("v1.0.0\n", None));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_go_reads_a_long_list_that_was_compressed() {
    let module = |patch| {
        Module::new("example.com/long", format!("v1.0.{patch}")).file("go.mod", "module example.com/long\n")
    };
    let upstream = FakeUpstream::builder().modules((0..2000).map(module)).start();
    let node = Node::start(&upstream.url(), "").await;
    let list = get(node.address, "/example.com/long/@v/list", &[("Accept-Encoding", "gzip")]).await;
    assert_eq!(list.header("content-encoding"), Some("gzip"));
    let go = GoRun::new().proxy(format!("http://{}", node.address));
    let told = go.args(["list", "-m", "-versions", "example.com/long"]).run_async().await.success().stdout;
    assert_eq!(told.split_whitespace().count(), 2001, "the path and every version");
}
