//! The contract of Source, checked on every implementation and every decorator of this crate.

mod common;

use std::sync::Arc;

use common::{chain_of, checked, client, steady, upstream, world};
use source::conformance::check;
use source::{Ask, Coalesced, ModCache, Upstream};
use std::time::Duration;

use testkit::GoHome;

const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test(flavor = "multi_thread")]
async fn an_http_upstream() {
    let fake = upstream(false);
    check(Arc::new(Upstream::new(&fake.url(), &client(&fake)).unwrap()), &world()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_https_upstream_over_http_2() {
    let fake = upstream(true);
    check(Arc::new(Upstream::new(&fake.url(), &client(&fake)).unwrap()), &world()).await;
    assert!(fake.requests().iter().all(|request| request.request.http_version == http::Version::HTTP_2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_upstream() {
    let fake = upstream(false);
    let folder = tempfile::tempdir().unwrap();
    fake.write_file_proxy(folder.path());
    let url = format!("file://{}", folder.path().display());
    check(Arc::new(Upstream::new(&url, &client(&fake)).unwrap()), &world()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checked_upstream() {
    let fake = upstream(false);
    let folder = tempfile::tempdir().unwrap();
    check(Arc::new(checked(&fake, folder.path())), &world()).await;
    assert_eq!(folder.path().read_dir().unwrap().count(), 0, "nothing is left in the spool");
}

#[tokio::test(flavor = "multi_thread")]
async fn coalesced_questions() {
    let fake = upstream(false);
    let folder = tempfile::tempdir().unwrap();
    check(Arc::new(Coalesced::new(checked(&fake, folder.path()), PATIENCE)), &world()).await;
    let unbuffered = Upstream::new(&fake.url(), &client(&fake)).unwrap();
    check(Arc::new(Coalesced::new(unbuffered, PATIENCE)), &world()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_whose_first_place_knows_nothing() {
    let (empty, full) = (testkit::FakeUpstream::builder().start(), upstream(false));
    let folder = tempfile::tempdir().unwrap();
    check(Arc::new(chain_of(&[&empty, &full], folder.path())), &world()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_steady_upstream() {
    let fake = upstream(false);
    let folder = tempfile::tempdir().unwrap();
    check(Arc::new(steady(&fake, folder.path())), &world()).await;
    assert_eq!(folder.path().read_dir().unwrap().count(), 0, "nothing is left in the spool");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_steady_upstream_that_fails_at_first() {
    let (fake, folder) = (upstream(false), tempfile::tempdir().unwrap());
    // Fewer than a question to a single place is repeated, whichever questions they hit.
    fake.fail_first("*", 10, 503);
    check(Arc::new(chain_of(&[&fake], folder.path())), &world()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chain_whose_first_place_is_so_slow_that_the_second_overtakes_it() {
    let (slow, full) = (upstream(false), upstream(false));
    slow.delay("*", Duration::from_millis(800));
    let folder = tempfile::tempdir().unwrap();
    check(Arc::new(chain_of(&[&slow, &full], folder.path())), &world()).await;
    assert!(full.count("") > 100, "the second place has answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_module_cache_that_the_real_go_has_filled() {
    let fake = upstream(false);
    let home = GoHome::fresh();
    let go = testkit::GoRun::in_home(&home).proxy(fake.url());
    go.args(["mod", "download", "example.com/Big/mod@v1.2.0", "example.com/Big/mod@v1.0.0"]).run().success();
    let mut world = world();
    world.present.retain(|(ask, _)| !matches!(ask, Ask::Latest(_)));
    check(Arc::new(ModCache::new(&home.module_cache())), &world).await;
}
