//! What a web client of our own sees where git does not look, and where it lets git connect to.

use std::net::IpAddr;
use std::sync::Arc;

use source::FailureKind;
use source::upstream::Authorities;
use testkit::repo::{GitHttps, HttpsFault};
use tokio::time::Instant;
use vcs::{Discovery, DiscoveryOptions, GitOptions, Need, Probe, Remotes, RepoError, Route};

use crate::kit::{Kit, Sample, job, with_ca};

/// A cache whose git asks the web client of discovery, as the server has it.
fn kit(server: &GitHttps) -> Kit {
    let mut options = DiscoveryOptions::default();
    let trusted = std::fs::read(server.ca_file()).unwrap();
    options.http.authorities = Authorities::from_pem(&trusted).unwrap();
    let probe = Discovery::new(options).unwrap().probe();
    Kit::new(GitOptions { probe: Some(probe), ..with_ca(server) })
}

async fn refusal(kit: &Kit, url: &str) -> (FailureKind, String) {
    let error = kit.open(url).stat("v1.0.0", Need::Files, &job()).await.unwrap_err();
    (error.kind, error.message)
}

#[tokio::test]
async fn a_forge_that_asks_everybody_for_a_password_is_asked_for_a_page() {
    let (sample, server) = (Sample::new(), GitHttps::start());
    server.serve("/mine", &sample.repo);
    server.protect("/mine", "me", "secret");
    // As forges do: git is told of a password, everybody else that there is nothing.
    for path in ["/none/info/refs", "/mine/info/refs"] {
        server.fault(path, HttpsFault::Status(401));
    }
    let kit = kit(&server);
    let (kind, message) = refusal(&kit, &server.url("/none")).await;
    assert_eq!(kind, FailureKind::NotFound, "{message}");
    assert!(message.contains("knows no such repository, or shows it to those alone"), "{message}");
    let (kind, message) = refusal(&kit, &server.url("/mine")).await;
    assert_eq!(kind, FailureKind::Refused, "{message}");
    server.fault("/none", HttpsFault::Status(503));
    server.fault("/none/info/refs", HttpsFault::Status(401));
    assert_eq!(refusal(&kit, &server.url("/none")).await.0, FailureKind::Refused, "an outage is no answer");
}

#[tokio::test]
async fn a_page_that_is_missing_says_nothing_of_a_repository_that_answers() {
    let (sample, server) = (Sample::new(), GitHttps::start());
    sample.repo.config("uploadpack", "allowFilter", "false");
    server.serve_dumb("/a", &sample.repo);
    let kit = kit(&server);
    let commit = kit.open(&server.url("/a")).stat("v1.0.0", Need::Files, &job()).await.unwrap();
    assert_eq!(commit.id.as_str(), sample.hash(0));
}

#[tokio::test]
async fn a_repository_that_has_moved_is_followed() {
    let (sample, server) = (Sample::new(), GitHttps::start());
    server.serve("/new", &sample.repo);
    let moved = server.url("/new/info/refs?service=git-upload-pack");
    server.fault("/old/info/refs", HttpsFault::Redirect(moved));
    let kit = kit(&server);
    let asked = kit.open(&server.url("/old"));
    let commit = asked.stat("v1.0.0", Need::Files, &job()).await.unwrap();
    assert_eq!(commit.id.as_str(), sample.hash(0));
    let sent_away = server.count("/old");
    asked.stat("v1.1.0", Need::Files, &job()).await.unwrap();
    assert_eq!(server.count("/old"), sent_away, "the new address is known");
    server.heal();
    server.serve("/old", &sample.repo);
    server.remove("/new");
    assert!(asked.stat("main", Need::Files, &job()).await.is_err());
    asked.stat("main", Need::Files, &job()).await.expect("it has come back");
}

#[tokio::test]
async fn a_repository_that_has_moved_to_nothing_does_not_exist() {
    let server = GitHttps::start();
    server.fault("/old", HttpsFault::Redirect(server.url("/new")));
    let (kind, message) = refusal(&kit(&server), &server.url("/old")).await;
    assert_eq!(kind, FailureKind::NotFound, "{message}");
}

#[tokio::test]
async fn a_repository_that_has_moved_to_where_nobody_may_go_is_not_followed() {
    let (sample, server) = (Sample::new(), GitHttps::start());
    server.serve("/new", &sample.repo);
    let places = [
        "https://169.254.169.254/new/info/refs?service=git-upload-pack".to_owned(),
        format!("http://localhost:{}/new/info/refs?service=git-upload-pack", server.port()),
        format!("{}/info/refs?service=git-upload-pack", sample.repo.url()),
        server.url("/new"),
    ];
    for place in places {
        server.heal();
        server.fault("/old/info/refs", HttpsFault::Redirect(place.clone()));
        server.fault("/old?", HttpsFault::Status(200));
        let (kind, message) = refusal(&kit(&server), &server.url("/old")).await;
        assert_ne!(kind, FailureKind::Mismatch);
        assert!(!message.contains("unknown revision"), "{place}: {message}");
        assert_eq!(server.upload_packs(), 0, "{place}: nothing was read there");
    }
}

/// A web client that has looked a name up.
#[derive(Debug)]
struct Found(Vec<IpAddr>);

#[async_trait::async_trait]
impl Probe for Found {
    async fn addresses(&self, _: &Route, _: Instant) -> Result<Vec<IpAddr>, RepoError> {
        Ok(self.0.clone())
    }

    async fn is_missing(&self, _: &Route, _: Instant) -> bool {
        false
    }

    async fn moved_to(&self, _: &Route, _: Instant) -> Option<Route> {
        None
    }
}

fn found(addresses: &[&str], server: &GitHttps) -> Kit {
    let addresses = addresses.iter().map(|ip| ip.parse().unwrap()).collect();
    Kit::new(GitOptions { probe: Some(Arc::new(Found(addresses))), ..with_ca(server) })
}

#[tokio::test]
async fn git_connects_to_the_addresses_that_were_looked_at() {
    let (sample, server) = (Sample::new(), GitHttps::start_for(&["forge.invalid", "localhost"]));
    server.serve("/a", &sample.repo);
    // A name that nobody else knows: git can have its address from us alone.
    let url = format!("https://forge.invalid:{}/a", server.port());
    let kit = found(&["127.0.0.1"], &server);
    let commit = kit.open(&url).stat("v1.0.0", Need::Files, &job()).await.unwrap();
    assert_eq!(commit.id.as_str(), sample.hash(0));
    // A name that leads to the server by now, and led elsewhere when it was looked at.
    let before = server.requests().len();
    let kit = found(&["127.0.0.77"], &server);
    let error = kit.open(&server.url("/a")).refs(&job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Unavailable, "{error}");
    assert_eq!(server.requests().len(), before);
}

#[tokio::test]
async fn git_is_not_started_for_a_stranger_s_address_inside() {
    let (sample, server) = (Sample::new(), GitHttps::start());
    server.serve("/a", &sample.repo);
    let kit = kit(&server);
    let open = |is_private| {
        let route = Route { url: server.url("/a"), is_vouched: false, is_private };
        kit.cache.open(&Remotes { url: server.url("/a"), ways: vec![route] }).unwrap()
    };
    let error = open(false).refs(&job()).await.unwrap_err();
    assert_eq!((error.kind, server.requests().len()), (FailureKind::Refused, 0), "{error}");
    open(true).refs(&job()).await.expect("a private path may lead there");
}
