//! Clients that say what they will ask.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use gomod::glob::PrefixPatterns;
use protocol::{Exchange, Observer, Observers, Options, Prefix, Redirect, Redirected, Redirects, Target};
use source::{Ask, Foresight};
use tokio::io::AsyncWriteExt;

use crate::common::{closed, connect};
use crate::shelf::Shelf;

/// Remembers what it was told.
#[derive(Debug, Default)]
struct Told(Mutex<Vec<String>>);

impl Foresight for Told {
    fn expect(&self, asks: Vec<Ask>) {
        self.0.lock().unwrap().extend(asks.iter().map(Ask::address));
    }
}

impl Told {
    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

const ZIP: &str = "github.com/!azure/sdk/@v/v1.2.0.zip";

fn looking_ahead(told: &Arc<Told>) -> Options {
    Options { foresight: Some(told.clone()), prefix: Prefix::parse("/go").unwrap(), ..Options::default() }
}

/// The status and the text of the answer to a body, with the headers that are needed and these.
async fn post(node: SocketAddr, path: &str, headers: &str, body: &str) -> (u16, String) {
    let length = body.len();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n"
    );
    answer(node, &(head + body)).await
}

async fn answer(node: SocketAddr, request: &str) -> (u16, String) {
    let answer = String::from_utf8(closed(connect(node, request).await).await).unwrap();
    let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
    (status, answer)
}

#[tokio::test]
async fn a_list_is_passed_on_and_nobody_is_asked() {
    let told = Arc::new(Told::default());
    let (_node, address, shelf) = Shelf::with("content").serve(looking_ahead(&told)).await;
    let text = format!("{ZIP}\na.example/m/@v/v1.0.0.mod\n");
    let (status, answer) =
        post(address, "/go/ahead", "Content-Type: text/plain; charset=utf-8\r\n", &text).await;
    assert!(status == 204 && answer.contains("no-store"), "{answer}");
    assert_eq!(told.all(), text.lines().collect::<Vec<_>>());
    assert_eq!(shelf.wants(), []);
}

/// Remembers how requests ended.
#[derive(Debug, Default)]
struct Seen(Mutex<Vec<(String, u16, &'static str)>>);

impl Observer for Seen {
    fn answered(&self, exchange: &Exchange<'_>) {
        let seen = (exchange.path.to_owned(), exchange.status.as_u16(), exchange.outcome.as_str());
        self.0.lock().unwrap().push(seen);
    }
}

#[tokio::test]
async fn each_list_is_a_request_that_is_counted_and_logged() {
    let (told, seen) = (Arc::new(Told::default()), Arc::new(Seen::default()));
    let observers = Observers::new(vec![seen.clone()]);
    let options = Options { observers, ..looking_ahead(&told) };
    let (_node, address, _shelf) = Shelf::with("content").serve(options).await;
    post(address, "/go/ahead", "", ZIP).await;
    post(address, "/go/ahead", "", "no address\n").await;
    let expected = [(204, "foretold"), (400, "malformed")];
    let expected = expected.map(|(status, outcome)| ("/go/ahead".to_owned(), status, outcome));
    assert_eq!(*seen.0.lock().unwrap(), expected);
}

#[tokio::test]
async fn where_nobody_looks_ahead_there_is_no_such_page() {
    let (_node, address, _shelf) = Shelf::with("content").serve(Options::default()).await;
    let (status, answer) = post(address, "/ahead", "", ZIP).await;
    assert!(status == 404 && answer.contains("does not look ahead"), "{answer}");
    assert_eq!(
        self::answer(address, "GET /ahead HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.0,
        404
    );
}

#[tokio::test]
async fn what_is_no_list_is_refused_with_a_reason_and_told_to_nobody() {
    let told = Arc::new(Told::default());
    let options = Options { hosts: vec!["x".to_owned()], ..looking_ahead(&told) };
    let (_node, address, _shelf) = Shelf::with("content").serve(options).await;
    let many = "a.example/m/@v/v1.0.0.mod\n".repeat(10_001);
    for (path, headers, body, status, why) in [
        ("/go/ahead", "", "a.example/m/@v/list", 400, "line 1"),
        ("/go/ahead", "", "nonsense", 400, "line 1"),
        ("/go/ahead", "Content-Type: application/json\r\n", ZIP, 400, "text/plain"),
        ("/go/ahead", "Content-Encoding: gzip\r\n", ZIP, 400, "Content-Encoding"),
        ("/go/ahead", "", many.as_str(), 413, "10000 lines"),
        ("/ahead", "", ZIP, 405, "only GET and HEAD"),
        ("/go/go/ahead", "", ZIP, 405, "only GET and HEAD"),
    ] {
        let (found, answer) = post(address, path, headers, body).await;
        assert!(found == status && answer.contains(why), "{path} {headers}: {answer}");
    }
    let get = |host: &str, method: &str| {
        format!(
            "{method} /go/ahead HTTP/1.1\r\nHost: {host}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )
    };
    let (status, refused) = answer(address, &get("x", "GET")).await;
    assert!(status == 405 && refused.to_ascii_lowercase().contains("allow: post"), "{refused}");
    assert_eq!(answer(address, &get("evil.example", "POST")).await.0, 421);
    assert_eq!(told.all(), [""; 0]);
}

/// What is announced as too large is refused before it is sent, and what is not announced is read no further than the limit.
#[tokio::test]
async fn no_more_is_read_than_the_limit() {
    let told = Arc::new(Told::default());
    let (_node, address, _shelf) = Shelf::with("content").serve(looking_ahead(&told)).await;
    let head = "POST /go/ahead HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    let announced = format!("{head}Content-Length: 1048577\r\n\r\n");
    assert_eq!(answer(address, &announced).await.0, 413);
    let mut connection = connect(address, format!("{head}Transfer-Encoding: chunked\r\n\r\n")).await;
    let chunk = format!("{:x}\r\n{}\r\n", 1 << 16, "\n".repeat(1 << 16));
    // It may be refused, and closed, in the middle of it.
    for _ in 0..17 {
        let _ = connection.write_all(chunk.as_bytes()).await;
    }
    let answer = String::from_utf8(closed(connection).await).unwrap();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert_eq!(told.all(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn who_does_not_send_what_was_announced_is_not_waited_for() {
    let told = Arc::new(Told::default());
    let (_node, address, _shelf) = Shelf::with("content").serve(looking_ahead(&told)).await;
    let head = "POST /go/ahead HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n";
    let answer = String::from_utf8(closed(connect(address, head).await).await).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
}

#[tokio::test]
async fn what_is_fetched_elsewhere_is_not_fetched_here() {
    let told = Arc::new(Told::default());
    let to = Target::parse("https://mirror.example/go/").unwrap();
    let paths = PrefixPatterns::parse("github.com/Azure");
    let rule = Redirect { paths, to, max_age: Duration::from_mins(5), what: Redirected::Zips };
    let redirects = Redirects::new(vec![rule], PrefixPatterns::default());
    let (_node, address, _shelf) =
        Shelf::with("content").serve(Options { redirects, ..looking_ahead(&told) }).await;
    let go_mod = ZIP.replace(".zip", ".mod");
    assert_eq!(post(address, "/go/ahead", "", &format!("{ZIP}\n{go_mod}\n")).await.0, 204);
    assert_eq!(told.all(), [go_mod]);
}
