//! Several ways to one repository, and who we are there.

use std::fs;

use source::FailureKind;
use testkit::repo::{HgServe, SshServer};
use testkit::upstream::{Action, FakeUpstream, Reply};
use vcs::{Access, Credential, HgOptions, Need, Profile, SshOptions};

use crate::kit::{Kit, Sample, job, with_access, with_files};

fn of_server(server: &SshServer) -> SshOptions {
    SshOptions {
        key_file: Some(server.key_file()),
        known_hosts_file: Some(server.known_hosts_file()),
        with_agent: false,
        ..SshOptions::default()
    }
}

fn with_ssh(ssh: SshOptions) -> HgOptions {
    HgOptions { access: Access { ssh, ..Access::default() }, ..HgOptions::default() }
}

#[tokio::test]
async fn a_real_ssh_server_with_its_key_and_its_host() {
    let (sample, server) = (Sample::new(), SshServer::start());
    server.serve("/a", sample.repo.path());
    let kit = Kit::new(with_ssh(of_server(&server)));
    let commit = kit.open(&server.url("/a")).stat("v1.0.0", Need::Files, &job()).await.unwrap();
    assert_eq!(commit.id.as_str(), sample.hash(0));
    let error = kit.open(&server.url("/none")).refs(&job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::NotFound, "{error}");
    let unknown = SshOptions { known_hosts_file: Some("/dev/null".into()), ..of_server(&server) };
    let error = Kit::new(with_ssh(unknown)).open(&server.url("/a")).refs(&job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Unavailable, "{error}");
    assert!(error.message.contains("Host key verification failed"), "{error}");
    server.refuse_key();
    let error =
        Kit::new(with_ssh(of_server(&server))).open(&server.url("/a")).refs(&job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Refused, "{error}");
}

#[tokio::test]
async fn the_second_way_is_tried_and_remembered() {
    let (sample, kit) = (Sample::new(), Kit::new(with_files()));
    let server = HgServe::start(&sample.repo);
    let log = kit.home.path().join("ssh-log");
    let script = "echo x >> LOG\necho 'hg@h: Permission denied (publickey).' >&2; exit 255";
    kit.program("ssh", &script.replace("LOG", log.to_str().unwrap()));
    for path in ["a", "b"] {
        let url = format!("https://example.com/{path}");
        let asked = kit.open_by(&url, &["ssh://hg@example.com/x", &server.url()]);
        asked.stat("v1.0.0", Need::Files, &job()).await.unwrap();
        assert_eq!(asked.detour().is_some_and(|why| why.contains("Permission denied")), path == "a");
        assert_eq!(fs::read_to_string(&log).unwrap(), "x\n", "{path}");
    }
}

#[tokio::test]
async fn when_all_ways_fail_each_is_told() {
    let (server, kit) = (FakeUpstream::builder().start(), Kit::new(with_files()));
    kit.program("ssh", "echo 'hg@h: Permission denied (publickey).' >&2; exit 255");
    let asked = kit.open_by("https://example.com/x", &["ssh://hg@example.com/x", &server.url()]);
    let error = asked.stat("v1.0.0", Need::Files, &job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Refused, "not knowing us outweighs not having it");
    assert!(error.message.contains("Permission denied") && error.message.contains("404"), "{error}");
}

#[tokio::test]
async fn what_does_not_exist_is_told_apart_from_what_cannot_be_asked() {
    let (server, kit) = (FakeUpstream::builder().start(), Kit::new(with_files()));
    let ask = async |url: &str| kit.open(url).refs(&job()).await.unwrap_err();
    assert_eq!(ask(&server.url()).await.kind, FailureKind::NotFound);
    assert_eq!(ask(&format!("file://{}/none", kit.home.path().display())).await.kind, FailureKind::NotFound);
    for (status, kind) in [
        (401, FailureKind::Refused),
        (403, FailureKind::Refused),
        (410, FailureKind::NotFound),
        (429, FailureKind::Unavailable),
        (500, FailureKind::Unavailable),
        (503, FailureKind::Unavailable),
        (200, FailureKind::Unavailable),
    ] {
        server.clear_rules();
        server.set_status("*", status, "no");
        let error = ask(&server.url()).await;
        assert_eq!(error.kind, kind, "{status}: {error}");
    }
    let mut server = server;
    server.stop();
    assert_eq!(ask(&server.url()).await.kind, FailureKind::Unavailable);
}

fn credential_of(server: &FakeUpstream) -> Access {
    let (host, user, secret) = (server.address().to_string(), "me".to_owned(), "geheim".to_owned());
    Access { credentials: vec![Credential { host, user, secret }], ..Access::default() }
}

/// Lets nobody in, whoever it is.
fn ask_who(server: &FakeUpstream) {
    server.on(|_| {
        let reply = Reply::text(401, "who?").header("WWW-Authenticate", "Basic realm=\"x\"");
        Some(Action::Answer(reply))
    });
}

#[tokio::test]
async fn our_secret_goes_to_its_host_alone_and_is_never_shown() {
    let (server, other) = (FakeUpstream::builder().start(), FakeUpstream::builder().start());
    ask_who(&server);
    ask_who(&other);
    let kit = Kit::new(with_access(credential_of(&server)));
    let basic = "Basic bWU6Z2VoZWlt";
    let has_got = |server: &FakeUpstream| {
        server.requests().iter().any(|request| request.header("authorization") == Some(basic))
    };
    let error = kit.open(&server.url()).refs(&job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Refused, "{error}");
    assert!(has_got(&server) && !error.message.contains("geheim"), "{error}");
    kit.open(&other.url()).refs(&job()).await.unwrap_err();
    assert!(!other.requests().is_empty() && !has_got(&other));
    assert!(!kit.said().contains("geheim"), "{}", kit.said());
}

#[tokio::test]
async fn a_server_is_not_followed_elsewhere() {
    let (server, sample) = (FakeUpstream::builder().start(), Sample::new());
    let (inner, kit) = (HgServe::start(&sample.repo), Kit::new(with_files()));
    for status in [301, 302, 303, 307, 308] {
        let place = inner.url();
        server.clear_rules();
        server.on(move |_| Some(Action::Answer(Reply::text(status, "").header("Location", &place))));
        let error = kit.open(&format!("{}/{status}", server.url())).refs(&job()).await.unwrap_err();
        assert_eq!(error.kind, FailureKind::Unavailable, "{status}: {error}");
        assert!(error.message.contains("sends us to another address"), "{status}: {error}");
    }
}

#[tokio::test]
async fn the_configuration_of_the_user_counts_for_the_user_alone() {
    let server = FakeUpstream::builder().start();
    ask_who(&server);
    let config = format!("[auth]\na.prefix = {}\na.username = me\na.password = geheim\n", server.url());
    let ask = async |profile: Profile, of_user: &str| {
        let kit = Kit::new(with_access(Access { profile, ..Access::default() }));
        fs::write(kit.home.path().join(".hgrc"), of_user).unwrap();
        server.reset_log();
        let error = kit.open(&server.url()).refs(&job()).await.unwrap_err();
        assert_eq!(error.kind, FailureKind::Refused, "{error}");
        server.requests().iter().any(|request| request.header("authorization").is_some())
    };
    assert!(ask(Profile::User, &config).await);
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), &config).unwrap();
    assert!(ask(Profile::Server { config: Some(file.path().to_owned()) }, "").await);
    assert!(!ask(Profile::Server { config: None }, &config).await);
}
