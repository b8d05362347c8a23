//! Several ways to one repository.

use std::fs;
use std::time::Duration;

use source::FailureKind;
use testkit::repo::{GitHttps, SshServer};
use tokio::time::Instant;
use vcs::{Access, GitOptions, Need, Profile, SshOptions};

use crate::kit::{Kit, Sample, files, job, with_access, with_ca, with_files};

#[tokio::test]
async fn the_second_way_is_tried_and_remembered() {
    let (sample, server) = (Sample::new(), GitHttps::start());
    server.serve("/a", &sample.repo);
    server.serve("/b", &sample.repo);
    let kit = Kit::of_server(&server);
    let log = kit.home.path().join("ssh-log");
    kit.program(
        "ssh",
        &format!("echo x >> {}\necho 'git@h: Permission denied (publickey).' >&2; exit 255", log.display()),
    );
    for path in ["/a", "/b"] {
        let ssh = format!("ssh://git@example.com{path}");
        let asked = kit.open_by(&server.url(path), &[&ssh, &server.url(path)]);
        asked.stat("v1.0.0", Need::Files, &job()).await.unwrap();
        assert_eq!(fs::read_to_string(&log).unwrap(), "x\n", "{path}");
        let detour = asked.detour();
        let told = detour.as_deref().unwrap_or_default();
        assert_eq!(told.contains("ssh://example.com does not let us in"), path == "/a", "{told}");
    }
}

#[tokio::test]
async fn a_dead_way_costs_its_patience_once() {
    let (sample, server) = (Sample::new(), GitHttps::start());
    server.serve("/a", &sample.repo);
    server.serve("/b", &sample.repo);
    let kit = Kit::new(GitOptions { way_patience: Duration::from_secs(2), ..with_ca(&server) });
    kit.program("ssh", "exec sleep 1000");
    let begun = Instant::now();
    for path in ["/a", "/b"] {
        let asked = kit.open_by(&server.url(path), &["ssh://git@example.com/x", &server.url(path)]);
        asked.stat("v1.0.0", Need::Files, &job()).await.unwrap();
    }
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn when_all_ways_fail_each_is_told() {
    let server = GitHttps::start();
    let kit = Kit::of_server(&server);
    kit.program("ssh", "echo 'git@h: Permission denied (publickey).' >&2; exit 255");
    let asked = kit.open_by("https://example.com/x", &["ssh://git@example.com/x", &server.url("/x")]);
    let error = asked.stat("v1.0.0", Need::Files, &job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Refused, "not knowing us outweighs not having it");
    assert!(error.message.contains("Permission denied") && error.message.contains("not found"), "{error}");
}

#[tokio::test]
async fn a_real_ssh_server_with_its_key_and_its_host() {
    let (sample, server) = (Sample::new(), SshServer::start());
    server.serve("/a", sample.repo.path());
    let ssh = SshOptions {
        key_file: Some(server.key_file()),
        known_hosts_file: Some(server.known_hosts_file()),
        with_agent: false,
        ..SshOptions::default()
    };
    let access = Access { ssh, ..Access::default() };
    let kit = Kit::new(with_access(access.clone()));
    let commit = kit.open(&server.url("/a")).stat("v1.0.0", Need::Files, &job()).await.unwrap();
    assert_eq!(commit.id.as_str(), sample.hash(0));
    let ssh = SshOptions { known_hosts_file: Some("/dev/null".into()), ..access.ssh.clone() };
    let unknown = with_access(Access { ssh, ..access.clone() });
    let error = Kit::new(unknown).open(&server.url("/a")).refs(&job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Unavailable, "{error}");
    assert!(error.message.contains("Host key verification failed"), "{error}");
    server.refuse_key();
    let error = Kit::new(with_access(access)).open(&server.url("/a")).refs(&job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Refused, "{error}");
}

#[tokio::test]
async fn the_configuration_of_the_user_counts_for_the_user_alone() {
    let sample = Sample::new();
    let config = format!(
        "[url \"{}\"]\n\tinsteadOf = https://example.com/a\n[core]\n\tautocrlf = true\n\teol = crlf\n",
        sample.repo.url()
    );
    let asked_by = |profile: Profile| {
        let kit = Kit::new(with_access(Access { profile, ..with_files().access }));
        fs::write(kit.home.path().join(".gitconfig"), &config).unwrap();
        kit
    };
    let kit = asked_by(Profile::User);
    let asked = kit.open("https://example.com/a");
    let commit = asked.stat("v1.0.0", Need::Files, &job()).await.unwrap().id;
    let files = files(asked.archive(&commit, "", &job()).await.unwrap()).await;
    assert_eq!(files[0].1, "module example.com/a\n", "not for what is made of the files");
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), &config).unwrap();
    let kit = asked_by(Profile::Server { config: Some(file.path().to_owned()) });
    kit.open("https://example.com/a").stat("v1.0.0", Need::Files, &job()).await.unwrap();
    let kit = asked_by(Profile::Server { config: None });
    kit.program("git", "case \"$1\" in ls-remote) echo 'fatal: it goes out' >&2; /usr/bin/git config --get-regexp '^url\\.' >&2; exit 1;; esac");
    let error = kit.open("https://example.com/a").stat("v1.0.0", Need::Files, &job()).await.unwrap_err();
    assert!(error.message.ends_with("fatal: it goes out"), "{error}");
}
