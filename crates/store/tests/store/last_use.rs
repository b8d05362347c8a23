//! What was asked for looks used, and nothing is written for it more than once a day.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use source::Ask;
use source::conformance::asks_about;
use store::conformance::{content, vetted};
use store::disk::{units_of, verify};
use store::{Scrub, Store};

use crate::common::{PATH, PATIENCE, bytes, serving, store, upstream};

const DAY: Duration = Duration::from_hours(24);

fn sidecar(folder: &Path, ask: &Ask) -> PathBuf {
    let file = folder.join(ask.address());
    file.with_file_name(format!(".{}.meta", file.file_name().unwrap().to_str().unwrap()))
}

fn noted(folder: &Path, ask: &Ask) -> SystemTime {
    fs::metadata(sidecar(folder, ask)).unwrap().modified().unwrap()
}

fn note(folder: &Path, ask: &Ask, time: SystemTime) {
    fs::File::open(sidecar(folder, ask)).unwrap().set_modified(time).unwrap();
}

/// Waits until the note is another one than `before`: it is made beside the answer.
async fn noted_anew(folder: &Path, ask: &Ask, before: SystemTime) -> SystemTime {
    let changed = async {
        while noted(folder, ask) == before {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, changed).await.expect("the use is noted");
    noted(folder, ask)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_is_noted_when_the_last_note_is_a_day_old() {
    let (folder, store) = store();
    let [.., zip] = asks_about(PATH, "v1.0.0");
    store.put(&zip, &vetted(content(1, 100))).await.unwrap();
    let before = fs::read(sidecar(folder.path(), &zip)).unwrap();
    let (now, long_ago) = (SystemTime::now(), SystemTime::now() - DAY * 30);

    note(folder.path(), &zip, long_ago);
    assert_eq!(units_of(folder.path()).next().unwrap().unwrap().used_at, noted(folder.path(), &zip));
    bytes(store.get(&zip).await.unwrap().unwrap()).await;
    let after = noted_anew(folder.path(), &zip, noted_long_ago(long_ago)).await;
    assert!(after >= now - Duration::from_secs(1), "{after:?}");
    assert_eq!(fs::read(sidecar(folder.path(), &zip)).unwrap(), before, "what it says is the same");
}

/// The time as this file system keeps it, which is exact to the nanosecond or to less.
fn noted_long_ago(time: SystemTime) -> SystemTime {
    let file = tempfile::NamedTempFile::new().unwrap();
    file.as_file().set_modified(time).unwrap();
    file.as_file().metadata().unwrap().modified().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_within_the_day_and_a_look_at_it_write_nothing() {
    let (folder, store) = store();
    let [_, _, info, _, zip] = asks_about(PATH, "v1.0.0");
    for ask in [&info, &zip] {
        store.put(ask, &vetted(content(1, 100))).await.unwrap();
    }
    let (hours, long_ago) = (SystemTime::now() - Duration::from_hours(20), SystemTime::now() - DAY * 30);
    note(folder.path(), &zip, hours);
    note(folder.path(), &info, long_ago);
    let [zip_noted, info_noted] = [&zip, &info].map(|ask| noted(folder.path(), ask));
    bytes(store.get(&zip).await.unwrap().unwrap()).await;
    verify(folder.path(), &info, &mut |_| ()).unwrap();
    let places = Arc::new(serving(&store, &upstream()));
    let (pause, counters) = (DAY, Arc::default());
    Scrub { store: store.clone(), places, rate: u64::MAX, pause, counters }.round().await;
    // A note that were made would be made by the same threads, before this one.
    note_of_another(&store, folder.path()).await;
    assert_eq!([&zip, &info].map(|ask| noted(folder.path(), ask)), [zip_noted, info_noted]);
}

async fn note_of_another(store: &store::DiskStore, folder: &Path) {
    let [_, latest, ..] = asks_about(PATH, "v1.0.0");
    store.put(&latest, &vetted(content(1, 100))).await.unwrap();
    note(folder, &latest, SystemTime::UNIX_EPOCH + DAY);
    let before = noted(folder, &latest);
    store.get(&latest).await.unwrap();
    noted_anew(folder, &latest, before).await;
}
