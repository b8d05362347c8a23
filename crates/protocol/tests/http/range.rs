//! Downloads that go on where they broke off.

use protocol::Options;

use crate::exchange::{get, head};
use crate::shelf::{KEPT_ON, LIST, Shelf, ZIP};

#[tokio::test]
async fn one_part_is_sent_and_nothing_else_is_read() {
    let (_node, address, shelf) = Shelf::with("0123456789").serve(Options::default()).await;
    for (range, part, shown) in [
        ("bytes=0-0", "0", "bytes 0-0/10"),
        ("bytes=4-6", "456", "bytes 4-6/10"),
        ("bytes=8-", "89", "bytes 8-9/10"),
        ("bytes=8-100", "89", "bytes 8-9/10"),
        ("bytes=-3", "789", "bytes 7-9/10"),
        ("bytes=-100", "0123456789", "bytes 0-9/10"),
    ] {
        let before = shelf.read();
        let reply = get(address, ZIP, &[("Range", range)]).await;
        assert_eq!((reply.status(), reply.text()), (206, part), "{range}");
        assert_eq!(reply.header("content-range"), Some(shown));
        assert_eq!(reply.header("content-length"), Some(part.len().to_string().as_str()));
        assert_eq!(reply.header("etag"), Some(shelf.tag().as_str()));
        assert_eq!(shelf.read() - before, part.len() as u64, "{range}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_416_with_the_size() {
    let (_node, address, _) = Shelf::with("0123456789").serve(Options::default()).await;
    for range in ["bytes=10-", "bytes=10-20", "bytes=-0"] {
        let reply = get(address, ZIP, &[("Range", range)]).await;
        assert_eq!((reply.status(), reply.header("content-range")), (416, Some("bytes */10")), "{range}");
    }
}

#[tokio::test]
async fn everything_is_sent_for_what_is_not_one_part_of_the_same_bytes() {
    let (_node, address, shelf) = Shelf::with("0123456789").serve(Options::default()).await;
    let weak = format!("W/{}", shelf.tag());
    for headers in [
        &[("Range", "bytes=0-1,4-5")][..],
        &[("Range", "lines=0-1")],
        &[("Range", "bytes=5-4")],
        &[("Range", "bytes=0-1"), ("If-Range", "\"other\"")],
        &[("Range", "bytes=0-1"), ("If-Range", &weak)],
        &[("Range", "bytes=0-1"), ("If-Range", "Sun, 06 Nov 1994 08:49:38 GMT")],
        &[("Range", "bytes=20-"), ("If-Range", "\"other\"")],
    ] {
        let reply = get(address, ZIP, headers).await;
        assert_eq!((reply.status(), reply.text()), (200, "0123456789"), "{headers:?}");
        assert_eq!(reply.header("accept-ranges"), Some("bytes"));
    }
    for same in [shelf.tag().as_str(), KEPT_ON] {
        let reply = get(address, ZIP, &[("Range", "bytes=0-1"), ("If-Range", same)]).await;
        assert_eq!((reply.status(), reply.text()), (206, "01"), "{same}");
    }
}

#[tokio::test]
async fn a_head_has_no_parts() {
    let (_node, address, _) = Shelf::with("0123456789").serve(Options::default()).await;
    let reply = head(address, ZIP, &[("Range", "bytes=0-1")]).await;
    assert_eq!((reply.status(), reply.header("content-length")), (200, Some("10")));
}

#[tokio::test]
async fn parts_are_never_compressed() {
    let (_node, address, shelf) = Shelf::with("v1.0.0\n".repeat(1000)).serve(Options::default()).await;
    let reply = get(address, LIST, &[("Range", "bytes=0-6"), ("Accept-Encoding", "gzip")]).await;
    assert_eq!((reply.status(), reply.text(), reply.header("content-encoding")), (206, "v1.0.0\n", None));
    assert_eq!(reply.header("etag"), Some(shelf.tag().as_str()));
}
