//! Who we are: agents, helpers, and what is sent to nobody else.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use source::FailureKind;
use source::upstream::Authorities;
use testkit::repo::{GitHttps, HttpsFault, SshServer};
use vcs::{
    Access, Credential, Discovery, DiscoveryOptions, GitCache, GitOptions, Need, Profile, Programs, Remotes,
    Route, SshOptions,
};

use crate::kit::{Kit, Sample, job, trusting, with_access};

/// An ssh agent that ends with the test.
struct Agent(Child);

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Agent {
    /// One behind this socket that has a key.
    fn with_key(socket: &Path, key: &Path) -> Self {
        let mut command = Command::new("ssh-agent");
        let child = command.arg("-D").arg("-a").arg(socket).stdout(Stdio::null()).spawn().unwrap();
        let agent = Self(child);
        while !socket.exists() {
            std::thread::yield_now();
        }
        let added = Command::new("ssh-add").arg("-q").arg(key).env("SSH_AUTH_SOCK", socket).status().unwrap();
        assert!(added.success());
        agent
    }
}

#[tokio::test]
async fn an_agent_is_asked_when_it_may_be() {
    let (sample, server, home) = (Sample::new(), SshServer::start(), tempfile::tempdir().unwrap());
    server.serve("/a", sample.repo.path());
    let socket = home.path().join("agent");
    let _agent = Agent::with_key(&socket, &server.key_file());
    let ask = async |with_agent| {
        let known_hosts_file = Some(server.known_hosts_file());
        let ssh = SshOptions { known_hosts_file, with_agent, ..SshOptions::default() };
        let options = with_access(Access { ssh, ..Access::default() });
        let variables = [
            ("PATH", std::env::var("PATH").unwrap()),
            ("HOME", home.path().display().to_string()),
            ("SSH_AUTH_SOCK", socket.display().to_string()),
        ];
        let programs = Programs::new(4, variables.into_iter().collect());
        let cache = GitCache::new(home.path().join(with_agent.to_string()), options, programs);
        let remotes = Remotes { url: server.url("/a"), ways: vec![Route::vouched(server.url("/a"))] };
        cache.open(&remotes).unwrap().refs(&job()).await.map(drop).map_err(|error| error.kind)
    };
    assert_eq!(ask(true).await, Ok(()));
    assert_eq!(ask(false).await, Err(FailureKind::Refused));
}

#[tokio::test]
async fn a_helper_of_the_file_of_configuration_is_asked() {
    let (sample, server) = (Sample::new(), GitHttps::start());
    server.serve("/a", &sample.repo);
    server.protect("/a", "me", "pa55");
    let config = server.folder().join("gitconfig");
    let helper = "!answer() { test $1 = get && echo username=me && echo password=pa55; }; answer";
    fs::write(&config, format!("[credential]\n\thelper = \"{helper}\"\n")).unwrap();
    let profile = Profile::Server { config: Some(config) };
    let kit = Kit::new(with_access(Access { profile, ..trusting(&server) }));
    kit.open(&server.url("/a")).stat("v1.0.0", Need::Files, &job()).await.unwrap();
    // Ours stands before it, so that no other helper hears of its host.
    let host = format!("localhost:{}", server.port());
    let wrong = Credential { host, user: "me".into(), secret: "wrong".into() };
    let profile = Profile::Server { config: Some(server.folder().join("gitconfig")) };
    let kit = Kit::new(with_access(Access { profile, credentials: vec![wrong], ..trusting(&server) }));
    assert!(kit.open(&server.url("/a")).refs(&job()).await.is_err());
}

#[tokio::test]
async fn a_credential_does_not_go_where_a_repository_has_moved_to() {
    let (sample, server) = (Sample::new(), GitHttps::start());
    server.serve("/new", &sample.repo);
    server.protect("/new", "me", "pa55");
    // The same server under another name, which is another host.
    let other = format!("https://127.0.0.1:{}/new/info/refs?service=git-upload-pack", server.port());
    server.fault("/old/info/refs", HttpsFault::Redirect(other));
    let mut options = DiscoveryOptions::default();
    options.http.authorities = Authorities::from_pem(&fs::read(server.ca_file()).unwrap()).unwrap();
    let probe = Discovery::new(options).unwrap().probe();
    let host = format!("localhost:{}", server.port());
    let credentials = vec![Credential { host, user: "me".into(), secret: "pa55".into() }];
    let kit = Kit::new(GitOptions {
        probe: Some(probe),
        ..with_access(Access { credentials, ..trusting(&server) })
    });
    let error = kit.open(&server.url("/old")).refs(&job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Refused, "{error}");
    assert!(!error.message.contains("pa55"), "{error}");
    let there: Vec<_> = server.requests().into_iter().filter(|request| request.host == "127.0.0.1").collect();
    assert!(there.iter().all(|request| !request.has_credentials) && !there.is_empty(), "{there:?}");
}
