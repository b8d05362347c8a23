//! How old answers are, who may repeat them, and how a client says what it wants.

use std::time::{Duration, SystemTime};

use protocol::Options;
use source::{Freshness, Want};
use testkit::FakeUpstream;

use crate::common::{Node, modules};
use crate::exchange::get;
use crate::shelf::{LIST, MOD, Shelf, ZIP};

#[tokio::test]
async fn every_answer_says_where_it_comes_from() {
    let then = SystemTime::now() - Duration::from_hours(1);
    for (freshness, path, word, is_old) in [
        (Freshness::Live, LIST, "miss", false),
        (Freshness::Live, ZIP, "miss", false),
        (Freshness::Kept(then), ZIP, "hit", false),
        (Freshness::Recent(then), ZIP, "hit", false),
        (Freshness::Recent(then), LIST, "hit", true),
        (Freshness::Stale(then), LIST, "stale", true),
    ] {
        let (_node, address, _) = Shelf::of("v1.0.0\n", freshness).serve(Options::default()).await;
        let reply = get(address, path, &[]).await;
        assert_eq!(reply.header("modkeep-cache"), Some(word));
        assert_eq!(reply.header("modkeep-origin"), Some("https://up.example"));
        let warning = (word == "stale").then_some("110 modkeep \"Response is Stale\"");
        assert_eq!(reply.header("warning"), warning, "{word}");
        let age: Option<u64> = reply.header("age").map(|age| age.parse().unwrap());
        assert_eq!(age.is_some_and(|age| age >= 3600), is_old, "{word}: {age:?}");
    }
}

#[tokio::test]
async fn what_can_change_is_repeated_for_the_time_that_was_chosen() {
    for (seconds, expected) in [(0, "no-cache"), (60, "public, max-age=60")] {
        let repeat_for = Duration::from_secs(seconds);
        let options = Options { repeat_for, ..Options::default() };
        let (_node, address, _) = Shelf::with("v1.0.0\n").serve(options).await;
        for path in [LIST, "/a.example/m/@latest", "/a.example/m/@v/main.info"] {
            assert_eq!(get(address, path, &[]).await.header("cache-control"), Some(expected), "{path}");
        }
        let fixed = get(address, MOD, &[]).await;
        assert_eq!(fixed.header("cache-control"), Some("public, max-age=31536000, immutable"));
    }
}

#[tokio::test]
async fn a_client_can_want_what_is_kept_or_what_is_new() {
    let (_node, address, shelf) = Shelf::with("v1.0.0\n").serve(Options::default()).await;
    let wanted = async |path: &str, headers: &[(&str, &str)]| {
        assert_eq!(get(address, path, headers).await.status(), 200, "{path}");
        shelf.wants()
    };
    assert_eq!(wanted(LIST, &[]).await, [Want::Usual]);
    assert_eq!(wanted(&format!("/cached-only{LIST}"), &[]).await, [Want::KeptOnly]);
    assert_eq!(wanted(ZIP, &[("Disable-Module-Fetch", "true")]).await, [Want::KeptOnly]);
    assert_eq!(wanted(LIST, &[("Cache-Control", "no-cache")]).await, [Want::Revalidate]);
    assert_eq!(wanted(ZIP, &[("Cache-Control", "no-cache")]).await, [Want::Usual], "it cannot be newer");
}

#[tokio::test(flavor = "multi_thread")]
async fn for_what_is_kept_no_upstream_is_asked_and_a_miss_is_404_with_a_sentence() {
    let upstream = FakeUpstream::builder().modules(modules()).start();
    let node = Node::start(&upstream.url(), "").await;
    let path = modules()[0].url_path("zip");
    let by_path = get(node.address, &format!("/cached-only{path}"), &[]).await;
    let by_header = get(node.address, &path, &[("Disable-Module-Fetch", "true")]).await;
    for reply in [by_path, by_header] {
        assert_eq!((reply.status(), reply.header("cache-control")), (404, Some("no-store")));
        assert!(reply.text().contains("only what is kept"), "{}", reply.text());
    }
    assert_eq!(upstream.requests().len(), 0);
}
