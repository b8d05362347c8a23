//! git, Mercurial and Subversion over ssh.

use std::process::{Command, Output};

use tempfile::TempDir;
use testkit::repo::{GitRepo, HgRepo, SshServer, SvnRepo};

use super::{failure, git, processes_for, sample, success, wait_until};

struct World {
    server: SshServer,
    repo: GitRepo,
    folder: TempDir,
}

fn world() -> World {
    let (server, repo) = (SshServer::start(), sample());
    server.serve("/ex/repo", repo.path());
    World { server, repo, folder: TempDir::new().expect("a folder") }
}

impl World {
    fn git(&self, args: &[&str]) -> Output {
        git(self.folder.path(), &[("GIT_SSH_COMMAND", &self.server.ssh_command())], args)
    }

    fn list(&self) -> Output {
        self.git(&["ls-remote", &self.server.url("/ex/repo"), "v1.0.0"])
    }
}

#[test]
fn a_repository_is_cloned() {
    let world = world();
    assert!(success(&world.list()).ends_with("\trefs/tags/v1.0.0\n"));
    success(&world.git(&["clone", "--bare", "--depth=1", &world.server.url("/ex/repo"), "clone"]));
    assert_eq!(world.server.connections(), 2);
    let head = git(&world.folder.path().join("clone"), &[], &["rev-parse", "HEAD"]);
    assert_eq!(success(&head), world.repo.git(&["rev-parse", "HEAD"]));
}

#[test]
fn a_key_can_be_refused() {
    let world = world();
    world.server.refuse_key();
    assert!(failure(&world.list()).contains("Permission denied (publickey)"));
}

#[test]
fn another_host_key_is_noticed() {
    let world = world();
    world.server.change_host_key();
    assert!(failure(&world.list()).contains("Host key verification failed"));
    world.server.trust_host();
    success(&world.list());
}

#[test]
fn nothing_else_can_be_run() {
    let world = world();
    let mut ssh = Command::new("ssh");
    let output = ssh.arg("-F").arg(world.server.config_file()).args(["any-host", "id"]).output();
    assert!(failure(&output.expect("ssh can be started")).contains("does not run: id"));
    assert!(
        failure(&world.git(&["ls-remote", &world.server.url("/none")])).contains("not appear to be a git")
    );
}

#[test]
fn nothing_is_left_behind() {
    let world = world();
    success(&world.list());
    let config = world.server.config_file();
    let folder = config.parent().expect("a folder").to_owned();
    drop(world.server);
    wait_until(|| processes_for(&folder) == 0);
    assert!(!folder.exists());
}

#[test]
fn the_other_systems_are_read_too() {
    let world = world();
    let mut hg = HgRepo::create();
    hg.file("a", "a");
    let commit = hg.commit();
    world.server.serve("/hg", hg.path());
    let ssh = format!("ui.ssh={}", world.server.ssh_command());
    let mut client = Command::new("hg");
    client.env("HGRCPATH", "").args(["--config", &ssh, "identify", "--debug", &world.server.url("/hg")]);
    assert!(success(&client.output().expect("hg can be started")).contains(&commit));

    let svn = SvnRepo::create(|_| {});
    world.server.serve("/svn", &svn.path());
    let mut client = Command::new("svn");
    client.env("SVN_SSH", world.server.ssh_command()).args(["info", "--show-item", "revision"]);
    client.arg(world.server.url("/svn").replace("ssh://", "svn+ssh://"));
    assert_eq!(success(&client.output().expect("svn can be started")).trim(), "0");
}
