//! Several ways to one repository, and who we are there.

use source::FailureKind;
use testkit::FakeUpstream;
use testkit::repo::{SshServer, SvnServe};
use vcs::{Access, Credential, Need, SshOptions, SvnOptions};

use crate::kit::{Kit, job, sample, trunk, with_access, with_files};

fn of_server(server: &SshServer) -> SshOptions {
    SshOptions {
        key_file: Some(server.key_file()),
        known_hosts_file: Some(server.known_hosts_file()),
        with_agent: false,
        ..SshOptions::default()
    }
}

fn with_ssh(ssh: SshOptions) -> SvnOptions {
    SvnOptions { access: Access { ssh, ..Access::default() }, ..SvnOptions::default() }
}

#[tokio::test]
async fn a_real_ssh_server_with_its_key_and_its_host() {
    let (repo, server) = (sample(), SshServer::start());
    server.serve("/a", &repo.path());
    let url = server.url("/a/trunk").replace("ssh://", "svn+ssh://");
    let kit = Kit::new(with_ssh(of_server(&server)));
    assert_eq!(kit.open(&url).stat("latest", Need::Files, &job()).await.unwrap().id.as_str(), "3");
    let error = kit.open(&url.replace("/a/trunk", "/none")).refs(&job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::NotFound, "{error}");
    let unknown = SshOptions { known_hosts_file: Some("/dev/null".into()), ..of_server(&server) };
    let error = Kit::new(with_ssh(unknown)).open(&url).refs(&job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Unavailable, "{error}");
    assert!(error.message.contains("Host key verification failed"), "{error}");
    server.refuse_key();
    let error = Kit::new(with_ssh(of_server(&server))).open(&url).refs(&job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Refused, "{error}");
}

#[tokio::test]
async fn the_second_way_is_tried_and_remembered() {
    let (repo, server, kit) = (sample(), SvnServe::start(), Kit::new(with_files()));
    server.serve("/a", &repo);
    let log = kit.home.path().join("ssh-log");
    let script = "echo x >> LOG\necho 'svn@h: Permission denied (publickey).' >&2; exit 255";
    kit.program("ssh", &script.replace("LOG", log.to_str().unwrap()));
    for path in ["a", "b"] {
        let url = format!("https://example.com/{path}");
        let asked = kit.open_by(&url, &["svn+ssh://svn@example.com/x", &server.url("/a/trunk")]);
        let id = asked.stat("latest", Need::Files, &job()).await.unwrap().id;
        asked.archive(&id, "", &job()).await.unwrap();
        assert_eq!(asked.detour().is_some_and(|why| why.contains("Permission denied")), path == "a");
        assert_eq!(std::fs::read_to_string(&log).unwrap(), "x\n", "{path}");
    }
}

#[tokio::test]
async fn what_does_not_exist_is_told_apart_from_what_cannot_be_asked() {
    let (repo, mut server, kit) = (sample(), FakeUpstream::builder().start(), Kit::new(with_files()));
    let serve = SvnServe::start();
    serve.serve("/a", &repo);
    let ask = async |url: &str| kit.open(url).stat("latest", Need::Files, &job()).await.unwrap_err().kind;
    assert_eq!(ask(&serve.url("/none")).await, FailureKind::NotFound);
    assert_eq!(ask(&serve.url("/a/none")).await, FailureKind::NotFound);
    assert_eq!(ask(&format!("file://{}/none", kit.home.path().display())).await, FailureKind::NotFound);
    for (status, kind) in [
        (403, FailureKind::Refused),
        (404, FailureKind::NotFound),
        (500, FailureKind::Unavailable),
        (503, FailureKind::Unavailable),
        (200, FailureKind::Unavailable),
    ] {
        server.clear_rules();
        server.set_status("*", status, "no");
        assert_eq!(ask(&server.url()).await, kind, "{status}");
    }
    server.stop();
    assert_eq!(ask(&server.url()).await, FailureKind::Unavailable);
}

#[tokio::test]
async fn our_secrets_are_not_given_to_a_client_that_follows_everywhere() {
    let (repo, server) = (sample(), FakeUpstream::builder().start());
    let (host, user, secret) = (server.address().to_string(), "me".to_owned(), "geheim".to_owned());
    let access = Access { credentials: vec![Credential { host, user, secret }], ..Access::default() };
    let kit = Kit::new(with_access(access));
    let error = kit.open_by("https://example.com/a", &[&server.url(), &trunk(&repo)]).refs(&job()).await;
    drop(error);
    assert!(!server.requests().is_empty());
    assert!(server.requests().iter().all(|request| request.header("authorization").is_none()));
    assert!(!kit.said().contains("geheim"));
}
