//! The fake upstream over real sockets: what it answers, what it records, how it misbehaves.
#![allow(clippy::expect_used, reason = "the helpers of a test stop it as the test itself would")]

use std::time::{Duration, Instant};

use reqwest::{Certificate, Client, StatusCode, Version};
use testkit::{FakeUpstream, Module, Reply};

const MODULES: &str = "\
module example.com/Big
version v1.0.0
revision main
-- go.mod --
module example.com/Big
====
module example.com/Big
version v1.1.0-rc.1
-- go.mod --
module example.com/Big
";

fn upstream() -> FakeUpstream {
    FakeUpstream::builder().text(MODULES).start()
}

async fn status(url: String) -> StatusCode {
    reqwest::get(url).await.expect("an answer").status()
}

async fn text(url: String) -> String {
    reqwest::get(url).await.expect("an answer").text().await.expect("a text")
}

#[tokio::test]
async fn both_spellings_of_the_escape_are_understood() {
    let up = upstream();
    for path in ["/example.com/!big/@v/list", "/example.com/%21big/@v/list"] {
        assert_eq!(text(up.url() + path).await, "v1.0.0\nv1.1.0-rc.1\n");
    }
    assert_eq!(status(up.url() + "/example.com/Big/@v/list").await, 404);
}

#[tokio::test]
async fn latest_and_revisions_answer_with_their_version() {
    let up = upstream();
    let info = r#"{"Version":"v1.0.0","Time":"2024-01-01T00:00:00Z"}"#;
    for name in ["@latest", "@v/main.info", "@v/v1.0.0.info"] {
        assert_eq!(text(format!("{}/example.com/!big/{name}", up.url())).await, info);
    }
}

#[tokio::test]
async fn the_missing_is_404_or_as_told_and_says_so_in_text() {
    let gone = FakeUpstream::builder().missing_status(410).start();
    let answer = reqwest::get(gone.url() + "/example.com/x/@v/list").await.expect("an answer");
    assert_eq!(answer.status(), 410);
    assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8");
    assert_eq!(
        answer.text().await.expect("a text"),
        "not found: this proxy knows nothing about /example.com/x/@v/list"
    );
}

#[tokio::test]
async fn versions_come_and_go_while_it_runs() {
    let up = upstream();
    up.publish(Module::new("example.com/Big", "v1.2.0"));
    up.withdraw("example.com/Big", "v1.0.0");
    assert_eq!(text(up.url() + "/example.com/!big/@v/list").await, "v1.1.0-rc.1\nv1.2.0\n");
}

#[tokio::test]
async fn requests_are_recorded_as_they_were_sent() {
    let up = upstream();
    let request = Client::new().get(up.url() + "/example.com/%21big/@v/list?x=1").header("x-test", "yes");
    request.send().await.expect("an answer");
    status(up.url() + "/other").await;
    let requests = up.requests();
    let first = &requests[0];
    assert_eq!((first.method.as_str(), first.path.as_str()), ("GET", "/example.com/!big/@v/list"));
    assert_eq!(first.raw_path, "/example.com/%21big/@v/list?x=1");
    assert_eq!(first.header("x-test"), Some("yes"));
    assert!(first.at <= requests[1].at);
    assert_eq!((up.count("/@v/list"), up.count("")), (1, 2));
    up.reset_log();
    assert_eq!(up.count(""), 0);
}

#[tokio::test]
async fn tls_speaks_http2_with_its_own_authority() {
    let up = FakeUpstream::builder().text(MODULES).tls().start();
    let ca = Certificate::from_pem(up.ca_pem().as_bytes()).expect("a certificate");
    let client = Client::builder().tls_certs_only([ca]).build().expect("a client");
    let answer = client.get(up.url() + "/example.com/!big/@v/list").send().await.expect("an answer");
    assert_eq!((answer.status(), answer.version()), (StatusCode::OK, Version::HTTP_2));
    assert!(reqwest::get(up.url()).await.is_err(), "who does not know the authority does not trust it");
}

#[tokio::test]
async fn the_newest_rule_wins_and_rules_can_be_cleared() {
    let up = upstream();
    let url = || up.url() + "/example.com/!big/@v/list";
    up.set_status("*", 500, "old");
    up.set_status("*/list", 503, "new");
    assert_eq!(status(url()).await, 503);
    up.on(|request| (request.method == "GET").then(|| Reply::text(418, "teapot").into()));
    assert_eq!(status(url()).await, 418);
    up.clear_rules();
    assert_eq!(status(url()).await, 200);
}

#[tokio::test]
async fn first_requests_can_fail() {
    let up = upstream();
    up.fail_first("*/list", 2, 502);
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(status(up.url() + "/example.com/!big/@v/list").await.as_u16());
    }
    assert_eq!(seen, [502, 502, 200]);
}

#[tokio::test]
async fn a_gate_holds_requests_until_it_is_released() {
    let up = upstream();
    let gate = up.hold("*.zip");
    let url = up.url() + "/example.com/!big/@v/v1.0.0.zip";
    let waiting = [tokio::spawn(status(url.clone())), tokio::spawn(status(url.clone()))];
    gate.arrived(2).await;
    assert!(waiting.iter().all(|request| !request.is_finished()));
    gate.release();
    for request in waiting {
        assert_eq!(request.await.expect("an answer"), 200);
    }
    assert_eq!((status(url).await, gate.arrivals_so_far()), (StatusCode::OK, 3));
}

#[tokio::test]
async fn delays_delay() {
    let up = upstream();
    up.delay("*", Duration::from_millis(50));
    let begin = Instant::now();
    assert_eq!(status(up.url() + "/example.com/!big/@v/list").await, 200);
    assert!(begin.elapsed() >= Duration::from_millis(50));
}

#[tokio::test]
async fn a_cut_body_announces_all_and_sends_some() {
    let up = upstream();
    up.cut_body("*.mod", 6);
    let mut answer = reqwest::get(up.url() + "/example.com/!big/@v/v1.0.0.mod").await.expect("a head");
    assert_eq!(answer.content_length(), Some("module example.com/Big\n".len() as u64));
    assert_eq!(answer.chunk().await.expect("a piece").expect("six bytes"), "module");
    assert!(answer.chunk().await.is_err());
}

#[tokio::test]
async fn a_stalled_body_says_no_more() {
    let up = upstream();
    up.stall_body("*.mod", 6);
    let mut answer = reqwest::get(up.url() + "/example.com/!big/@v/v1.0.0.mod").await.expect("a head");
    assert_eq!(answer.chunk().await.expect("a piece").expect("six bytes"), "module");
    assert!(tokio::time::timeout(Duration::from_millis(50), answer.chunk()).await.is_err());
}

#[tokio::test]
async fn a_trickling_body_is_complete_in_the_end() {
    let up = upstream();
    up.trickle_body("*.mod", 10, Duration::from_millis(20));
    let begin = Instant::now();
    assert_eq!(text(up.url() + "/example.com/!big/@v/v1.0.0.mod").await, "module example.com/Big\n");
    assert!(begin.elapsed() >= Duration::from_millis(40), "three pieces, two pauses");
}

#[tokio::test]
async fn connections_can_be_hung_up() {
    let up = upstream();
    up.hang_up("*/list");
    assert!(reqwest::get(up.url() + "/example.com/!big/@v/list").await.is_err());
    assert_eq!(up.count("/list"), 1);
    assert_eq!(status(up.url() + "/example.com/!big/@latest").await, 200);
}

#[tokio::test]
async fn redirects_lead_elsewhere() {
    let (here, there) = (upstream(), upstream());
    here.redirect("*/list", &(there.url() + "/example.com/!big/@v/list"));
    assert_eq!(status(here.url() + "/example.com/!big/@v/list").await, 200);
    assert_eq!((here.count(""), there.count("")), (1, 1));
}

#[tokio::test]
async fn a_stopped_upstream_refuses_and_comes_back_on_its_port() {
    let mut up = upstream();
    let url = up.url() + "/example.com/!big/@v/list";
    for _ in 0..3 {
        up.stop();
        let error = reqwest::get(&url).await.expect_err("nobody listens");
        assert!(error.is_connect(), "{error:?}");
        up.restart();
        assert_eq!(status(url.clone()).await, 200);
    }
    assert_eq!(up.count("/list"), 3);
}

#[tokio::test]
async fn stopping_breaks_what_is_under_way() {
    let mut up = upstream();
    let gate = up.hold("*");
    let request = tokio::spawn(reqwest::get(up.url() + "/example.com/!big/@v/list"));
    gate.arrived(1).await;
    up.stop();
    assert!(request.await.expect("no panic").is_err());
}
