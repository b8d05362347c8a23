//! Time, room, and what is not installed.

use std::fs;
use std::time::Duration;

use source::{FailureKind, Symptom};
use testkit::repo::{SvnChange, SvnRepo};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout};
use vcs::{Job, Need, Programs, Remotes, Route, SvnClient, SvnOptions};

use crate::kit::{Kit, LONG, job, with_files};

#[tokio::test]
async fn a_missing_client_is_told_with_its_package() {
    let home = tempfile::tempdir().unwrap();
    let environment = [("PATH", home.path())].into_iter().collect();
    let client = SvnClient::new(home.path().join("cache"), with_files(), Programs::new(1, environment));
    let url = "svn://example.com/a".to_owned();
    let asked = client.open(&Remotes { ways: vec![Route::vouched(&*url)], url }).unwrap();
    let error = asked.stat("latest", Need::Files, &job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Unavailable, "that we cannot look is no word of the repository");
    assert!(error.message.contains("`svn` is not installed"), "{error}");
    assert!(error.message.contains("apt-get install subversion"), "{error}");
}

#[tokio::test]
async fn the_deadline_ends_ssh_and_all_that_svn_has_started() {
    let kit = Kit::new(SvnOptions::default());
    let (lock, held) = (kit.home.path().join("lock"), kit.home.path().join("held"));
    let script = "exec 9>>LOCK\nflock 9\ntouch HELD\nsleep 1000 & sleep 1000";
    let script = script.replace("LOCK", lock.to_str().unwrap()).replace("HELD", held.to_str().unwrap());
    kit.program("ssh", &script);
    let asked = kit.open("svn+ssh://svn@example.com/a");
    let now = Instant::now();
    let brief = Job { deadline: now + Duration::from_secs(1), not_before: now };
    let error = asked.stat("latest", Need::Files, &brief).await.unwrap_err();
    assert_eq!((error.kind, error.symptom), (FailureKind::Unavailable, Symptom::Silent), "{error}");
    assert!(held.exists(), "ssh was started");
    let file = fs::File::open(&lock).unwrap();
    timeout(LONG, spawn_blocking(move || file.lock().unwrap())).await.expect("all have ended").unwrap();
}

#[tokio::test]
async fn a_call_takes_no_longer_than_it_may() {
    let kit = Kit::new(SvnOptions { call_time_max: Duration::from_millis(200), ..with_files() });
    kit.program("ssh", "exec sleep 1000");
    let error = kit.open("svn+ssh://svn@example.com/a").refs(&job()).await.unwrap_err();
    assert_eq!(error.symptom, Symptom::Silent, "{error}");
}

#[tokio::test]
async fn a_module_that_is_too_large_is_refused_and_leaves_nothing() {
    let repo = SvnRepo::create(|history| {
        history.commit(&SvnChange::new().file("zeros", vec![b'0'; 1 << 20]));
    });
    let kit = Kit::new(SvnOptions { export_bytes_max: 500_000, ..with_files() });
    let asked = kit.open(&repo.url());
    let id = asked.stat("latest", Need::Files, &job()).await.unwrap().id;
    let error = asked.archive(&id, "", &job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Refused, "{error}");
    assert!(error.message.contains("500000 bytes"), "{error}");
    assert_eq!(kit.left(), [""; 0]);
}

#[tokio::test]
async fn an_export_that_grows_without_end_is_ended() {
    let kit = Kit::new(SvnOptions { export_bytes_max: 500_000, ..with_files() });
    let repo = SvnRepo::create(|history| {
        history.commit(&SvnChange::new().file("a", "x"));
    });
    let asked = kit.open(&repo.url());
    let id = asked.stat("latest", Need::Files, &job()).await.unwrap().id;
    kit.program("svn", "for last in \"$@\"; do :; done\nhead -c 1000000 /dev/zero > \"$last\"\nsleep 1000");
    let error = asked.archive(&id, "", &job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Refused, "{error}");
    assert_eq!(kit.left(), [""; 0]);
}

#[tokio::test]
async fn a_tree_that_grows_without_end_is_refused() {
    let repo = SvnRepo::create(|history| {
        let file = |change: SvnChange, at: u32| change.file(&format!("f{at}"), "x");
        history.commit(&(0..11).fold(SvnChange::new(), file));
    });
    let kit = Kit::new(SvnOptions { tree_entries_max: 10, ..with_files() });
    let asked = kit.open(&repo.url());
    let id = asked.stat("latest", Need::Files, &job()).await.unwrap().id;
    assert_eq!(asked.tree(&id, "", &job()).await.unwrap_err().kind, FailureKind::Refused);
}
