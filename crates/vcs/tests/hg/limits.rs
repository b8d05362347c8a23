//! Time, room, and what is not installed.

use std::fs;
use std::time::Duration;

use source::{FailureKind, Symptom};
use testkit::repo::HgRepo;
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout};
use vcs::{HgCache, HgOptions, Job, Need, Programs, Remotes, Route};

use crate::kit::{Kit, LONG, Sample, job, with_files};

/// A repository with a file of a megabyte that does not compress.
fn large() -> HgRepo {
    let mut repo = HgRepo::create();
    repo.file("noise", testkit::module::noise(1 << 20));
    repo.commit();
    repo
}

#[tokio::test]
async fn a_missing_client_is_told_with_its_package() {
    let home = tempfile::tempdir().unwrap();
    let environment = [("PATH", home.path())].into_iter().collect();
    let cache = HgCache::new(home.path().join("cache"), with_files(), Programs::new(1, environment));
    let url = "https://example.com/a".to_owned();
    let asked = cache.open(&Remotes { ways: vec![Route::vouched(&*url)], url }).unwrap();
    let error = asked.stat("v1.0.0", Need::Files, &job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Unavailable, "that we cannot look is no word of the repository");
    assert!(error.message.contains("`hg` is not installed"), "{error}");
    assert!(error.message.contains("apt-get install mercurial"), "{error}");
}

#[tokio::test]
async fn the_deadline_ends_ssh_and_all_that_hg_has_started() {
    let kit = Kit::new(HgOptions::default());
    let (lock, held) = (kit.home.path().join("lock"), kit.home.path().join("held"));
    let script = "exec 9>>LOCK\nflock 9\ntouch HELD\nsleep 1000 & sleep 1000";
    let script = script.replace("LOCK", lock.to_str().unwrap()).replace("HELD", held.to_str().unwrap());
    kit.program("ssh", &script);
    let asked = kit.open("ssh://hg@example.com/a");
    let now = Instant::now();
    let brief = Job { deadline: now + Duration::from_secs(2), not_before: now };
    let error = asked.stat("tip", Need::Files, &brief).await.unwrap_err();
    assert_eq!((error.kind, error.symptom), (FailureKind::Unavailable, Symptom::Silent), "{error}");
    assert!(held.exists(), "ssh was started");
    let file = fs::File::open(&lock).unwrap();
    timeout(LONG, spawn_blocking(move || file.lock().unwrap())).await.expect("all have ended").unwrap();
}

#[tokio::test]
async fn a_repository_that_is_too_large_is_refused_and_leaves_nothing() {
    let repo = large();
    let kit = Kit::new(HgOptions { repository_bytes_max: 500_000, ..with_files() });
    let error = kit.open(&repo.url()).stat("tip", Need::Files, &job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Refused, "{error}");
    assert!(error.message.contains("500000 bytes"), "{error}");
    assert!(!kit.clone().exists());
}

#[tokio::test]
async fn repositories_that_are_not_used_make_room() {
    let (first, second) = (large(), large());
    let kit = Kit::new(HgOptions { cache_bytes_max: 1_500_000, ..with_files() });
    kit.open(&first.url()).stat("tip", Need::Files, &job()).await.unwrap();
    let oldest = kit.clone();
    kit.open(&second.url()).stat("tip", Need::Files, &job()).await.unwrap();
    let gone = async {
        while oldest.exists() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(LONG, gone).await.expect("the oldest goes");
    kit.open(&first.url()).stat("tip", Need::Files, &job()).await.unwrap();
}

#[tokio::test]
async fn a_file_is_read_no_further_than_its_limit() {
    let (sample, kit) = (Sample::new(), Kit::new(with_files()));
    let asked = kit.open(&sample.repo.url());
    let commit = asked.stat("v1.0.0", Need::Files, &job()).await.unwrap().id;
    assert_eq!(asked.read_file(&commit, "go.mod", 21, &job()).await.unwrap().len(), 21);
    let error = asked.read_file(&commit, "go.mod", 20, &job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Refused, "{error}");
}
