//! Mercurial.

use std::process::Command;

use tempfile::TempDir;
use testkit::repo::{HgRepo, HgServe};

use super::success;

#[test]
fn a_repository_is_made_and_served() {
    let mut repo = HgRepo::create();
    repo.file("go.mod", "module m\n");
    repo.symlink("sub/link", "../go.mod");
    let first = repo.commit();
    repo.tag("v1.0.0", &first);
    repo.update(&first);
    repo.branch("side");
    repo.file("a.go", "package a\n");
    repo.commit();
    assert_eq!(first, "87cfb5c29dd770fe9916feaeb242d9339ad40ed6", "the same everywhere");
    assert_eq!(
        repo.hg(&["log", "--rev", "v1.0.0", "--template", "{node} {date|hgdate}"]),
        format!("{first} 1704067200 0")
    );

    let (server, folder) = (HgServe::start(&repo), TempDir::new().expect("a folder"));
    let mut client = Command::new("hg");
    client.env("HGRCPATH", "").current_dir(folder.path()).args([
        "clone",
        "--noupdate",
        &server.url(),
        "clone",
    ]);
    success(&client.output().expect("hg can be started"));
    let heads = Command::new("hg")
        .env("HGRCPATH", "")
        .args(["--cwd", "clone", "branches"])
        .current_dir(folder.path())
        .output();
    assert!(success(&heads.expect("hg can be started")).contains("side"));
}
