//! What is new at a remote, and what it has taken back.

use testkit::repo::{HgRepo, HgServe};
use tokio::time::Instant;
use vcs::Need;

use crate::kit::{Kit, Sample, job, job_since, with_files};

#[tokio::test]
async fn what_is_new_is_seen_when_freshness_is_wanted() {
    let (mut sample, kit) = (Sample::new(), Kit::new(with_files()));
    let asked = kit.open(&sample.repo.url());
    let before = Instant::now();
    asked.stat("v1.0.0", Need::Files, &job()).await.unwrap();
    sample.repo.file("new.go", "package a\n");
    let new = sample.repo.commit();
    sample.repo.tag("v1.2.0", &new);
    let error = asked.stat("v1.2.0", Need::Files, &job_since(before)).await.unwrap_err();
    assert!(error.is_not_found(), "{error}");
    assert_eq!(kit.calls("pull"), 0, "what is known since then is fresh enough");
    assert_eq!(asked.stat("v1.2.0", Need::Files, &job()).await.unwrap().id.as_str(), new);
    assert_eq!((kit.calls("clone"), kit.calls("pull")), (1, 1));
}

#[tokio::test]
async fn a_commit_that_is_known_by_its_hash_needs_no_remote() {
    let (sample, kit) = (Sample::new(), Kit::new(with_files()));
    let server = HgServe::start(&sample.repo);
    let asked = kit.open(&server.url());
    let since = Instant::now();
    asked.stat("tip", Need::Files, &job()).await.unwrap();
    drop(server);
    let commit = asked.stat(sample.hash(0), Need::Files, &job_since(since)).await.unwrap();
    asked.read_file(&commit.id, "go.mod", 100, &job()).await.unwrap();
    asked.tree(&commit.id, "", &job()).await.unwrap();
}

#[tokio::test]
async fn bookmarks_and_tags_that_move_are_followed() {
    let (sample, kit) = (Sample::new(), Kit::new(with_files()));
    let server = HgServe::start(&sample.repo);
    let asked = kit.open(&server.url());
    asked.stat("mark", Need::Files, &job()).await.unwrap();
    let second = sample.hash(1).to_owned();
    sample.repo.hg(&["bookmark", "--force", "--rev", &second, "mark"]);
    assert_eq!(asked.stat("mark", Need::Files, &job()).await.unwrap().id.as_str(), second);
    sample.repo.hg(&["bookmark", "--delete", "mark"]);
    assert!(asked.stat("mark", Need::Files, &job()).await.unwrap_err().is_not_found());
    sample.repo.hg(&["tag", "--force", "--rev", &second, "v1.0.0"]);
    assert_eq!(asked.stat("v1.0.0", Need::Files, &job()).await.unwrap().id.as_str(), second);
    sample.repo.hg(&["tag", "--remove", "v1.0.0"]);
    assert!(asked.stat("v1.0.0", Need::Files, &job()).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn commits_that_the_remote_has_taken_back_are_gone() {
    let (sample, kit) = (Sample::new(), Kit::new(with_files()));
    let asked = kit.open(&sample.repo.url());
    let beside = sample.hash(2);
    asked.stat(beside, Need::Files, &job()).await.unwrap();
    sample.repo.hg(&["--config=extensions.strip=", "strip", "--no-backup", "--rev", beside]);
    for revision in [beside, "beside"] {
        let error = asked.stat(revision, Need::Files, &job()).await.expect_err(revision);
        assert!(error.is_not_found(), "{error}");
    }
    assert_eq!(kit.calls("clone"), 2);
}

#[tokio::test]
async fn another_repository_in_its_place_is_cloned_anew() {
    let (sample, kit) = (Sample::new(), Kit::new(with_files()));
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("repo");
    let put = |repo: &HgRepo| {
        let _ = std::fs::remove_file(&place);
        std::os::unix::fs::symlink(repo.path(), &place).unwrap();
    };
    put(&sample.repo);
    let asked = kit.open(&format!("file://{}", place.display()));
    asked.stat("v1.0.0", Need::Files, &job()).await.unwrap();
    let mut other = HgRepo::create();
    other.file("other.go", "package other\n");
    let commit = other.commit();
    put(&other);
    assert_eq!(asked.stat("tip", Need::Files, &job()).await.unwrap().id.as_str(), commit);
    assert!(asked.stat("v1.0.0", Need::Files, &job()).await.unwrap_err().is_not_found());
}

#[tokio::test]
async fn fifty_askers_are_one_clone() {
    let (sample, kit) = (Sample::new(), Kit::new(with_files()));
    let asked = kit.open(&sample.repo.url());
    let asking = (0..50).map(|_| {
        let asked = asked.clone();
        tokio::spawn(async move { asked.stat("v1.0.0", Need::Files, &job()).await })
    });
    for asking in asking.collect::<Vec<_>>() {
        asking.await.unwrap().unwrap();
    }
    assert_eq!(kit.calls("clone"), 1);
    assert!(kit.calls("pull") <= 2, "{}", kit.said());
}
