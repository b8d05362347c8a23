//! Clients that have the content already get no second copy of it.

use protocol::Options;

use crate::exchange::{get, head};
use crate::shelf::{KEPT_ON, LIST, MOD, Shelf, ZIP};

#[tokio::test]
async fn a_client_that_has_it_gets_304_and_nothing_is_read() {
    let (_node, address, shelf) = Shelf::with("content").serve(Options::default()).await;
    let tag = shelf.tag();
    let others = format!("\"other,\", W/{tag}");
    for (name, value) in [
        ("If-None-Match", tag.as_str()),
        ("If-None-Match", others.as_str()),
        ("If-None-Match", "*"),
        ("If-Modified-Since", KEPT_ON),
        ("If-Modified-Since", "Sun, 06 Nov 1994 08:49:38 GMT"),
    ] {
        let reply = get(address, ZIP, &[(name, value)]).await;
        assert_eq!((reply.status(), reply.body.len()), (304, 0), "{name}: {value}");
        assert_eq!(reply.header("etag"), Some(tag.as_str()));
        assert_eq!(reply.header("last-modified"), Some(KEPT_ON));
        assert_eq!(reply.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(reply.header("content-type"), None);
        assert_eq!(head(address, ZIP, &[(name, value)]).await.headers(), reply.headers());
    }
    assert_eq!(shelf.read(), 0);
}

#[tokio::test]
async fn a_client_that_has_something_else_gets_the_content() {
    let (_node, address, shelf) = Shelf::with("content").serve(Options::default()).await;
    for conditions in [
        &[("If-None-Match", "\"other\"")][..],
        &[("If-None-Match", "\"other\""), ("If-Modified-Since", KEPT_ON)],
        &[("If-Modified-Since", "Sun, 06 Nov 1994 08:49:36 GMT")],
        &[("If-Modified-Since", "not a date")],
        &[("If-Match", &shelf.tag())],
    ] {
        let reply = get(address, ZIP, conditions).await;
        assert_eq!((reply.status(), reply.text()), (200, "content"), "{conditions:?}");
    }
    let reply = get(address, ZIP, &[("If-Match", "\"other\"")]).await;
    assert_eq!((reply.status(), reply.header("etag")), (412, None));
}

#[tokio::test]
async fn a_list_has_a_tag_and_no_date() {
    let (_node, address, shelf) = Shelf::with("v1.0.0\n").serve(Options::default()).await;
    let reply = get(address, LIST, &[]).await;
    assert_eq!((reply.header("etag"), reply.header("last-modified")), (Some(shelf.tag().as_str()), None));
    assert_eq!(get(address, LIST, &[("If-None-Match", &shelf.tag())]).await.status(), 304);
    assert_eq!(get(address, LIST, &[("If-Modified-Since", KEPT_ON)]).await.status(), 200);
}

#[tokio::test]
async fn head_says_what_get_says_and_reads_nothing() {
    let (_node, address, shelf) = Shelf::with("content").serve(Options::default()).await;
    let head = head(address, MOD, &[]).await;
    assert_eq!(shelf.read(), 0);
    let get = get(address, MOD, &[]).await;
    assert_eq!((head.status(), head.headers()), (get.status(), get.headers()));
    assert_eq!(head.header("content-length"), Some("7"));
}
