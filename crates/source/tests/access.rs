//! Who hears of our credentials, and whom we trust: always the place itself, and nobody that it leads to.

#![allow(clippy::unwrap_used, reason = "a test may stop loudly")]

mod common;

use std::time::Duration;

use common::{PATH, modules, upstream};
use source::conformance::asks_about;
use source::upstream::{Access, Authorities, ClientCertificate, Credentials, HttpClient, HttpOptions};
use source::{Ask, Ctx, Failure, Source, Upstream};
use testkit::{Authority, FakeUpstream};

fn info() -> Ask {
    asks_about(PATH, "v1.0.0")[2].clone()
}

/// A client that trusts whoever both of them vouch for.
fn client(authorities: &[&str]) -> HttpClient {
    let authorities = Authorities::from_pem(authorities.concat().as_bytes()).unwrap();
    HttpClient::new(&HttpOptions { authorities, ..HttpOptions::default() }).unwrap()
}

fn token() -> Access {
    Access { credentials: Some(Credentials::bearer("secret").unwrap()), ..Access::default() }
}

async fn ask(url: &str, client: &HttpClient, access: Access) -> Result<(), Failure> {
    let place = Upstream::with_access(url, client, access).unwrap();
    place.ask(&info(), &Ctx::within(Duration::from_secs(20))).await.map(drop)
}

/// What `Authorization` each request had.
fn heard(fake: &FakeUpstream) -> Vec<Option<String>> {
    fake.requests().iter().map(|request| request.header("authorization").map(str::to_owned)).collect()
}

#[tokio::test]
async fn credentials_are_for_the_place_and_not_for_where_it_leads() {
    let (place, bucket) = (upstream(true), upstream(true));
    let client = client(&[place.ca_pem(), bucket.ca_pem()]);
    place.redirect("*", &format!("{}{}", bucket.url(), modules()[0].url_path("info")));
    ask(&place.url(), &client, token()).await.unwrap();
    assert_eq!(heard(&place), [Some("Bearer secret".to_owned())]);
    assert_eq!(heard(&bucket), [None]);
}

#[tokio::test]
async fn within_the_place_a_redirect_keeps_them() {
    let place = upstream(true);
    let client = client(&[place.ca_pem()]);
    place.redirect("/at/*", &modules()[0].url_path("info"));
    ask(&format!("{}/at", place.url()), &client, token()).await.unwrap();
    assert_eq!(heard(&place), vec![Some("Bearer secret".to_owned()); 2]);
}

#[tokio::test]
async fn those_of_the_url_win() {
    let place = upstream(true);
    let url = place.url().replace("https://", "https://me:pw@");
    ask(&url, &client(&[place.ca_pem()]), token()).await.unwrap();
    assert_eq!(heard(&place), [Some("Basic bWU6cHc=".to_owned())]);
}

#[tokio::test]
async fn a_redirect_cannot_make_up_credentials() {
    let (place, bucket) = (upstream(true), upstream(true));
    let client = client(&[place.ca_pem(), bucket.ca_pem()]);
    let target = format!("{}{}", bucket.url(), modules()[0].url_path("info"));
    place.redirect("*", &target.replace("https://", "https://u:p@"));
    ask(&place.url(), &client, token()).await.unwrap();
    assert_eq!(heard(&bucket), [None]);
}

#[tokio::test]
async fn a_certificate_is_shown_to_the_place_and_not_where_it_leads() {
    let authority = Authority::new();
    let asking = || FakeUpstream::builder().modules(modules()).tls_asking(&authority).start();
    let (place, bucket) = (asking(), asking());
    let issued = authority.issue(&["client.example"]);
    let certificate =
        ClientCertificate::from_pem(issued.certificate.as_bytes(), issued.key.as_bytes()).unwrap();
    let access = Access { certificate: Some(certificate), ..Access::default() };
    place.redirect("*", &format!("{}{}", bucket.url(), modules()[0].url_path("info")));
    ask(&place.url(), &client(&[authority.pem()]), access).await.unwrap();
    let shown =
        |fake: &FakeUpstream| fake.requests().iter().map(|r| r.client_certificate).collect::<Vec<_>>();
    assert_eq!((shown(&place), shown(&bucket)), (vec![true], vec![false]));
}

#[tokio::test]
async fn an_authority_of_one_place_vouches_for_no_other() {
    let (place, stranger) = (upstream(true), upstream(true));
    let plain = HttpClient::new(&HttpOptions::default()).unwrap();
    let failure = ask(&place.url(), &plain, Access::default()).await.unwrap_err();
    assert!(failure.message().contains("certificate"), "{failure}");

    let authorities = Authorities::from_pem([place.ca_pem(), stranger.ca_pem()].concat().as_bytes()).unwrap();
    let access = Access { authorities, ..Access::default() };
    ask(&place.url(), &plain, access.clone()).await.unwrap();
    assert!(ask(&stranger.url(), &plain, Access::default()).await.is_err());
    place.redirect("*", &format!("{}{}", stranger.url(), modules()[0].url_path("info")));
    let failure = ask(&place.url(), &plain, access).await.unwrap_err();
    assert!(failure.message().contains("certificate"), "{failure}");
    assert!(stranger.requests().is_empty());
}

#[test]
fn nothing_is_sent_in_clear_text() {
    let client = HttpClient::new(&HttpOptions::default()).unwrap();
    let refused = Upstream::with_access("http://a.example", &client, token()).unwrap_err().to_string();
    assert!(refused.contains("clear text") && !refused.contains("secret"), "{refused}");
    assert!(Upstream::with_access("https://a.example", &client, token()).unwrap().knows_us());
    assert!(!Upstream::new("https://a.example", &client).unwrap().knows_us());
}

#[test]
fn a_key_of_another_certificate_is_told() {
    let authority = Authority::new();
    let (one, other) = (authority.issue(&["a.example"]), authority.issue(&["a.example"]));
    let refused = ClientCertificate::from_pem(one.certificate.as_bytes(), other.key.as_bytes()).unwrap_err();
    assert!(refused.to_string().contains("key"), "{refused}");
}
