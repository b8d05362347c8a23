//! The writer of the replay tests (`tests/replay`), a process of its own because its system calls are recorded.
//!
//! `put_recorded FOLDER` does what the script says in the data folder FOLDER, and says on standard output, each time before
//! and after, what it does: `put NUMBER ADDRESS`, `remove - ADDRESS`, then `done - ADDRESS`. A hash that is remembered is put under a
//! name of its own.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a part of the tests, which stop loudly")]

#[path = "../tests/replay/script.rs"]
#[allow(dead_code, reason = "the judge uses the rest")]
mod script;

use std::io::Write;
use std::path::Path;
use std::time::SystemTime;

use futures_util::future::join_all;
use source::{FirstSeen, Origin, Sighting};
use store::conformance::vetted_in;
use store::disk::FirstSeenLog;
use store::{DiskStore, Store};

use script::{Step, WRITERS, content, h1, lives, name_of};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let folder = std::env::args().nth(1).expect("usage: put_recorded FOLDER");
    for life in 0..2 {
        let store = DiskStore::open(Path::new(&folder), SystemTime::now).unwrap();
        let log = FirstSeenLog::open(Path::new(&folder)).unwrap();
        let writers = (0..WRITERS).map(|writer| {
            let (store, log) = (store.clone(), log.clone());
            tokio::spawn(async move {
                let [first, second] = lives(writer);
                for step in if life == 0 { first } else { second } {
                    do_step(&store, &log, step).await;
                }
            })
        });
        join_all(writers).await.into_iter().for_each(|ended| ended.unwrap());
    }
}

async fn do_step(store: &DiskStore, log: &FirstSeenLog, step: Step) {
    match step {
        Step::Put(ask, number) => {
            let artifact = vetted_in(&store.spool(), content(&ask, number)).await;
            say(&format!("put {number}"), &ask.address());
            store.put(&ask, &artifact).await.unwrap();
            say("done -", &ask.address());
        }
        Step::Remove(ask) => {
            say("remove -", &ask.address());
            assert!(store.remove(&ask).await.unwrap());
            say("done -", &ask.address());
        }
        Step::Witness(hashed, number) => {
            let (origin, at) = (Origin::new("place"), SystemTime::now());
            let seen = Sighting { h1: h1(number), origin, at, accepted: false };
            say(&format!("put {number}"), &name_of(&hashed));
            assert_eq!(log.witness(&hashed.0, hashed.1, seen.clone()).await.unwrap(), seen);
            say("done -", &name_of(&hashed));
        }
        Step::Accept(hashed, number) => {
            say(&format!("put {number}"), &name_of(&hashed));
            log.accept(&hashed.0, hashed.1, h1(number), SystemTime::now()).unwrap();
            say("done -", &name_of(&hashed));
        }
    }
}

/// One line in one system call, which is its place in the recording.
fn say(what: &str, about: &str) {
    let line = format!("{what} {about}\n");
    std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
}
