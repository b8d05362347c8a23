//! Power cuts: whatever a disk drops of that which was not synced, no acknowledged artifact is lost and no answer is corrupt.
//!
//! A writer (`examples/put_recorded.rs`) runs once under strace. Its system calls are played back onto a model of a disk
//! ([`disk`]); after each of them the crash comes, and of what was not synced up to there everything, nothing, or a random
//! part is left. Each such folder is opened as a store and read whole ([`judge`]). The recorded program is the real store;
//! nothing in it knows of this test.
//!
//! That the judge can find losses is shown with recordings from which the syncs were taken.

#![cfg(target_os = "linux")]
#![allow(clippy::expect_used, clippy::unwrap_used, clippy::panic, reason = "tests stop loudly")]

mod calls;
mod disk;
mod judge;
mod recording;
#[allow(dead_code, reason = "the writer uses the rest")]
mod script;

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::LazyLock;

use disk::{Disk, Fate, Image, Inode, Op, ROOT};
use judge::{Promises, judge};
use recording::{Event, record};

/// Random fates per moment and kind.
const RANDOM_FATES: u64 = 3;

static RECORDED: LazyLock<Vec<Event>> = LazyLock::new(record);

fn fates(moment: u64) -> Vec<Fate> {
    let seeds = (0..RANDOM_FATES).map(|n| moment * RANDOM_FATES + n);
    let random = seeds.flat_map(|seed| [Fate::Any(seed), Fate::InOrder(seed)]);
    [Fate::All, Fate::Nothing, Fate::NamesOnly].into_iter().chain(random).collect()
}

/// What a look at all crashes found.
#[derive(Default)]
struct Findings {
    /// The fingerprints of the folders that were looked at, with what was promised: each is opened once.
    seen: HashSet<u64>,
    /// What was wrong, in words.
    wrong: Vec<String>,
}

/// Lets the crash come after each event, until something wrong begins with `enough`.
fn crash_everywhere<'e>(events: impl Iterator<Item = &'e Event>, enough: Option<&str>) -> Findings {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().unwrap();
    let (mut disk, mut promises, mut findings) = (Disk::default(), Promises::default(), Findings::default());
    for (moment, event) in events.enumerate() {
        match event {
            Event::Did(op) => disk.apply(op),
            Event::Said(line) => promises.hear(line),
        }
        for fate in fates(moment as u64) {
            let image = disk.image(fate);
            if findings.seen.insert(fingerprint(&(&image, &promises))) {
                let wrong = runtime.block_on(judge_image(&image, &promises));
                let is_enough = |what: &String| enough.is_some_and(|enough| what.starts_with(enough));
                let stop = wrong.iter().any(is_enough);
                let told = wrong.into_iter().map(|what| format!("{what}; after {moment} events, {fate:?}"));
                findings.wrong.extend(told);
                if stop {
                    return findings;
                }
            }
        }
    }
    findings
}

fn fingerprint(what: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

async fn judge_image(image: &Image, promises: &Promises) -> Vec<String> {
    // In memory, where there is such a folder: opening a store syncs the whole file system.
    let memory = Path::new("/dev/shm");
    let folder =
        tempfile::tempdir_in(if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() }).unwrap();
    disk::write(image, folder.path());
    judge(folder.path(), promises).await
}

#[test]
fn after_every_crash_what_was_acknowledged_is_there_and_nothing_is_corrupt() {
    let findings = crash_everywhere(RECORDED.iter(), None);
    assert_eq!(findings.wrong, Vec::<String>::new());
    let crashes = findings.seen.len();
    assert!(crashes > 1000, "only {crashes} different crashes: the recording misses what the store does");
}

/// Plays a recording from which some operations were taken, until the judge finds what that must lead to.
fn must_lead_to(what: &str, taken: impl Fn(&Op) -> bool) {
    let is_left = |event: &&Event| !matches!(event, Event::Did(op) if taken(op));
    let findings = crash_everywhere(RECORDED.iter().filter(is_left), Some(what));
    let found = findings.wrong.iter().any(|wrong| wrong.starts_with(what));
    assert!(found, "the judge proves nothing: {:?}", findings.wrong);
}

/// The folders among the inodes of the recording.
fn folders() -> HashSet<Inode> {
    let made = RECORDED.iter().filter_map(|event| match event {
        Event::Did(Op::Folder(folder)) => Some(*folder),
        _ => None,
    });
    made.chain([ROOT]).collect()
}

#[test]
fn without_syncs_of_files_corrupt_answers_are_found() {
    let folders = folders();
    must_lead_to("corrupt", |op| matches!(op, Op::Sync(inode) if !folders.contains(inode)));
}

#[test]
fn without_syncs_of_folders_losses_are_found() {
    let folders = folders();
    must_lead_to("lost", |op| matches!(op, Op::Sync(inode) if folders.contains(inode)));
}

#[test]
fn without_syncs_hashes_that_are_forgotten_or_unknown_are_found() {
    let folders = folders();
    must_lead_to("unknown", |op| matches!(op, Op::Sync(inode) if !folders.contains(inode)));
    must_lead_to("forgotten", |op| matches!(op, Op::Sync(inode) if folders.contains(inode)));
}

#[test]
fn where_an_old_sidecar_stays_beside_new_content_a_loss_is_found() {
    let is_sidecar = |name: &str| name.strip_suffix(".meta").is_some();
    must_lead_to("lost", |op| matches!(op, Op::Name(_, name, None) if is_sidecar(name)));
}

#[test]
fn without_the_walk_after_a_crash_old_lists_are_found() {
    let closed = |name: &str| name == ".closed";
    must_lead_to("list", |op| matches!(op, Op::Name(ROOT, name, None) if closed(name)));
}
