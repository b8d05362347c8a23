//! What a client sees of each fault.

#![allow(clippy::unwrap_used, reason = "a test may stop loudly")]

mod sumdb;

use std::time::Duration;

use faults::{CATALOGUE, FaultyProxy, StartError};
use reqwest::{Certificate, Client, Response, redirect};
use testkit::module::zip::names;
use testkit::{FakeUpstream, Module};

const PATH: &str = "example.com/a";
const LIST: &str = "/example.com/a/@v/list";
const INFO: &str = "/example.com/a/@v/v1.0.0.info";
const MOD: &str = "/example.com/a/@v/v1.0.0.mod";
const ZIP: &str = "/example.com/a/@v/v1.0.0.zip";

/// How long silence is listened to. A slow machine cannot make a sound of it.
const LISTENING: Duration = Duration::from_millis(300);

/// Against a test that hangs.
const DEADLINE: Duration = Duration::from_secs(30);

fn module() -> Module {
    let go_mod = format!("module {PATH}\n");
    Module::new(PATH, "v1.0.0").file("go.mod", go_mod).file("a.go", "package a\n".repeat(3000))
}

/// A good proxy, which mirrors the database, and one with this fault in front of it.
async fn broken(name: &str) -> (FakeUpstream, FaultyProxy) {
    let good = FakeUpstream::builder().module(module()).module(Module::new(PATH, "v1.1.0")).start();
    sumdb::database().mirror_on(&good);
    let proxy = FaultyProxy::start(faults::find(name).unwrap(), &good.url()).await.unwrap();
    (good, proxy)
}

/// A client that trusts the proxy's authority and follows no redirect.
fn client(proxy: &FaultyProxy) -> Client {
    let builder = Client::builder().redirect(redirect::Policy::none()).no_proxy().timeout(DEADLINE);
    let authorities = proxy.ca_pem().map(|pem| Certificate::from_pem(pem.as_bytes()).unwrap());
    authorities.into_iter().fold(builder, reqwest::ClientBuilder::add_root_certificate).build().unwrap()
}

async fn get(proxy: &FaultyProxy, path: &str) -> reqwest::Result<Response> {
    client(proxy).get(format!("{}{path}", proxy.url())).send().await
}

async fn status(proxy: &FaultyProxy, path: &str) -> u16 {
    get(proxy, path).await.unwrap().status().as_u16()
}

async fn body(proxy: &FaultyProxy, path: &str) -> Vec<u8> {
    get(proxy, path).await.unwrap().bytes().await.unwrap().into()
}

/// The error with all its causes.
fn told(error: &reqwest::Error) -> String {
    format!("{error:?}")
}

#[tokio::test]
async fn without_a_fault_all_passes() {
    for name in ["good", "tls-good"] {
        let (good, proxy) = broken(name).await;
        assert_eq!(body(&proxy, ZIP).await, module().zip(), "{name}");
        assert_eq!(body(&proxy, LIST).await, b"v1.0.0\nv1.1.0\n", "{name}");
        assert_eq!(status(&proxy, "/example.com/b/@v/list").await, 404, "{name}");
        assert_eq!((proxy.requests(), proxy.struck(), good.count("")), (3, 0, 3), "{name}");
    }
}

#[tokio::test]
async fn a_number_is_the_status_of_every_answer() {
    let numbers = CATALOGUE.iter().filter_map(|fault| Some((fault.name, fault.name.parse::<u16>().ok()?)));
    for (name, code) in numbers {
        let (good, proxy) = broken(name).await;
        assert_eq!((status(&proxy, LIST).await, status(&proxy, ZIP).await), (code, code));
        assert_eq!((proxy.struck(), good.count("")), (2, 0), "{name}");
    }
}

#[tokio::test]
async fn answers_can_be_whole_and_false() {
    let login_page = body(&broken("html").await.1, INFO).await;
    assert!(login_page.starts_with(b"<!DOCTYPE html>"));
    assert_eq!(body(&broken("empty").await.1, MOD).await, b"");
    assert!(body(&broken("info-other").await.1, INFO).await.starts_with(b"{\"Version\":\"v0.0.1-"));
    assert!(body(&broken("mod-wrong").await.1, MOD).await.starts_with(&module().mod_file()));
    assert_ne!(body(&broken("mod-wrong").await.1, MOD).await, module().mod_file());
    let answer = get(&broken("gzip").await.1, INFO).await.unwrap();
    assert_eq!(answer.headers()["content-encoding"], "gzip");
}

#[tokio::test]
async fn zips_can_be_false() {
    assert_has_one_wrong_byte(&body(&broken("zip-corrupt").await.1, ZIP).await, &module().zip());
    assert!(names(&body(&broken("zip-other").await.1, ZIP).await)[0].starts_with("example.com/a@v0.0.1-"));
    assert!(names(&body(&broken("zip-evil").await.1, ZIP).await)[1].contains("../"));
}

fn assert_has_one_wrong_byte(bad: &[u8], good: &[u8]) {
    let wrong = good.iter().zip(bad).filter(|(good, bad)| good != bad).count();
    assert_eq!((bad.len(), wrong), (good.len(), 1));
}

#[tokio::test]
async fn lists_can_be_short() {
    assert_eq!(body(&broken("list-empty").await.1, LIST).await, b"");
    assert_eq!(body(&broken("list-miss").await.1, LIST).await, b"v1.0.0\n");
}

#[tokio::test]
async fn bodies_end_too_early() {
    for (name, announces) in [("zip-cut", true), ("chunked-cut", false)] {
        let (_good, proxy) = broken(name).await;
        let answer = get(&proxy, ZIP).await.unwrap();
        assert_eq!(answer.headers().contains_key("content-length"), announces, "{name}");
        assert!(answer.bytes().await.is_err(), "{name}");
    }
}

#[tokio::test]
async fn a_fault_of_zips_leaves_all_else_alone() {
    for fault in CATALOGUE.iter().filter(|fault| fault.touches == faults::Touches::Zips) {
        let (_good, proxy) = broken(fault.name).await;
        assert_eq!(body(&proxy, MOD).await, module().mod_file(), "{}", fault.name);
        assert_eq!(body(&proxy, INFO).await, module().info(), "{}", fault.name);
        assert_eq!((proxy.requests(), proxy.struck()), (2, 0), "{}", fault.name);
    }
}

#[tokio::test]
async fn silence_before_an_answer() {
    for (name, path) in [("hang", INFO), ("hang~zip", ZIP), ("tls-hang", INFO)] {
        assert_is_silent(name, path).await;
    }
}

async fn assert_is_silent(name: &str, path: &str) {
    let (_good, proxy) = broken(name).await;
    let answer = tokio::time::timeout(LISTENING, get(&proxy, path)).await;
    assert!(answer.is_err(), "{name}");
    assert_eq!(proxy.struck(), 1, "{name}");
}

#[tokio::test]
async fn silence_in_the_middle_of_an_answer() {
    let (_good, proxy) = broken("stall").await;
    let mut answer = get(&proxy, ZIP).await.unwrap();
    let announced = answer.content_length().unwrap();
    let mut came = 0;
    while let Ok(piece) = tokio::time::timeout(LISTENING, answer.chunk()).await {
        came += piece.unwrap().unwrap().len() as u64;
    }
    assert_eq!(came, announced / 2);
}

#[tokio::test]
async fn a_drip_is_one_byte_at_a_time() {
    let (_good, proxy) = broken("drip").await;
    let mut answer = get(&proxy, MOD).await.unwrap();
    for expected in [b"m", b"o"] {
        assert_eq!(answer.chunk().await.unwrap().unwrap(), expected.as_slice());
    }
}

#[tokio::test]
async fn connections_break_in_different_ways() {
    for (name, words) in
        [("refused", "ConnectionRefused"), ("rst", "ConnectionReset"), ("reset", "IncompleteMessage")]
    {
        let (_good, proxy) = broken(name).await;
        let error = told(&get(&proxy, INFO).await.unwrap_err());
        assert!(error.contains(words), "{name}: {error}");
    }
    let unknown = get(&broken("dns").await.1, INFO).await.unwrap_err();
    assert!(unknown.is_connect(), "{unknown:?}");
}

#[tokio::test]
async fn certificates_are_wrong_in_one_way_only() {
    for (name, words) in [("tls-expired", "expired"), ("tls-host", "NotValidForName")] {
        let (_good, proxy) = broken(name).await;
        let error = told(&get(&proxy, INFO).await.unwrap_err());
        assert!(error.to_lowercase().contains(&words.to_lowercase()), "{name}: {error}");
    }
}

#[tokio::test]
async fn redirects_lead_nowhere_good() {
    let (_good, proxy) = broken("loop").await;
    let answer = get(&proxy, INFO).await.unwrap();
    assert_eq!(answer.headers()["location"], format!("{}{INFO}", proxy.url()));
    let (good, proxy) = broken("to-http").await;
    assert!(proxy.url().starts_with("https://"));
    let answer = get(&proxy, INFO).await.unwrap();
    assert_eq!(answer.headers()["location"], format!("{}{INFO}", good.url()));
}

#[tokio::test]
async fn a_head_can_be_larger_than_any_client_reads() {
    let (_good, proxy) = broken("headers").await;
    assert!(get(&proxy, INFO).await.is_err());
    assert_eq!(proxy.struck(), 1);
}

#[tokio::test]
async fn some_faults_come_and_go() {
    for (name, expected) in [
        ("flap-50", [502, 200, 502, 200, 502]),
        ("first-3", [502, 502, 502, 200, 200]),
        ("once", [502, 502, 200, 200, 200]),
    ] {
        let (_good, proxy) = broken(name).await;
        let mut seen = Vec::new();
        for path in [INFO, MOD, INFO, MOD, INFO] {
            seen.push(status(&proxy, path).await);
        }
        assert_eq!(seen, expected, "{name}");
    }
}

#[tokio::test]
async fn a_good_proxy_that_is_gone_is_told() {
    let (mut good, proxy) = broken("good").await;
    good.stop();
    let answer = get(&proxy, INFO).await.unwrap();
    assert_eq!(answer.status(), 502);
    let text = answer.text().await.unwrap();
    assert!(text.contains("the good proxy behind this one"), "{text}");
}

#[tokio::test]
async fn dropping_it_closes_the_port_and_the_connections() {
    let (_good, proxy) = broken("stall").await;
    let mut answer = get(&proxy, ZIP).await.unwrap();
    let (client, url) = (client(&proxy), format!("{}{INFO}", proxy.url()));
    drop(proxy);
    while let Ok(Some(_)) = answer.chunk().await {}
    // The port is closed in the same moment: the task that held the connection held the port, too.
    assert!(client.get(url).send().await.unwrap_err().is_connect());
}

#[tokio::test]
async fn only_http_is_stood_in_front_of() {
    for url in ["https://127.0.0.1:1", "file:///base", "127.0.0.1:1", "", "http://"] {
        let error = FaultyProxy::start(&CATALOGUE[0], url).await.unwrap_err();
        assert!(matches!(error, StartError::Upstream(_)), "{url}: {error}");
    }
}

#[tokio::test]
async fn below_a_path_there_is_nothing_for_who_does_not_know_it() {
    let good = FakeUpstream::builder().module(module()).start();
    let url = good.url();
    let start = |name: &str| FaultyProxy::start_below("/word", faults::find(name).unwrap(), &url);
    let proxy = start("zip-cut").await.unwrap();
    assert!(proxy.url().ends_with("/word"));
    assert_eq!(status(&proxy, LIST).await, 200);
    assert!(get(&proxy, ZIP).await.unwrap().bytes().await.is_err());
    let outside = proxy.url().trim_end_matches("/word");
    for path in [LIST.to_owned(), "/word".to_owned(), format!("/wordy{LIST}")] {
        let answer = client(&proxy).get(format!("{outside}{path}")).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
    }
    assert_eq!(good.requests().len(), 2);
    let looping = start("loop").await.unwrap();
    let answer = get(&looping, LIST).await.unwrap();
    assert_eq!(answer.headers()["location"], format!("{}{LIST}", looping.url()));
}
