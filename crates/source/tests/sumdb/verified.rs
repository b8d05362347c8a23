//! Places held to the hashes of a database, or to those first seen.

use std::sync::Arc;
use std::time::SystemTime;

use gomod::gosum::GoSum;
use source::first_seen::InMemory;
use source::upstream::{HttpClient, HttpOptions};
use source::{
    Answer, Ask, Checked, Ctx, Failure, FailureKind, FirstSeen, Ledger, Progress, Source, Spool, Stage,
    Subject, Upstream, Verified,
};
use testkit::{FakeUpstream, Module};

use super::scene::{Memory, ctx, database, mirror, module, open, version};

pub(crate) fn place(
    upstream: &FakeUpstream,
    ledger: &Arc<Ledger>,
    spool: &std::path::Path,
) -> impl Source + use<> {
    Verified::new(checked(upstream, spool), ledger.clone())
}

fn checked(upstream: &FakeUpstream, spool: &std::path::Path) -> Checked<Upstream> {
    let client = HttpClient::new(&HttpOptions::default()).unwrap();
    let upstream = Upstream::new(&upstream.url(), &client).unwrap();
    Checked::new(upstream, Spool::new(spool)).leaving_flaws_to_a_ledger()
}

fn tampered(name: &str) -> Module {
    let path = format!("example.com/{name}");
    Module::new(&path, "v1.0.0")
        .file("go.mod", format!("module {path}\n\ngo 1.21\n"))
        .file("a.go", "package b\n")
}

pub(crate) async fn get(place: &impl Source, ask: &Ask) -> Result<Answer, Failure> {
    place.ask(ask, &ctx()).await
}

fn both(name: &str) -> [Ask; 2] {
    [Ask::Mod(version(name)), Ask::Zip(version(name))]
}

#[tokio::test]
async fn only_what_the_database_vouches_for_passes() {
    let db = database(300);
    db.add(&module("a"));
    let folder = tempfile::tempdir().unwrap();
    let way = mirror(&db);
    let database = Arc::new(open(&db, &[&way], &Memory::default()).await);
    let ledger = Arc::new(Ledger::new(Some(database), Arc::new(InMemory::default()), SystemTime::now));
    for (served, passes) in [(module("a"), true), (tampered("a"), false)] {
        let upstream = FakeUpstream::builder().module(served).start();
        let place = place(&upstream, &ledger, folder.path());
        for ask in both("a") {
            match get(&place, &ask).await {
                Ok(answer) => {
                    assert!(passes && answer.assurance.to_string().starts_with("verified:"), "{ask}");
                }
                Err(failure) => {
                    assert!(!passes && failure.kind() == FailureKind::Mismatch, "{ask}: {failure}");
                    for word in ["SECURITY", "example.com/a@v1.0.0", &upstream.url(), db.name()] {
                        assert!(failure.to_string().contains(word), "{failure} lacks {word}");
                    }
                    assert_eq!(failure.message().matches("h1:").count(), 2, "{failure}");
                }
            }
        }
    }
}

/// A database that answers is no sign of life of a place that does not.
#[tokio::test]
async fn how_far_the_database_is_is_not_told_as_how_far_the_place_is() {
    let (db, folder) = (database(300), tempfile::tempdir().unwrap());
    db.add(&module("a"));
    let (way, upstream) = (mirror(&db), FakeUpstream::builder().module(module("a")).start());
    let database = Arc::new(open(&db, &[&way], &Memory::default()).await);
    let kept = Arc::new(InMemory::default());
    let ledger = Arc::new(Ledger::new(Some(database.clone()), kept, SystemTime::now));
    let (place, gate) = (place(&upstream, &ledger, folder.path()), upstream.hold("*"));
    let progress = Progress::default();
    let ctx = Ctx { progress: Some(progress.clone()), ..ctx().ahead() };
    let zip = Ask::Zip(version("a"));
    let asking = async {
        gate.arrived(1).await;
        // It has answered by the time it has answered somebody else.
        database.sums(&version("a"), &super::scene::ctx()).await.unwrap();
        assert_eq!(progress.seen().stage, Stage::Asked);
        gate.release();
    };
    let (answer, ()) = tokio::join!(place.ask(&zip, &ctx), asking);
    assert!(answer.is_ok());
}

#[tokio::test]
async fn what_the_database_does_not_know_or_cannot_say_does_not_pass() {
    let db = database(300);
    let folder = tempfile::tempdir().unwrap();
    let (mut way, upstream) = (mirror(&db), FakeUpstream::builder().module(module("a")).start());
    let database = Arc::new(open(&db, &[&way], &Memory::default()).await);
    let ledger = Arc::new(Ledger::new(Some(database), Arc::new(InMemory::default()), SystemTime::now));
    let place = place(&upstream, &ledger, folder.path());
    let unknown = get(&place, &Ask::Zip(version("a"))).await.unwrap_err();
    assert_eq!(unknown.kind(), FailureKind::Unavailable);
    assert!(
        unknown.message().contains("knows no example.com/a@v1.0.0")
            && unknown.message().contains("GOPRIVATE")
    );
    way.stop();
    db.add(&module("a"));
    let unreachable = get(&place, &Ask::Zip(version("a"))).await.unwrap_err();
    assert_eq!(unreachable.kind(), FailureKind::Unavailable, "{unreachable}");
    assert!(
        get(&place, &Ask::Latest(version("a").path().clone())).await.is_ok(),
        "what has no hash needs none"
    );
}

#[tokio::test]
async fn without_a_database_the_first_one_seen_counts() {
    let folder = tempfile::tempdir().unwrap();
    let seen = Arc::new(InMemory::default());
    let ledger = Arc::new(Ledger::new(None, seen.clone(), SystemTime::now));
    let (first, later) = (module("a"), tampered("a"));
    let [first, later] = [first, later].map(|module| FakeUpstream::builder().module(module).start());
    let (first, later) = (place(&first, &ledger, folder.path()), place(&later, &ledger, folder.path()));
    for ask in both("a") {
        assert_eq!(get(&first, &ask).await.unwrap().assurance.to_string(), "first-seen");
        let differs = get(&later, &ask).await.unwrap_err();
        assert_eq!(differs.kind(), FailureKind::Mismatch, "{differs}");
        assert!(differs.message().contains("modkeep store accept"), "{differs}");
        assert!(get(&first, &ask).await.is_ok());
    }
    assert!(seen.recall(&version("a"), Subject::Zip).await.unwrap().is_some());
}

/// What go refuses it shall see itself, if it is what the database has (and with that what everybody else gets).
#[tokio::test]
async fn a_zip_that_go_would_refuse_passes_when_the_database_has_its_hash_and_only_then() {
    let folder = tempfile::tempdir().unwrap();
    let nested = |name: &str| module(name).file("sub/go.mod", format!("module example.com/{name}/sub\n"));
    let db = database(300);
    db.add(&nested("a"));
    let (way, zip) = (mirror(&db), Ask::Zip(version("a")));
    let database = Arc::new(open(&db, &[&way], &Memory::default()).await);
    let upstream = FakeUpstream::builder().module(nested("a")).start();
    for (database, passes) in [(Some(database), true), (None, false)] {
        let ledger = Arc::new(Ledger::new(database, Arc::new(InMemory::default()), SystemTime::now));
        match get(&place(&upstream, &ledger, folder.path()), &zip).await {
            Ok(answer) => {
                assert!(
                    passes && answer.flaw.is_none() && answer.assurance.to_string().starts_with("verified:")
                );
            }
            Err(failure) => {
                assert!(!passes && failure.kind() == FailureKind::Unavailable, "{failure}");
                assert!(failure.message().contains("go.mod file not in module root directory"), "{failure}");
            }
        }
    }
}

/// The second entry of the directory, pointed at the bytes of the first.
fn overlapping(zip: &[u8]) -> Vec<u8> {
    let is_entry = |at: &usize| zip[*at..].starts_with(b"PK\x01\x02");
    let entries: Vec<usize> = (0..zip.len()).filter(is_entry).collect();
    let mut zip = zip.to_vec();
    zip.copy_within(entries[0] + 42..entries[0] + 46, entries[1] + 42);
    zip
}

/// Many files that share their bytes make a small zip that takes hours to hash: other flaws are for the database to judge by the hash.
#[tokio::test]
async fn a_zip_whose_entries_overlap_is_refused_without_a_hash() {
    let folder = tempfile::tempdir().unwrap();
    let (nested, honest) = (module("a").file("sub/go.mod", "module example.com/a/sub\n"), module("a"));
    let shared = overlapping(&honest.zip());
    for (served, has_hash) in [(nested, true), (honest.raw_zip(shared), false)] {
        let upstream = FakeUpstream::builder().module(served).start();
        match get(&checked(&upstream, folder.path()), &Ask::Zip(version("a"))).await {
            Ok(answer) => assert!(has_hash && answer.h1.is_some() && answer.flaw.is_some()),
            Err(failure) => assert!(!has_hash && failure.message().contains("overlap"), "{failure}"),
        }
    }
}

#[tokio::test]
async fn what_go_sum_lists_decides_alone_and_vouches_for_nobody_else() {
    let db = database(300);
    let folder = tempfile::tempdir().unwrap();
    let way = mirror(&db);
    let database = Arc::new(open(&db, &[&way], &Memory::default()).await);
    let (good, bad) = (module("a"), tampered("a"));
    let pins = Arc::new(GoSum::parse(good.go_sum_lines().as_bytes()).unwrap());
    let ledger = Ledger::new(Some(database), Arc::new(InMemory::default()), SystemTime::now).pinned_by(pins);
    let ledger = Arc::new(ledger);
    for (served, passes) in [(good, true), (bad, false)] {
        let upstream = FakeUpstream::builder().module(served).start();
        let place = place(&upstream, &ledger, folder.path());
        for ask in both("a") {
            assert!(ledger.pins(&ask));
            match get(&place, &ask).await {
                Ok(answer) => assert!(passes && answer.assurance.to_string() == "well-formed", "{ask}"),
                Err(failure) => {
                    assert!(!passes && failure.kind() == FailureKind::Mismatch, "{ask}: {failure}");
                    assert!(failure.message().contains("go.sum says"), "{failure}");
                }
            }
        }
    }
    assert!(way.requests().is_empty(), "whom go.sum answers need not be asked");
}
