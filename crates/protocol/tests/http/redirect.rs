//! Clients that are sent elsewhere.

use std::time::Duration;

use gomod::glob::PrefixPatterns;
use protocol::{Options, Redirect, Redirected, Redirects, Target};
use testkit::{FakeUpstream, GoRun};

use crate::common::{PATH, modules};
use crate::exchange::{get, head};
use crate::shelf::{LIST, MOD, Shelf, ZIP};

fn options(paths: &str, to: &str, what: Redirected) -> Options {
    let (paths, to) = (PrefixPatterns::parse(paths), Target::parse(to).unwrap());
    let rule = Redirect { paths, to, max_age: Duration::from_mins(5), what };
    let redirects = Redirects::new(vec![rule], PrefixPatterns::parse("secret.example"));
    Options { redirects, ..Options::default() }
}

#[tokio::test]
async fn zips_are_sent_elsewhere_and_the_rest_stays() {
    let options = options("a.example,secret.example", "https://mirror.example/go/", Redirected::Zips);
    let (_node, address, shelf) = Shelf::with("content").serve(options).await;
    let reply = get(address, ZIP, &[]).await;
    assert_eq!(reply.status(), 302);
    assert_eq!(reply.header("location"), Some("https://mirror.example/go/a.example/m/@v/v1.0.0.zip"));
    assert_eq!(reply.header("cache-control"), Some("public, max-age=300"));
    assert_eq!(head(address, ZIP, &[]).await.headers(), reply.headers());
    assert_eq!(shelf.wants(), [], "nobody was asked");
    for stays in [MOD, LIST, "/b.example/m/@v/v1.0.0.zip", "/secret.example/m/@v/v1.0.0.zip"] {
        assert_eq!(get(address, stays, &[]).await.status(), 200, "{stays}");
    }
    let kept = get(address, &format!("/cached-only{ZIP}"), &[]).await;
    assert_eq!(kept.status(), 200, "what is kept is wanted from here");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_go_follows() {
    let mirror = FakeUpstream::builder().modules(modules()).start();
    let (_node, address, shelf) = Shelf::with("x").serve(options("*", &mirror.url(), Redirected::All)).await;
    let go = GoRun::new().proxy(format!("http://{address}"));
    go.args(["mod", "download", &format!("{PATH}@v1.0.0")]).run_async().await.success();
    assert_eq!(mirror.count(".zip"), 1);
    assert_eq!(shelf.wants(), []);
}
