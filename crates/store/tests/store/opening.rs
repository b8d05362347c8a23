//! Starts after a crash: the first answer waits for nothing, and what is not in order yet is not served wrong.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use source::Ask;
use source::conformance::asks_about;
use store::conformance::{content, vetted};
use store::disk::units_of;
use store::{DiskStore, Store};
use tempfile::TempDir;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use crate::common::{PATH, bytes, open, store};

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dead_process_left_is_out_of_the_way_at_once_and_gone_soon() {
    let (folder, store) = store();
    drop(store);
    for death in 0..3 {
        fs::create_dir_all(folder.path().join(".tmp/deep")).unwrap();
        fs::write(folder.path().join(format!(".tmp/spool-{death}")), "left").unwrap();
        // As if the last process had died before it could sweep.
        fs::create_dir_all(folder.path().join(format!(".swept/{death}"))).unwrap();
        fs::write(folder.path().join(format!(".swept/{death}/draft")), "left").unwrap();
        let store = DiskStore::open(folder.path(), SystemTime::now).unwrap();
        assert_eq!(folder.path().join(".tmp").read_dir().unwrap().count(), 0);
        assert!(store.settled());
        assert!(!folder.path().join(".swept").exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_that_a_client_gets_never_waits_for_the_list_file() {
    let (folder, store) = store();
    let [list, _, info, go_mod, zip] = asks_about(PATH, "v1.0.0");
    for ask in [&info, &go_mod, &zip] {
        store.put(ask, &vetted(content(1, 10))).await.unwrap();
    }
    drop(store);
    fs::remove_file(folder.path().join(".closed")).unwrap();
    let file = folder.path().join(list.address());
    fs::write(&file, "v9.9.9\nv1.0").unwrap();
    let store = DiskStore::open(folder.path(), SystemTime::now).unwrap();
    assert_eq!(bytes(store.get(&list).await.unwrap().unwrap()).await, "v1.0.0\n");
    assert!(store.settled());
    assert_eq!(fs::read(&file).unwrap(), b"v1.0.0\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_folder_that_is_in_order_is_marked_so() {
    let (folder, store) = store();
    let closed = folder.path().join(".closed");
    assert!(!closed.exists());
    drop(store);
    assert!(closed.exists());
    fs::remove_file(&closed).unwrap();
    drop(open(folder.path()));
    assert!(closed.exists(), "it was put in order in between");
}

/// The three files of a version that is kept, in a folder that looks as after a crash.
async fn crashed() -> (TempDir, [Ask; 5]) {
    let (folder, store) = store();
    let asks = asks_about(PATH, "v1.0.0");
    for ask in &asks[2..] {
        store.put(ask, &vetted(content(1, 10))).await.unwrap();
    }
    drop(store);
    fs::remove_file(folder.path().join(".closed")).unwrap();
    (folder, asks)
}

/// All that lies in a folder.
fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { [path].into() }).collect()
}

/// As on a disk that can only be read at the start: whatever stands in the way of the first write.
#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_taken_into_use_once_it_can_be_written_and_not_before() {
    let (folder, asks) = crashed().await;
    let (closed, drafts) = (folder.path().join(".closed"), folder.path().join(".tmp"));
    drop(open(folder.path()));
    fs::remove_dir(&drafts).unwrap();
    fs::write(&drafts, "in the way").unwrap();
    let store = DiskStore::open(folder.path(), SystemTime::now).unwrap();
    let [_, _, info, ..] = asks_about(PATH, "v1.1.0");
    assert!(store.condition().describe().is_some());
    fs::remove_file(&drafts).unwrap();
    fs::create_dir(&drafts).unwrap();
    assert!(!closed.exists(), "whatever happens now, the next start looks at everything");
    let before = files(folder.path());
    let said = store.condition().describe();
    store.put(&info, &vetted(content(2, 10))).await.unwrap_err();
    assert_eq!(store.condition().describe(), said, "the first reason is the right one");
    store.remove(&asks[2]).await.unwrap_err();
    let unit = units_of(folder.path()).next().unwrap().unwrap();
    store.evict(&unit).unwrap_err();
    assert_eq!(files(folder.path()), before, "who has not taken the folder into use changes nothing");
    store.try_again().await;
    assert_eq!(store.condition().describe(), None);
    store.put(&info, &vetted(content(2, 10))).await.unwrap();
    drop(store);
    assert!(closed.exists());
}

/// A folder that cannot be removed where a sidecar should be, beside a sidecar that can.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_put_in_order_is_looked_at_by_the_next_start_too() {
    let (folder, [list, ..]) = crashed().await;
    let versions = folder.path().join(list.address()).parent().unwrap().to_owned();
    let (stuck, orphan) = (versions.join(".a.meta"), versions.join(".v1.9.0.zip.meta"));
    fs::create_dir(&stuck).unwrap();
    fs::write(&orphan, "left").unwrap();
    let store = DiskStore::open(folder.path(), SystemTime::now).unwrap();
    assert!(!store.settled());
    assert!(!orphan.exists(), "one that cannot be removed keeps no other");
    drop(store);
    assert!(!folder.path().join(".closed").exists());
    fs::remove_dir(&stuck).unwrap();
    assert!(open(folder.path()).settled());
    assert!(folder.path().join(".closed").exists());
}

/// It cannot be written while a folder has its name.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_could_not_be_written_is_by_the_next_start() {
    let (folder, store) = store();
    let [list, _, info, go_mod, zip] = asks_about(PATH, "v1.0.0");
    let list = folder.path().join(list.address());
    fs::create_dir_all(&list).unwrap();
    for ask in [&info, &go_mod, &zip] {
        store.put(ask, &vetted(content(1, 10))).await.unwrap();
    }
    drop(store);
    fs::remove_dir(&list).unwrap();
    assert!(open(folder.path()).settled());
    assert_eq!(fs::read(&list).unwrap(), b"v1.0.0\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_module_of_which_only_the_latest_version_was_asked_is_put_in_order_too() {
    let (folder, [list, latest, ..]) = crashed().await;
    let (list, latest) = (folder.path().join(list.address()), folder.path().join(latest.address()));
    let sidecar = latest.with_file_name(".@latest.meta");
    fs::write(&latest, "{}").unwrap();
    fs::remove_dir_all(list.parent().unwrap()).unwrap();
    assert!(open(folder.path()).settled());
    assert_eq!(fs::read(&list).unwrap(), b"", "go takes a module without a list as nonexistent");
    fs::remove_file(&latest).unwrap();
    fs::remove_file(folder.path().join(".closed")).unwrap();
    fs::remove_dir_all(list.parent().unwrap()).unwrap();
    fs::write(&sidecar, "left").unwrap();
    assert!(open(folder.path()).settled());
    assert!(!latest.parent().unwrap().exists(), "nothing is left of it");
}

/// A pipe that nobody writes into: reading it would never end.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_file_is_not_read_as_a_list() {
    let (folder, [list, ..]) = crashed().await;
    let list = folder.path().join(list.address());
    fs::remove_file(&list).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&list).status().unwrap();
    assert!(made.success());
    let store = DiskStore::open(folder.path(), SystemTime::now).unwrap();
    let settled = timeout(Duration::from_secs(20), spawn_blocking(move || store.settled()));
    assert!(settled.await.expect("it does not hang").unwrap());
    assert_eq!(fs::read(&list).unwrap(), b"v1.0.0\n");
}
