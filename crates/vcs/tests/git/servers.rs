//! Servers that can do less, and servers that send us away.

use std::time::Duration;

use source::FailureKind;
use testkit::repo::{GitDaemon, GitHttps, HttpsFault};
use tokio::time::Instant;
use vcs::{Access, Credential, GitOptions, Need};

use crate::kit::{Kit, Sample, files, job, job_since, trusting, with_access, with_ca, with_files};

/// Everything that is asked of a repository, by whatever way it comes.
async fn everything(kit: &Kit, url: &str, sample: &Sample) {
    let asked = kit.open(url);
    for (revision, at) in [("v1.0.0", 0), ("main", 2), (&sample.hash(1)[..12], 1), ("beside", 3)] {
        let described = asked.stat(revision, Need::Description, &job()).await.unwrap();
        assert_eq!(described.id.as_str(), sample.hash(at));
        let file = asked.read_file(&described.id, "go.mod", 1000, &job()).await.unwrap();
        assert_eq!(&file[..], b"module example.com/a\n");
        let commit = asked.stat(revision, Need::Files, &job()).await.unwrap().id;
        let files = files(asked.archive(&commit, "sub", &job()).await.unwrap()).await;
        assert_eq!(files[0].0, "a.go");
    }
    let newest = asked.stat("HEAD", Need::Files, &job()).await.unwrap().id;
    assert_eq!(asked.merged_tags(&newest, "v", &job()).await.unwrap(), ["v1.0.0", "v1.1.0", "v1.2.0"]);
    let pull = asked.stat(sample.hash(4), Need::Files, &job()).await.unwrap_err();
    assert!(pull.is_not_found(), "{pull}");
}

#[tokio::test]
async fn a_server_without_filters() {
    let (sample, kit) = (Sample::new(), Kit::new(with_files()));
    sample.repo.config("uploadpack", "allowFilter", "false");
    everything(&kit, &sample.repo.url(), &sample).await;
}

#[tokio::test]
async fn a_server_of_the_oldest_protocol_that_gives_out_tips_alone() {
    let (sample, kit) = (
        Sample::new(),
        Kit::new(with_access(Access { extra_protocols: vec!["git".into()], ..Access::default() })),
    );
    sample.repo.config("protocol", "version", "0");
    sample.repo.config("uploadpack", "allowFilter", "false");
    let daemon = GitDaemon::start();
    daemon.serve("/a", &sample.repo);
    // Whatever git asks for, the server hears nothing of newer protocols.
    kit.program("git", "case \"$1\" in ls-remote|fetch) exec /usr/bin/git -c protocol.version=0 \"$@\";; esac\nexec /usr/bin/git \"$@\"");
    everything(&kit, &daemon.url("/a"), &sample).await;
}

#[tokio::test]
async fn a_server_that_only_has_files() {
    let (sample, server) = (Sample::new(), GitHttps::start());
    server.serve_dumb("/a", &sample.repo);
    let kit = Kit::of_server(&server);
    everything(&kit, &server.url("/a"), &sample).await;
}

#[tokio::test]
async fn what_does_not_exist_is_told_apart_from_what_we_may_not() {
    let (sample, server) = (Sample::new(), GitHttps::start());
    server.serve("/mine", &sample.repo);
    server.protect("/mine", "me", "secret");
    let kind_of = async |options: GitOptions, path: &str| {
        let kit = Kit::new(options);
        let error = kit.open(&server.url(path)).stat("v1.0.0", Need::Files, &job()).await.unwrap_err();
        assert!(!error.message.contains("secret"), "{error}");
        (error.kind, error.message)
    };
    let (kind, message) = kind_of(with_ca(&server), "/none").await;
    assert_eq!(kind, FailureKind::NotFound, "{message}");
    let (kind, message) = kind_of(with_ca(&server), "/mine").await;
    assert_eq!(kind, FailureKind::Refused);
    assert!(message.contains("set a credential"), "{message}");
    let credential = |secret: &str| Credential {
        host: format!("localhost:{}", server.port()),
        user: "me".into(),
        secret: secret.into(),
    };
    let wrong = with_access(Access { credentials: vec![credential("wrong")], ..trusting(&server) });
    assert_eq!(kind_of(wrong, "/mine").await.0, FailureKind::Refused);
    let kit = Kit::new(with_access(Access { credentials: vec![credential("secret")], ..trusting(&server) }));
    kit.open(&server.url("/mine")).stat("v1.0.0", Need::Files, &job()).await.unwrap();
    let kept =
        std::process::Command::new("grep").args(["-r", "secret"]).arg(kit.home.path()).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&kept.stdout), "", "nothing of it is kept");
}

#[tokio::test]
async fn a_credential_goes_to_its_host_alone() {
    let (sample, server) = (Sample::new(), GitHttps::start());
    server.serve("/a", &sample.repo);
    server.protect("/a", "me", "secret");
    let credential = Credential { host: "localhost:1".into(), user: "me".into(), secret: "secret".into() };
    let kit = Kit::new(with_access(Access { credentials: vec![credential], ..trusting(&server) }));
    let error = kit.open(&server.url("/a")).stat("v1.0.0", Need::Files, &job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Refused);
    assert!(server.requests().iter().all(|request| !request.has_credentials));
}

#[tokio::test]
async fn outages_are_no_answers() {
    let (sample, server) = (Sample::new(), GitHttps::start());
    server.serve("/a", &sample.repo);
    for fault in
        [HttpsFault::Status(503), HttpsFault::HangUp, HttpsFault::CutAfter(20), HttpsFault::Status(429)]
    {
        let mut kit = Kit::of_server(&server);
        server.fault("/a", fault.clone());
        let error = kit.open(&server.url("/a")).stat("v1.0.0", Need::Files, &job()).await.unwrap_err();
        assert_eq!(error.kind, FailureKind::Unavailable, "{fault:?}: {error}");
        server.heal();
        // A process that waited long for the outage leaves the host alone for a while.
        kit.reopen(with_ca(&server));
        kit.open(&server.url("/a")).stat("v1.0.0", Need::Files, &job()).await.unwrap();
    }
    let expired = GitHttps::start_expired();
    expired.serve("/a", &sample.repo);
    let error = Kit::of_server(&expired).open(&expired.url("/a")).refs(&job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Unavailable, "{error}");
    assert!(error.message.contains("certificate"), "{error}");
}

#[tokio::test]
async fn a_redirect_is_not_followed_unasked() {
    let (sample, server, other) = (Sample::new(), GitHttps::start(), GitHttps::start());
    other.serve("/new", &sample.repo);
    server.fault("/old", HttpsFault::Redirect(other.url("/new")));
    let kit = Kit::of_server(&server);
    let error = kit.open(&server.url("/old")).stat("v1.0.0", Need::Files, &job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Unavailable);
    assert!(error.message.contains("another address"), "{error}");
    assert_eq!(other.requests().len(), 0);
}

/// That a server could not be asked once says nothing to those who come later, also about versions that never change.
#[tokio::test]
async fn a_server_that_failed_once_is_asked_again() {
    let (sample, server) = (Sample::new(), GitHttps::start());
    server.serve("/a", &sample.repo);
    server.fault_first("info/refs", 1, HttpsFault::Status(503));
    let kit = Kit::of_server(&server);
    let asked = kit.open(&server.url("/a"));
    let long_ago = Instant::now() - Duration::from_secs(1);
    let error = asked.refs(&job_since(long_ago)).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Unavailable, "{error}");
    let commit = asked.stat("v1.0.0", Need::Files, &job_since(long_ago)).await.unwrap();
    assert_eq!(commit.id.as_str(), sample.hash(0));
}
