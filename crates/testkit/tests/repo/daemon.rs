//! git over its own protocol.

use tempfile::TempDir;
use testkit::repo::GitDaemon;

use super::{failure, git, sample, success};

#[test]
fn a_repository_is_cloned() {
    let (server, repo, folder) = (GitDaemon::start(), sample(), TempDir::new().expect("a folder"));
    server.serve("/ex/repo", &repo);
    success(&git(folder.path(), &[], &["clone", "--bare", &server.url("/ex/repo"), "clone"]));
    let tags = git(&folder.path().join("clone"), &[], &["tag"]);
    assert_eq!(success(&tags), "v1.0.0\nv1.1.0\n");
    assert_eq!(server.connections(), 1);
    let unknown = git(folder.path(), &[], &["ls-remote", &server.url("/none")]);
    assert!(failure(&unknown).contains("no such repository"));
}
