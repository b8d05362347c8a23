//! Many askers, few fetches.

use std::sync::Arc;

use futures_util::future::join_all;
use testkit::repo::{GitHttps, GitRepo, HttpsFault, Tree};
use tokio::time::Instant;
use vcs::{GitOptions, Need};

use crate::kit::{Kit, Sample, files, job, job_since, with_ca, with_files};

#[tokio::test]
async fn fifty_askers_for_fifty_versions_are_few_fetches() {
    let repo = GitRepo::create(|history| {
        let mut parents = Vec::new();
        for at in 0..50 {
            let tree = Tree::new().file("go.mod", "module a\n").file("v", at.to_string());
            parents = vec![history.commit(&parents, &tree)];
            history.tag(&format!("v1.{at}.0"), parents[0]);
        }
        history.branch("main", parents[0]);
    });
    let kit = Kit::new(with_files());
    let asked = kit.open(&repo.url());
    let since = Instant::now();
    let ask = |at: usize| {
        let asked = Arc::clone(&asked);
        async move {
            let job = job_since(since);
            let commit = asked.stat(&format!("v1.{at}.0"), Need::Files, &job).await.unwrap().id;
            let files = files(asked.archive(&commit, "", &job).await.unwrap()).await;
            assert_eq!(files[1], ("v".to_owned(), at.to_string()));
        }
    };
    join_all((0..50).map(ask)).await;
    assert_eq!(kit.calls("ls-remote"), 1);
    assert!(kit.calls("fetch") <= 3, "{}", kit.calls("fetch"));
}

#[tokio::test]
async fn refs_that_are_fresh_enough_are_not_asked_for_again() {
    let (sample, kit) = (Sample::new(), Kit::new(with_files()));
    let asked = kit.open(&sample.repo.url());
    let since = Instant::now();
    for tag in ["v1.0.0", "v1.1.0", "v1.0.0"] {
        asked.stat(tag, Need::Files, &job_since(since)).await.unwrap();
    }
    assert_eq!((kit.calls("ls-remote"), kit.calls("fetch")), (1, 2));
    asked.refs(&job()).await.unwrap();
    assert_eq!(kit.calls("ls-remote"), 2);
}

#[tokio::test]
async fn the_first_version_comes_while_the_tags_are_asked_for() {
    let (sample, server) = (Sample::new(), GitHttps::start());
    server.serve("/a", &sample.repo);
    let kit = Kit::of_server(&server);
    // Git stays for a moment at its question for the tags, so that a fetch after it would be told apart.
    let diary = kit.home.path().join("order");
    let script = format!(
        "case \"$1\" in ls-remote) until [ -e {diary} ]; do :; done;; fetch) touch {diary};; esac\nexec /usr/bin/env PATH=/usr/bin:/bin git \"$@\"",
        diary = diary.display()
    );
    kit.program("git", &script);
    let asked = kit.open(&server.url("/a"));
    let commit = asked.stat("v1.2.0", Need::Files, &job()).await.unwrap();
    assert_eq!(commit.id.as_str(), sample.hash(2));
    assert!(kit.folder().join("whole.git/refs/whole").join(sample.hash(2)).exists());
}

#[tokio::test]
async fn two_processes_share_what_is_there() {
    let (sample, mut kit) = (Sample::new(), Kit::new(with_files()));
    let url = sample.repo.url();
    kit.open(&url).stat("v1.0.0", Need::Files, &job()).await.unwrap();
    let fetched = kit.calls("fetch");
    kit.reopen(with_files());
    let asked = kit.open(&url);
    let commit = asked.stat("main", Need::Files, &job()).await.unwrap().id;
    assert_eq!(kit.calls("fetch"), fetched + 1);
    kit.reopen(with_files());
    files(kit.open(&url).archive(&commit, "", &job()).await.unwrap()).await;
    assert_eq!(kit.calls("fetch"), fetched + 1);
}

#[tokio::test]
async fn the_versions_beside_come_when_nobody_waits() {
    let (sample, server) = (Sample::new(), GitHttps::start());
    server.serve("/a", &sample.repo);
    let kit = Kit::new(GitOptions { tags_ahead: 1, ..with_ca(&server) });
    let asked = kit.open(&server.url("/a"));
    let since = Instant::now();
    asked.stat("v1.0.0", Need::Files, &job_since(since)).await.unwrap();
    let next = kit.folder().join("whole.git/refs/whole").join(sample.hash(1));
    while !next.exists() {
        tokio::task::yield_now().await;
    }
    server.fault("/a", HttpsFault::HangUp);
    let commit = asked.stat("v1.1.0", Need::Files, &job_since(since)).await.unwrap();
    assert_eq!(commit.id.as_str(), sample.hash(1));
}
