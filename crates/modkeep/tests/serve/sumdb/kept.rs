//! What lies in a data folder, and whether it is true.

use std::fs;
use std::path::{Path, PathBuf};

use testkit::{GoHome, SumDb};

use super::scene::{MODULES, pull_anew};

/// The `.mod` and `.zip` files that are kept, by path below the data folder.
pub(super) fn artifacts(data: &Path) -> Vec<String> {
    [with_extension(data, "mod"), with_extension(data, "zip")].concat()
}

/// The zips alone.
pub(super) fn zips(data: &Path) -> Vec<String> {
    with_extension(data, "zip")
}

fn with_extension(data: &Path, extension: &str) -> Vec<String> {
    let has_it = |name: &String| Path::new(name).extension().is_some_and(|found| found == extension);
    files(data).into_iter().filter(has_it).collect()
}

/// What is kept of a database, by address below its root.
pub(super) fn of_database(data: &Path, db: &SumDb) -> Vec<String> {
    files(&folder_of(data, db))
}

pub(super) fn folder_of(data: &Path, db: &SumDb) -> PathBuf {
    data.join("sumdb").join(db.name())
}

/// The files that prove that the database has lied.
pub(super) fn evidence(data: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(data.join(".evidence")).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// Everything kept of the database is what it says itself, byte for byte; but a record may stand before any of its heads.
#[track_caller]
pub(super) fn assert_true(data: &Path, db: &SumDb) {
    let kept = of_database(data, db);
    assert!(kept.iter().any(|address| address == "latest"), "nothing is kept: {kept:?}");
    for address in kept {
        let content = fs::read(folder_of(data, db).join(&address)).unwrap();
        assert!(
            is_true(db, &address, &content),
            "{address} is false:\n{}",
            String::from_utf8_lossy(&content)
        );
    }
}

fn is_true(db: &SumDb, address: &str, content: &[u8]) -> bool {
    let text = || std::str::from_utf8(content).unwrap();
    match address.trim_start_matches('.') {
        "latest" => is_head(db, text()),
        "supported" => content.is_empty(),
        address if address.starts_with("lookup/") => {
            let (record, head) = text().split_once("\n\n").unwrap();
            db.answer(address).body.starts_with(record.as_bytes()) && is_head(db, head)
        }
        address => db.answer(address).body == content,
    }
}

/// Whether it says of the tree what the database says. What stands below the root hash may differ (protocol.md G3).
fn is_head(db: &SumDb, note: &str) -> bool {
    let size: u64 = note.lines().nth(1).unwrap().parse().unwrap();
    note.lines().take(3).eq(db.head_at(size).lines().take(3))
}

/// The data folder alone is a proxy by which a fresh go downloads and verifies [`MODULES`].
#[track_caller]
pub(super) fn assert_serves_by_itself(data: &Path, db: &SumDb) {
    pull_anew(&file_proxy(data), db, &MODULES).success();
}

/// The data folder as a GOPROXY.
pub(super) fn file_proxy(data: &Path) -> String {
    format!("file://{}", data.display())
}

/// What two goes have downloaded is the same, byte for byte, and not nothing.
#[track_caller]
pub(super) fn assert_same_downloads(one: &GoHome, other: &GoHome) {
    let downloads = one.downloads();
    assert!(!downloads.is_empty());
    assert_eq!(downloads, other.downloads());
}

/// All files below a folder, but for those in its hidden folders, sorted.
fn files(root: &Path) -> Vec<String> {
    let (mut found, mut folders) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            let is_hidden = path.file_name().unwrap().to_string_lossy().starts_with('.');
            match path.is_dir() {
                true if is_hidden => {}
                true => folders.push(path),
                false => found.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned()),
            }
        }
    }
    found.sort();
    found
}
