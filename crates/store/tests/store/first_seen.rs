//! The records of first-seen hashes: what counts, what an operator changes, and what a damaged one comes to.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use futures_util::StreamExt;
use futures_util::future::join_all;
use gomod::{H1, ModuleVersion};
use source::{Ask, FirstSeen, Origin, Sighting, Subject};
use store::conformance::vetted;
use store::disk::{FirstSeenLog, OnRecord, units_of};
use store::{DiskStore, Store};
use tempfile::TempDir;

use crate::common::{modules, open, serving, upstream};

fn module() -> ModuleVersion {
    ModuleVersion::parse(crate::common::PATH, "v1.0.0").unwrap()
}

fn h1(number: u8) -> H1 {
    H1::from_bytes([number; 32])
}

fn seen(number: u8) -> Sighting {
    let origin = Origin::new(format!("https://proxy{number}.example"));
    Sighting { h1: h1(number), origin, at: SystemTime::now(), accepted: false }
}

fn log() -> (TempDir, FirstSeenLog) {
    let folder = tempfile::tempdir().unwrap();
    let log = FirstSeenLog::open(folder.path()).unwrap();
    (folder, log)
}

fn record(folder: &Path) -> PathBuf {
    folder.join(".first-seen/example.com/!big/mod/@v/v1.0.0")
}

#[tokio::test]
async fn the_first_one_counts_for_each_hash_and_outlives_the_log() {
    let (folder, log) = log();
    let (zip, go_mod) = (seen(1), seen(2));
    assert_eq!(log.recall(&module(), Subject::Zip).await.unwrap(), None);
    assert!(!folder.path().join(".first-seen").exists(), "a look records nothing");
    assert_eq!(log.witness(&module(), Subject::Zip, zip.clone()).await.unwrap(), zip);
    assert_eq!(log.recall(&module(), Subject::GoMod).await.unwrap(), None);
    assert_eq!(log.witness(&module(), Subject::GoMod, go_mod.clone()).await.unwrap(), go_mod);
    drop(log);
    let log = FirstSeenLog::open(folder.path()).unwrap();
    assert_eq!(log.witness(&module(), Subject::Zip, seen(3)).await.unwrap(), zip);
    assert_eq!(log.recall(&module(), Subject::GoMod).await.unwrap(), Some(go_mod));
    let other = ModuleVersion::parse(crate::common::PATH, "v1.2.0").unwrap();
    assert_eq!(log.recall(&other, Subject::Zip).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn those_that_come_at_once_agree_on_one() {
    let (folder, log) = log();
    let logs = [log, FirstSeenLog::open(folder.path()).unwrap()];
    for minor in 0..20 {
        let module = ModuleVersion::parse(crate::common::PATH, &format!("v1.{minor}.0")).unwrap();
        let all = (0..8).map(|number| {
            let (log, module) = (logs[usize::from(number) % 2].clone(), module.clone());
            tokio::spawn(async move { log.witness(&module, Subject::Zip, seen(number)).await.unwrap() })
        });
        let all: Vec<Sighting> = join_all(all).await.into_iter().map(Result::unwrap).collect();
        assert!(all.iter().all(|one| *one == all[0]), "{all:?}");
    }
}

#[tokio::test]
async fn what_an_operator_accepts_counts_at_once_and_the_record_tells_the_story() {
    let (folder, log) = log();
    let operator = FirstSeenLog::open(folder.path()).unwrap();
    let (first, now) = (seen(1), SystemTime::now());
    log.witness(&module(), Subject::Zip, first.clone()).await.unwrap();
    log.witness(&module(), Subject::GoMod, seen(2)).await.unwrap();
    let before = operator.accept(&module(), Subject::Zip, h1(3), now).unwrap();
    assert_eq!(before, OnRecord::Sighting(first));
    let accepted = Sighting { h1: h1(3), origin: Origin::new("operator"), at: now, accepted: true };
    assert_eq!(log.witness(&module(), Subject::Zip, seen(1)).await.unwrap(), accepted);
    assert_eq!(log.recall(&module(), Subject::GoMod).await.unwrap().unwrap().h1, h1(2));
    let text = fs::read_to_string(record(folder.path())).unwrap();
    let told: Vec<&str> = text.lines().map(|line| line.split(' ').nth(2).unwrap()).collect();
    assert_eq!(told, ["seen", "seen", "accepted"], "{text}");
}

#[tokio::test]
async fn what_an_operator_accepts_before_it_is_seen_counts_too() {
    let (_folder, log) = log();
    let before = log.accept(&module(), Subject::GoMod, h1(1), SystemTime::now()).unwrap();
    assert_eq!(before, OnRecord::Nothing);
    assert_eq!(log.witness(&module(), Subject::GoMod, seen(2)).await.unwrap().h1, h1(1));
}

#[tokio::test]
async fn a_flipped_bit_is_an_error_that_changes_nothing_and_names_the_way_out() {
    let (folder, log) = log();
    let first = seen(1);
    log.witness(&module(), Subject::Zip, first.clone()).await.unwrap();
    let path = record(folder.path());
    let whole = fs::read(&path).unwrap();
    for bit in 0..whole.len() * 8 {
        let mut flipped = whole.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &flipped).unwrap();
        for subject in [Subject::Zip, Subject::GoMod] {
            let error = log.witness(&module(), subject, seen(2)).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidData, "bit {bit}");
            assert!(log.recall(&module(), subject).await.is_err(), "bit {bit}");
        }
        assert_eq!(fs::read(&path).unwrap(), flipped, "bit {bit}");
    }
    let told = log.witness(&module(), Subject::GoMod, seen(2)).await.unwrap_err().to_string();
    assert!(told.contains("modkeep store accept example.com/Big/mod v1.0.0/go.mod H1"), "{told}");
    assert!(told.contains(&path.display().to_string()), "{told}");
    let before = log.accept(&module(), Subject::GoMod, h1(3), SystemTime::now()).unwrap();
    assert_eq!(before, OnRecord::Damaged);
    assert_eq!(log.recall(&module(), Subject::GoMod).await.unwrap().unwrap().h1, h1(3));
    assert!(log.recall(&module(), Subject::Zip).await.is_err(), "nobody has said what counts for the zip");
}

#[tokio::test]
async fn a_draft_that_a_kill_cut_short_is_nothing() {
    let (folder, log) = log();
    let first = seen(1);
    log.witness(&module(), Subject::Zip, first.clone()).await.unwrap();
    let (path, draft) = (record(folder.path()), record(folder.path()).with_file_name(".v1.0.0.draft"));
    let text = fs::read(&path).unwrap();
    fs::write(&draft, [&text, &text[..40]].concat()).unwrap();
    assert_eq!(log.recall(&module(), Subject::Zip).await.unwrap(), Some(first.clone()));
    fs::rename(&path, path.with_file_name("v1.9.0")).unwrap();
    let second = seen(2);
    assert_eq!(log.witness(&module(), Subject::Zip, second.clone()).await.unwrap(), second);
    assert_eq!(log.recall(&module(), Subject::Zip).await.unwrap(), Some(second));
    let moved = ModuleVersion::parse(crate::common::PATH, "v1.9.0").unwrap();
    assert!(log.recall(&moved, Subject::Zip).await.is_err(), "it is another version's");
}

#[tokio::test]
async fn what_is_no_record_is_never_taken_for_none() {
    let (folder, log) = log();
    let path = record(folder.path());
    fs::create_dir_all(&path).unwrap();
    let told = log.witness(&module(), Subject::Zip, seen(1)).await.unwrap_err().to_string();
    assert!(told.contains("it is not a regular file"), "{told}");
    fs::remove_dir(&path).unwrap();
    fs::write(&path, "").unwrap();
    assert!(log.witness(&module(), Subject::Zip, seen(1)).await.is_err());
    fs::write(&path, vec![b'\n'; 2 << 20]).unwrap();
    let told = log.witness(&module(), Subject::Zip, seen(1)).await.unwrap_err().to_string();
    assert!(told.contains("larger than the limit"), "{told}");
    fs::remove_file(&path).unwrap();
    fs::remove_dir_all(folder.path().join(".first-seen")).unwrap();
    fs::write(folder.path().join(".first-seen"), "").unwrap();
    let told = log.witness(&module(), Subject::Zip, seen(1)).await.unwrap_err().to_string();
    assert!(told.contains("cannot read the record of hashes seen first"), "{told}");
}

#[tokio::test]
async fn records_are_no_artifacts_and_outlive_a_start_after_a_crash() {
    let (folder, log) = log();
    let first = seen(1);
    log.witness(&module(), Subject::Zip, first.clone()).await.unwrap();
    // No mark of a peaceful end: the whole folder is walked.
    let store = open(folder.path());
    assert_eq!(store.entries().count().await, 0);
    assert_eq!(units_of(folder.path()).count(), 0);
    drop(store);
    assert_eq!(log.recall(&module(), Subject::Zip).await.unwrap(), Some(first));
}

#[tokio::test]
async fn what_root_accepts_belongs_to_the_owner_of_the_folder() {
    let (folder, log) = log();
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    if is_root {
        chown(folder.path(), Some(65534), Some(65534)).unwrap();
    }
    let owner = fs::metadata(folder.path()).unwrap().uid();
    log.accept(&module(), Subject::Zip, h1(1), SystemTime::now()).unwrap();
    let path = record(folder.path());
    let lock = path.with_file_name(".lock");
    for made in path.ancestors().chain([&*lock]).take_while(|above| *above != folder.path()) {
        assert_eq!(fs::metadata(made).unwrap().uid(), owner, "{}", made.display());
    }
    assert_eq!(fs::metadata(lock).unwrap().uid(), owner);
}

/// Everything of the first module, kept, and the folder under the store that keeps it.
async fn kept() -> (TempDir, DiskStore, H1) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let fake = upstream();
    let serving = serving(&store, &fake);
    let (zip, go_mod) = (Ask::Zip(module()), Ask::Mod(module()));
    let info = Ask::Info(module().path().clone(), module().version().clone().into());
    for ask in [&info, &go_mod, &zip] {
        crate::common::ask(&serving, ask).await.unwrap();
    }
    (folder, store, H1::parse(&modules()[0].h1()).unwrap())
}

fn list(folder: &Path) -> String {
    fs::read_to_string(folder.join("example.com/!big/mod/@v/list")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_with_another_hash_makes_way_under_the_store_that_keeps_it() {
    let (folder, store, old) = kept().await;
    let log = FirstSeenLog::open(folder.path()).unwrap();
    assert_eq!(log.make_way(&module(), Subject::Zip, old).unwrap(), None, "it is the accepted one");
    assert!(store.get(&Ask::Zip(module())).await.unwrap().is_some());
    assert_eq!(list(folder.path()), "v1.0.0\n");
    let aside = log.make_way(&module(), Subject::Zip, h1(1)).unwrap().expect("it is moved");
    assert_eq!(fs::read(&aside).unwrap(), modules()[0].zip());
    assert_eq!(aside.parent().unwrap(), folder.path().join(".damaged"));
    assert!(store.get(&Ask::Zip(module())).await.unwrap().is_none());
    assert!(store.get(&Ask::Mod(module())).await.unwrap().is_some(), "the other hash is another matter");
    assert_eq!(list(folder.path()), "");
    assert_eq!(folder.path().join(".tmp").read_dir().unwrap().count(), 0);
    assert_eq!(log.make_way(&module(), Subject::Zip, h1(1)).unwrap(), None, "nothing is kept");
    // The server goes on keeping it.
    let content = vetted(modules()[0].zip());
    store.put(&Ask::Zip(module()), &content).await.unwrap();
    assert!(store.get(&Ask::Zip(module())).await.unwrap().is_some());
    assert_eq!(list(folder.path()), "v1.0.0\n");
}

#[tokio::test]
async fn what_has_no_sidecar_is_judged_by_its_content() {
    let (folder, _store, old) = kept().await;
    let log = FirstSeenLog::open(folder.path()).unwrap();
    let zip = folder.path().join(Ask::Zip(module()).address());
    fs::remove_file(zip.with_file_name(".v1.0.0.zip.meta")).unwrap();
    assert_eq!(log.make_way(&module(), Subject::Zip, old).unwrap(), None);
    assert!(zip.exists());
    assert!(log.make_way(&module(), Subject::Zip, h1(1)).unwrap().is_some());
    fs::write(&zip, "no zip").unwrap();
    assert!(log.make_way(&module(), Subject::Zip, old).unwrap().is_some(), "what has no hash has another");
}
