//! Time and room.

use std::fs;
use std::time::Duration;

use source::{FailureKind, Symptom};
use testkit::repo::{GitHttps, GitRepo, HttpsFault, Tree};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout};
use vcs::{Access, GitOptions, Job, Need};

use crate::kit::{Kit, LONG, Sample, job, trusting, with_access, with_ca, with_files};

/// A repository whose every version has a file of a megabyte that does not compress.
fn large(versions: usize) -> GitRepo {
    GitRepo::create(|history| {
        let mut parents = Vec::new();
        for version in 1..=versions {
            let mut state = version as u64;
            let noise: Vec<u8> = std::iter::repeat_with(|| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 56) as u8
            })
            .take(1 << 20)
            .collect();
            parents = vec![history.commit(&parents, &Tree::new().file("noise", noise))];
            history.tag(&format!("v1.{version}.0"), parents[0]);
        }
        history.branch("main", parents[0]);
    })
}

#[tokio::test]
async fn the_deadline_ends_ssh_and_all_that_git_has_started() {
    let kit = Kit::new(GitOptions::default());
    let lock = kit.home.path().join("lock");
    let held = kit.home.path().join("held");
    kit.program(
        "ssh",
        &format!("exec 9>>{0}\nflock 9\ntouch {1}\nsleep 1000 & sleep 1000", lock.display(), held.display()),
    );
    let asked = kit.open("ssh://git@example.com/a");
    let now = Instant::now();
    let brief = Job { deadline: now + Duration::from_secs(1), not_before: now };
    let error = asked.stat("main", Need::Files, &brief).await.unwrap_err();
    assert_eq!((error.kind, error.symptom), (FailureKind::Unavailable, Symptom::Silent), "{error}");
    assert!(held.exists(), "ssh was started");
    let file = fs::File::open(&lock).unwrap();
    timeout(LONG, spawn_blocking(move || file.lock().unwrap())).await.expect("all have ended").unwrap();
}

#[tokio::test]
async fn a_fetch_that_nobody_waits_for_ends() {
    let (sample, server) = (Sample::new(), GitHttps::start());
    server.serve("/a", &sample.repo);
    let mut kit = Kit::of_server(&server);
    let asked = kit.open(&server.url("/a"));
    let refs_known = Instant::now();
    asked.refs(&job()).await.unwrap();
    server.fault("git-upload-pack", HttpsFault::StallAfter(10));
    let brief = Job { deadline: Instant::now() + Duration::from_secs(1), not_before: refs_known };
    let error = asked.stat("v1.0.0", Need::Files, &brief).await.unwrap_err();
    assert_eq!(error.symptom, Symptom::Silent, "{error}");
    server.heal();
    // This process may leave the host alone for a while.
    kit.reopen(with_ca(&server));
    kit.open(&server.url("/a")).stat("v1.0.0", Need::Files, &job()).await.unwrap();
}

#[tokio::test]
async fn a_server_that_stalls_in_the_middle_is_given_up() {
    let server = GitHttps::start();
    let repo = large(1);
    server.serve("/a", &repo);
    let impatient = || with_access(Access { stall_time_max: Duration::from_secs(1), ..trusting(&server) });
    let mut kit = Kit::new(impatient());
    let asked = kit.open(&server.url("/a"));
    let since = Instant::now();
    asked.refs(&job()).await.unwrap();
    server.fault_first("git-upload-pack", 2, HttpsFault::StallAfter(100_000));
    let stalled = Job { deadline: Instant::now() + LONG, not_before: since };
    let error = asked.stat("v1.1.0", Need::Files, &stalled).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Unavailable, "{error}");
    assert!(since.elapsed() < LONG / 2);
    server.heal();
    // This process leaves the host alone for a while.
    kit.reopen(impatient());
    kit.open(&server.url("/a")).stat("v1.1.0", Need::Files, &stalled).await.unwrap();
}

#[tokio::test]
async fn a_repository_that_is_too_large_is_refused_and_leaves_nothing() {
    let repo = large(1);
    let kit = Kit::new(GitOptions { repository_bytes_max: 500_000, ..with_files() });
    let error = kit.open(&repo.url()).stat("v1.1.0", Need::Files, &job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Refused, "{error}");
    assert!(error.message.contains("500000 bytes"), "{error}");
    assert!(!kit.folder().join("whole.git").exists());
}

#[tokio::test]
async fn a_repository_that_grows_too_large_is_not_taken_in_to_its_end() {
    let (repo, server) = (large(1), GitHttps::start());
    server.serve("/a", &repo);
    server.fault("/a/git-upload-pack", HttpsFault::StallAfter(900_000));
    let kit = Kit::new(GitOptions {
        repository_bytes_max: 500_000,
        ..with_access(Access { stall_time_max: LONG, ..trusting(&server) })
    });
    let error = kit.open(&server.url("/a")).stat("v1.1.0", Need::Files, &job()).await.unwrap_err();
    assert_eq!(error.kind, FailureKind::Refused, "{error}");
}

#[tokio::test]
async fn old_versions_make_room_for_new_ones() {
    let repo = large(4);
    let kit = Kit::new(GitOptions { repository_bytes_max: 3_000_000, ..with_files() });
    let asked = kit.open(&repo.url());
    for tag in ["v1.1.0", "v1.2.0", "v1.3.0", "v1.4.0"] {
        asked.stat(tag, Need::Files, &job()).await.unwrap();
    }
    assert!(kit.packs("whole.git").len() < 4);
}

#[tokio::test]
async fn a_store_of_a_thousand_packs_begins_anew() {
    let (sample, kit) = (Sample::new(), Kit::new(with_files()));
    let asked = kit.open(&sample.repo.url());
    asked.stat("v1.0.0", Need::Files, &job()).await.unwrap();
    let packs = kit.folder().join("whole.git/objects/pack");
    for at in 0..1000 {
        fs::write(packs.join(format!("pack-{at}.pack")), "").unwrap();
    }
    asked.stat("v1.1.0", Need::Files, &job()).await.unwrap();
    assert_eq!(kit.packs("whole.git").len(), 1);
    asked.stat("v1.0.0", Need::Files, &job()).await.unwrap();
    assert_eq!(kit.packs("whole.git").len(), 2, "what was here before is fetched when it is asked for");
}

#[tokio::test]
async fn repositories_that_are_not_used_make_room() {
    let (first, second) = (large(1), large(1));
    let kit = Kit::new(GitOptions { cache_bytes_max: 1_500_000, ..with_files() });
    kit.open(&first.url()).stat("v1.1.0", Need::Files, &job()).await.unwrap();
    let oldest = kit.folder();
    kit.open(&second.url()).stat("v1.1.0", Need::Files, &job()).await.unwrap();
    let gone = async {
        while oldest.exists() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(LONG, gone).await.expect("the oldest goes");
    kit.open(&first.url()).stat("v1.1.0", Need::Files, &job()).await.unwrap();
}
