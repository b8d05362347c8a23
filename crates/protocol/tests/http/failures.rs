//! What clients may conclude from a failure.

use std::sync::Arc;
use std::time::Duration;

use protocol::{Options, UnavailableStatus};
use source::{Answer, Ask, Ctx, Failure, FailureKind, Origin, Source};
use testkit::{FakeUpstream, GoRun};

use crate::common::{Node, PATH, long_limits, modules};
use crate::exchange::{Reply, get, head};
use crate::shelf::LIST;

/// A source that always fails in the same way.
#[derive(Debug)]
struct Failing(FailureKind);

#[async_trait::async_trait]
impl Source for Failing {
    async fn ask(&self, _: &Ask, _: &Ctx) -> Result<Answer, Failure> {
        Err(Failure::new(self.0, &Origin::new("https://up.example"), "as it must be", Duration::ZERO))
    }
}

async fn failed(kind: FailureKind, unavailable: UnavailableStatus) -> Reply {
    let options = Options { unavailable, ..Options::default() };
    let node = Node::around(Arc::new(Failing(kind)), options, long_limits()).await;
    let reply = get(node.address, LIST, &[]).await;
    assert_eq!(head(node.address, LIST, &[]).await.headers(), reply.headers());
    reply
}

#[tokio::test]
async fn only_an_authoritys_word_is_repeated_and_only_an_outage_is_worth_a_retry() {
    for (kind, status, cache_control, retry_after) in [
        (FailureKind::NotFound, 404, "public, max-age=10", None),
        (FailureKind::Refused, 403, "no-store", None),
        (FailureKind::Unavailable, 502, "no-store", Some("10")),
        (FailureKind::Mismatch, 502, "no-store", None),
    ] {
        let reply = failed(kind, UnavailableStatus::default()).await;
        assert_eq!((reply.status(), reply.header("cache-control")), (status, Some(cache_control)), "{kind}");
        assert_eq!(reply.header("retry-after"), retry_after, "{kind}");
    }
}

#[tokio::test]
async fn an_outage_can_be_told_as_404_but_no_cache_may_believe_it() {
    let told = async |kind| failed(kind, UnavailableStatus::NotFound).await;
    let outage = told(FailureKind::Unavailable).await;
    assert_eq!((outage.status(), outage.header("cache-control")), (404, Some("no-store")));
    assert_eq!(outage.header("retry-after"), None);
    assert_eq!(told(FailureKind::Mismatch).await.status(), 502);
    assert_eq!(told(FailureKind::Refused).await.status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_go_shows_what_the_upstream_said() {
    let upstream = FakeUpstream::builder().modules(modules()).start();
    let node = Node::start(&upstream.url(), "").await;
    for (status, said) in [(404, "this module was taken back by its author"), (503, "back at noon")] {
        upstream.set_status("*", status, said);
        let go = GoRun::new().proxy(format!("http://{}", node.address));
        let run = go.args(["mod", "download", &format!("{PATH}@v1.0.0")]).run_async().await;
        let told = run.failure().stderr;
        assert!(told.contains(said) && told.contains(&upstream.url()), "{told}");
    }
}

#[tokio::test]
async fn a_head_over_http2_gets_no_body_whatever_the_answer() {
    let upstream = FakeUpstream::builder().start();
    let node = Node::start(&upstream.url(), "").await;
    let client = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    for path in [LIST, "/none", "/example.com/m/@v/v2.0.0.zip"] {
        let url = format!("http://{}{path}", node.address);
        let reply = client.head(&url).send().await.unwrap_or_else(|error| panic!("{path}: {error:?}"));
        assert_eq!(reply.status(), 404, "{path}");
        assert!(reply.bytes().await.unwrap_or_else(|error| panic!("{path}: {error:?}")).is_empty());
    }
}
