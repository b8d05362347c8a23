//! The writer of the crash tests (`tests/store/crash.rs`), a process of its own because it is killed.
//!
//! `put_until_killed FOLDER BEGIN steady|careless` puts artifacts into the data folder FOLDER, numbered from BEGIN on, and
//! says on standard output which ones it was told are kept. It never ends by itself.

#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a part of the tests, which stop loudly"
)]

#[path = "../tests/store/artifacts.rs"]
mod artifacts;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::SystemTime;

use futures_util::future::join_all;
use source::{Ask, Kind};
use store::conformance::{vetted, vetted_in};
use store::{DiskStore, Store};

use artifacts::{WRITERS, content, questions};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let [folder, begin, how] = <[String; 3]>::try_from(std::env::args().skip(1).collect::<Vec<_>>())
        .expect("usage: put_until_killed FOLDER BEGIN steady|careless");
    let (folder, begin) = (Path::new(&folder), begin.parse().expect("BEGIN is a number"));
    match how.as_str() {
        "steady" => put(folder, begin).await,
        "careless" => write_carelessly(folder, begin),
        other => panic!("steady or careless, not {other}"),
    }
}

/// What the store is for.
async fn put(folder: &Path, begin: usize) {
    let store = DiskStore::open(folder, SystemTime::now).unwrap();
    let writers = (0..WRITERS).map(|writer| {
        let store = store.clone();
        tokio::spawn(async move {
            for number in begin.. {
                for ask in questions(writer, number) {
                    let content = content(&ask, number);
                    let spooled = number.is_multiple_of(2);
                    let artifact =
                        if spooled { vetted_in(&store.spool(), content).await } else { vetted(content) };
                    store.put(&ask, &artifact).await.unwrap();
                    acknowledge(&ask, number);
                }
            }
        })
    });
    join_all(writers).await;
}

/// A writer without drafts and renames: what a store does that was not thought about. Of go.mod files alone, because torn
/// ones of the others are found out by their form.
fn write_carelessly(folder: &Path, begin: usize) {
    for number in begin.. {
        for ask in questions(0, number).into_iter().filter(|ask| ask.kind() == Kind::Mod) {
            let path = folder.join(ask.address());
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            let mut file = fs::File::create(path).unwrap();
            for piece in content(&ask, number).chunks(512) {
                file.write_all(piece).unwrap();
            }
            acknowledge(&ask, number);
        }
    }
}

fn acknowledge(ask: &Ask, number: usize) {
    let line = format!("kept {number} {}\n", ask.address());
    std::io::stdout().write_all(line.as_bytes()).unwrap();
}
