//! git over https.

use std::process::{Child, Output, Stdio};

use tempfile::TempDir;
use testkit::repo::{GitHttps, GitRepo, HttpsFault, git_command};

use super::{failure, git, processes_for, sample, success, wait_until};

/// A server with the sample at `/ex/repo`, and a folder for clones.
struct World {
    server: GitHttps,
    repo: GitRepo,
    folder: TempDir,
}

fn world() -> World {
    world_of(GitHttps::start())
}

fn world_of(server: GitHttps) -> World {
    let repo = sample();
    server.serve("/ex/repo", &repo);
    World { server, repo, folder: TempDir::new().expect("a folder") }
}

impl World {
    fn clone(&self, options: &[&str]) -> Output {
        self.clone_of(&self.server.url("/ex/repo"), options)
    }

    fn clone_of(&self, url: &str, options: &[&str]) -> Output {
        let ca = self.server.ca_file();
        let env = [("GIT_SSL_CAINFO", ca.to_str().expect("a path"))];
        let args: Vec<&str> =
            ["clone", "--bare"].iter().chain(options).copied().chain([url, "clone"]).collect();
        git(self.folder.path(), &env, &args)
    }

    /// A clone that goes on while the test does.
    fn clone_aside(&self) -> Child {
        let mut command = git_command();
        command.current_dir(self.folder.path()).env("GIT_SSL_CAINFO", self.server.ca_file());
        command.args(["clone", "--bare", &self.server.url("/ex/repo"), "clone"]);
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("git can be started")
    }

    fn cloned(&self, args: &[&str]) -> String {
        success(&git(&self.folder.path().join("clone"), &[], args))
    }
}

#[test]
fn a_repository_is_cloned_whole() {
    let world = world();
    success(&world.clone(&[]));
    assert_eq!(world.cloned(&["tag"]), "v1.0.0\nv1.1.0\n");
    let requests = world.server.requests();
    assert_eq!(requests[0].query, "service=git-upload-pack");
    assert!(requests.iter().all(|request| request.status == 200 && request.host == "localhost"));
    assert!(requests.last().is_some_and(|last| last.sent_bytes > 200_000 && last.received_bytes > 0));
    assert_eq!(world.server.upload_packs(), 2, "references and objects");
    assert_eq!(world.server.count("info/refs"), 1);
}

#[test]
fn a_part_is_cloned_where_filters_are_allowed() {
    let world = world();
    world.repo.allow_filter();
    success(&world.clone(&["--depth=1", "--filter=blob:none"]));
    assert!(world.server.sent_bytes() < 50_000, "{}", world.server.sent_bytes());
}

#[test]
fn a_server_that_allows_no_filter_sends_all() {
    let world = world();
    success(&world.clone(&["--filter=blob:none"]));
    assert!(world.server.sent_bytes() > 200_000);
}

#[test]
fn a_server_of_plain_files_knows_nothing_of_depth() {
    let world = world();
    world.server.serve_dumb("/ex/repo", &world.repo);
    assert!(failure(&world.clone(&["--depth=1"])).contains("dumb http transport does not support shallow"));
    success(&world.clone(&[]));
    assert_eq!(world.server.upload_packs(), 0);
}

#[test]
fn a_long_request_comes_in_gzip() {
    let mut world = world();
    let mut first = None;
    world.repo.update(|history| {
        for number in 0..200 {
            let tree = testkit::repo::Tree::new().file("n", number.to_string());
            let commit = history.commit(&[], &tree);
            history.branch(&format!("b{number}"), commit);
            first = first.or(Some(commit));
        }
    });
    success(&world.clone(&[]));
    assert_eq!(world.cloned(&["rev-parse", "b0"]).trim(), world.repo.hash(first.expect("a commit")));
}

#[test]
fn credentials_are_asked_for() {
    let world = world();
    world.server.protect("/ex", "ann", "secret");
    assert!(failure(&world.clone(&[])).contains("could not read Username"));
    let url = world.server.url("/ex/repo").replace("https://", "https://ann:secret@");
    success(&world.clone_of(&url, &[]));
    assert!(world.server.requests().last().is_some_and(|last| last.has_credentials));
}

#[test]
fn an_expired_certificate_is_refused() {
    let world = world_of(GitHttps::start_expired());
    assert!(failure(&world.clone(&[])).contains("certificate"));
}

#[test]
fn nobody_trusts_the_authority_untold() {
    let world = world();
    let output = git(world.folder.path(), &[], &["ls-remote", &world.server.url("/ex/repo")]);
    assert!(failure(&output).contains("certificate"));
}

#[test]
fn faults_happen_and_heal() {
    let world = world();
    let refused = |fault| {
        world.server.fault("info/refs", fault);
        failure(&world.clone(&[]))
    };
    assert!(refused(HttpsFault::Status(503)).contains("503"));
    assert!(refused(HttpsFault::Status(404)).contains("not found"));
    assert!(refused(HttpsFault::HangUp).contains("unable to access"));
    world.server.heal();
    world.server.fault_first("git-upload-pack", 2, HttpsFault::CutAfter(9));
    failure(&world.clone(&[]));
    world.server.heal();
    success(&world.clone(&[]));
}

#[test]
fn a_redirect_leads_elsewhere() {
    let world = world();
    let to = format!("{}/ex/repo/info/refs?service=git-upload-pack", world.server.url(""));
    world.server.fault("/old/", HttpsFault::Redirect(to));
    success(&world.clone_of(&world.server.url("/old/repo"), &[]));
}

#[test]
fn an_unknown_path_is_not_found() {
    let world = world();
    assert!(failure(&world.clone_of(&world.server.url("/ex/none"), &[])).contains("not found"));
    success(&world.clone_of(&world.server.url("/ex/repo.git"), &[]));
}

#[test]
fn a_stalled_pack_stays_stalled_and_its_process_ends_with_the_server() {
    let world = world();
    world.server.fault("git-upload-pack", HttpsFault::StallAfter(3000));
    let mut client = world.clone_aside();
    world.server.wait_for_bytes("git-upload-pack", 3000);
    assert!(client.try_wait().expect("a child").is_none());
    assert_ne!(processes_for(world.repo.path()), 0);
    drop(world.server);
    assert!(!client.wait().expect("a child").success(), "the connection broke");
    wait_until(|| processes_for(world.repo.path()) == 0);
}

#[test]
fn pages_answer_go_get() {
    let world = world();
    world.server.page("/ex/repo", "<meta name=\"go-import\" content=\"a b c\">");
    let url = format!("{}?go-get=1", world.server.url("/ex/repo"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let ca = std::fs::read(world.server.ca_file()).expect("a file");
    let text = runtime.block_on(async {
        let ca = reqwest::Certificate::from_pem(&ca).expect("a certificate");
        let client = reqwest::Client::builder().tls_certs_only([ca]).build().expect("a client");
        client.get(url).send().await.expect("an answer").text().await.expect("a body")
    });
    assert!(text.contains("go-import"));
}
