//! Subversion.

use std::process::Command;

use testkit::repo::{SvnChange, SvnRepo, SvnServe};

use super::success;

fn svn(args: &[&str]) -> String {
    success(&Command::new("svn").arg("--non-interactive").args(args).output().expect("svn can be started"))
}

fn sample() -> SvnRepo {
    SvnRepo::create(|history| {
        let trunk = SvnChange::new().folder("trunk").folder("tags").file("trunk/go.mod", "module m\n");
        let first = history.commit(&trunk.file_with("trunk/link", "link go.mod", &[("svn:special", "*")]));
        history.commit(&SvnChange::new().copy("trunk", first, "tags/v1.0.0"));
        history.commit(&SvnChange::new().edit("trunk/go.mod", "module n\n").delete("trunk/link"));
    })
}

#[test]
fn everything_is_as_it_was_described() {
    let repo = sample();
    let url = repo.url();
    assert_eq!(
        svn(&["ls", "-R", &url]),
        "tags/\ntags/v1.0.0/\ntags/v1.0.0/go.mod\ntags/v1.0.0/link\ntrunk/\ntrunk/go.mod\n"
    );
    assert_eq!(svn(&["cat", &format!("{url}/tags/v1.0.0/go.mod")]), "module m\n");
    assert_eq!(svn(&["cat", &format!("{url}/trunk/go.mod")]), "module n\n");
    assert_eq!(svn(&["propget", "--revprop", "-r", "3", "svn:date", &url]), "2024-01-01T00:03:00.000000Z\n");
}

#[test]
fn it_is_served() {
    let (server, repo) = (SvnServe::start(), sample());
    server.serve("/ex/repo", &repo);
    assert_eq!(svn(&["cat", &server.url("/ex/repo/trunk/go.mod")]), "module n\n");
    assert!(server.connections() > 0);
}
