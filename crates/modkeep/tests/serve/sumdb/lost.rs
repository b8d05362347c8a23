//! Parts of what is kept of a database are lost or damaged: online it heals, offline the loss is told, and nothing false is served.

use std::fs;
use std::path::{Path, PathBuf};

use super::kept::{assert_serves_by_itself, assert_true, folder_of, of_database};
use super::scene::{A, Folder, MODULES, Mirror, assert_told, pull_anew};

/// What happens to a file.
const DAMAGE: [fn(&Path); 4] = [
    |file| fs::remove_file(file).unwrap(),
    |file| fs::write(file, "").unwrap(),
    |file| fs::write(file, fs::read(file).unwrap().get(1..).unwrap_or_default()).unwrap(),
    |file| fs::write(file, fs::read(file).unwrap().iter().map(|byte| byte ^ 1).collect::<Vec<u8>>()).unwrap(),
];

/// A folder that [`MODULES`] were served from.
fn filled() -> (Mirror, Folder) {
    let (mirror, folder) = (Mirror::new(), Folder::new());
    let node = folder.serve(&mirror.url(), &mirror.db);
    pull_anew(&node.url(), &mirror.db, &MODULES).success();
    assert!(node.stop().success());
    (mirror, folder)
}

/// The files of the database whose address begins so.
fn files(folder: &Folder, mirror: &Mirror, kind: &str) -> Vec<PathBuf> {
    let root = folder_of(&folder.data(), &mirror.db);
    let addresses = of_database(&folder.data(), &mirror.db).into_iter();
    let files: Vec<PathBuf> =
        addresses.filter(|address| address.starts_with(kind)).map(|address| root.join(address)).collect();
    assert!(!files.is_empty());
    files
}

fn remove(files: &[PathBuf]) {
    for file in files {
        fs::remove_file(file).unwrap();
    }
}

/// Offline a go that knows nothing is told; online it goes on, and then the folder is as good as ever.
#[track_caller]
fn assert_told_then_healed(folder: &Folder, mirror: &mut Mirror, words: &[&str]) {
    mirror.up.stop();
    let node = folder.serve(&mirror.url(), &mirror.db);
    assert_told(&pull_anew(&node.url(), &mirror.db, &MODULES), words);
    assert!(node.stop().success());

    mirror.up.restart();
    let node = folder.serve(&mirror.url(), &mirror.db);
    pull_anew(&node.url(), &mirror.db, &MODULES).success();
    assert_true(&folder.data(), &mirror.db);
    assert_serves_by_itself(&folder.data(), &mirror.db);
    assert!(node.stop().success());
}

#[test]
fn each_tile_alone() {
    let (mut mirror, folder) = filled();
    for damage in DAMAGE {
        for tile in files(&folder, &mirror, "tile/") {
            damage(&tile);
            assert_told_then_healed(&folder, &mut mirror, &["cannot get the tiles of", "1502 records"]);
        }
    }
}

#[test]
fn each_record_alone() {
    let (mut mirror, folder) = filled();
    for damage in DAMAGE {
        for record in files(&folder, &mirror, "lookup/") {
            damage(&record);
            let url = mirror.url();
            assert_told_then_healed(&folder, &mut mirror, &[&url, "Connection refused"]);
        }
    }
}

#[test]
fn all_tiles_and_records() {
    let (mut mirror, folder) = filled();
    let lost = [files(&folder, &mirror, "tile/"), files(&folder, &mirror, "lookup/")].concat();
    remove(&lost);
    assert_told_then_healed(&folder, &mut mirror, &["Connection refused"]);
}

/// Both copies of the head, and some record: what is left of it is not believed, nor does it stand in the way of the truth.
#[test]
fn the_head_and_a_record() {
    let (mut mirror, folder) = filled();
    for damage in DAMAGE {
        let heads = [files(&folder, &mirror, "latest"), files(&folder, &mirror, ".latest")].concat();
        remove(&heads);
        for record in files(&folder, &mirror, "lookup/") {
            damage(&record);
        }
        assert_told_then_healed(&folder, &mut mirror, &["Connection refused"]);
    }
}

/// The head alone: any of those that came with records will do.
#[test]
fn the_head_alone() {
    let (mut mirror, folder) = filled();
    let heads = [files(&folder, &mirror, "latest"), files(&folder, &mirror, ".latest")].concat();
    remove(&heads);
    mirror.up.stop();
    let node = folder.serve(&mirror.url(), &mirror.db);
    pull_anew(&node.url(), &mirror.db, &MODULES).success();
}

/// While the server runs, too: what it remembers is right, and what it reads is looked at.
#[test]
fn under_a_running_server() {
    let (mirror, folder) = filled();
    let node = folder.serve(&mirror.url(), &mirror.db);
    for damage in DAMAGE {
        for file in [files(&folder, &mirror, "tile/"), files(&folder, &mirror, "lookup/")].concat() {
            damage(&file);
        }
        pull_anew(&node.url(), &mirror.db, &MODULES).success();
        pull_anew(&node.url(), &mirror.db, &[A]).success();
    }
}
