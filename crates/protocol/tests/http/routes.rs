//! The routes: what each address answers, and what is no address.

use http::StatusCode;
use testkit::{FakeUpstream, GoRun};

use crate::common::{Node, PATH, modules, raw};

#[tokio::test(flavor = "multi_thread")]
async fn every_endpoint_carries_the_upstreams_bytes_and_its_own_type() {
    let upstream = FakeUpstream::builder().modules(modules()).start();
    let node = Node::start(&upstream.url(), "").await;
    let module = &modules()[1];
    for (address, content_type, expected) in [
        (module.url_path("info"), "application/json", module.info()),
        (module.url_path("mod"), "text/plain; charset=UTF-8", module.mod_file()),
        (module.url_path("zip"), "application/zip", module.zip()),
    ] {
        let response = node.get(&address).await;
        assert_eq!(response.status(), StatusCode::OK, "{address}");
        assert_eq!(response.headers()["content-type"], content_type);
        assert!(response.headers()["cache-control"].to_str().unwrap().contains("immutable"));
        assert_eq!(response.headers()["modkeep-origin"].to_str().unwrap(), upstream.url());
        assert_eq!(response.bytes().await.unwrap(), expected);
    }
    let list = node.get("/example.com/!big/mod/@v/list").await;
    assert_eq!(list.headers()["cache-control"], "public, max-age=10");
    assert_eq!(list.text().await.unwrap(), "v1.0.0\nv1.2.0\n");
    assert_eq!(node.get("/example.com/!big/mod/@latest").await.bytes().await.unwrap(), module.info());
    assert_eq!(node.get("/example.com/!big/mod/@v/main.info").await.bytes().await.unwrap(), module.info());
}

#[tokio::test(flavor = "multi_thread")]
async fn head_tells_the_size_and_sends_nothing() {
    let upstream = FakeUpstream::builder().modules(modules()).start();
    let node = Node::start(&upstream.url(), "").await;
    let module = &modules()[0];
    let response = node.head(&module.url_path("zip")).await;
    assert_eq!(response.status(), StatusCode::OK);
    let zip = module.zip();
    assert_eq!(response.headers()["content-length"], zip.len().to_string().as_str());
    assert!(response.bytes().await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_says_first_what_happened_and_is_404_only_for_what_does_not_exist() {
    let upstream = FakeUpstream::builder().modules(modules()).start();
    let node = Node::start(&upstream.url(), "").await;
    let missing = node.get("/example.com/nothing/@v/v1.0.0.info").await;
    assert_eq!(missing.status(), StatusCode::NOT_FOUND);
    assert_eq!(missing.headers()["content-type"], "text/plain; charset=utf-8");
    let text = missing.text().await.unwrap();
    assert!(text.starts_with(&format!("{}: not found", upstream.url())), "{text}");

    upstream.set_status("*", 503, "maintenance until noon");
    let down = node.get("/example.com/!big/mod/@v/v1.0.0.info").await;
    assert_eq!(down.status(), StatusCode::BAD_GATEWAY);
    assert!(down.text().await.unwrap().contains("maintenance until noon"));

    upstream.clear_rules();
    upstream.set_status("*", 403, "not for you");
    assert_eq!(node.get("/example.com/!big/mod/@v/v1.0.0.info").await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn tricks_get_a_clear_answer_and_nobody_is_asked() {
    let upstream = FakeUpstream::builder().modules(modules()).start();
    let node = Node::start(&upstream.url(), "").await;
    let long = format!("GET /example.com/{}/@v/list", "m".repeat(5000));
    for (request, status) in [
        ("GET /example.com/../../etc/passwd", 404),
        ("GET /example.com/%2e%2e/m/@v/list", 404),
        ("GET /example.com%2fm/@v/list", 404),
        ("GET /example.com/m%00/@v/list", 404),
        ("GET /example.com/%ff/@v/list", 404),
        ("GET /example.com/m/@v/v1.0.0.exe", 404),
        ("GET /example.com/Big/mod/@v/list", 404),
        ("GET /example.com/m/@v/%252e.info", 404),
        ("GET //example.com/m/@v/list", 404),
        ("GET /", 404),
        (long.as_str(), 414),
        ("POST /example.com/m/@v/list", 405),
        ("DELETE /example.com/!big/mod/@v/v1.0.0.zip", 405),
        ("BREW /example.com/!big/mod/@v/v1.0.0.zip", 405),
    ] {
        let answer =
            raw(node.address, &format!("{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request}: {answer}");
        let (_, text) = answer.split_once("\r\n\r\n").unwrap();
        assert!(text.trim().len() > 10, "{request}: says why: {text:?}");
    }
    assert_eq!(upstream.requests().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn below_a_prefix_the_real_go_finds_its_modules_and_probes_find_theirs_outside() {
    let upstream = FakeUpstream::builder().modules(modules()).start();
    let node = Node::start(&upstream.url(), "/go/mirror").await;
    let run = GoRun::new().proxy(format!("http://{}/go/mirror", node.address));
    run.args(["mod", "download", &format!("{PATH}@v1.2.0")]).run_async().await.success();
    assert_eq!(node.get("/example.com/!big/mod/@v/list").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(node.get("/healthz").await.status(), StatusCode::OK);
    assert_eq!(node.get("/readyz").await.status(), StatusCode::OK);
}
