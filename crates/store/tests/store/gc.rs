//! Removing what nobody asks for: whole versions, the least recently used first, and never from under a reader.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use futures_util::TryStreamExt;
use source::Ask;
use source::conformance::asks_about;
use store::conformance::{content, vetted, vetted_in};
use store::disk::gc::{Limits, Look, Outcome, collect};
use store::disk::{Unit, units_of, units_of_module};
use store::{DiskStore, Entry, Store};

use crate::common::{bytes, open, store};

const DAY: Duration = Duration::from_hours(24);

/// The three files of a version.
fn trio(path: &str, version: &str) -> [Ask; 3] {
    let [_, _, info, go_mod, zip] = asks_about(path, version);
    [info, go_mod, zip]
}

fn branch(path: &str, name: &str) -> Ask {
    let [_, latest, ..] = asks_about(path, "v1.0.0");
    Ask::Info(latest.module().unwrap().clone(), name.parse().unwrap())
}

async fn put(store: &DiskStore, asks: &[Ask], size: usize) {
    for ask in asks {
        store.put(ask, &vetted(content(1, size))).await.unwrap();
    }
}

fn sidecar(folder: &Path, ask: &Ask) -> PathBuf {
    let file = folder.join(ask.address());
    file.with_file_name(format!(".{}.meta", file.file_name().unwrap().to_str().unwrap()))
}

/// Makes it look as if nobody had asked for these since then.
fn used_at(folder: &Path, asks: &[Ask], time: SystemTime) {
    for ask in asks {
        fs::File::open(sidecar(folder, ask)).unwrap().set_modified(time).unwrap();
    }
}

fn run(store: &DiskStore, limits: Limits) -> (Outcome, BTreeSet<String>) {
    let mut gone = BTreeSet::new();
    let outcome = collect(store.root(), &limits, SystemTime::now(), &|_| Look::At, &mut |unit| {
        let unit = unit.unwrap();
        let removed = store.evict(unit).unwrap();
        if removed {
            gone.insert(unit.title());
        }
        removed
    });
    (outcome, gone)
}

async fn kept(store: &DiskStore) -> BTreeSet<Ask> {
    let entries: Vec<Entry> = store.entries().try_collect().await.unwrap();
    entries.into_iter().map(|entry| entry.ask).collect()
}

fn set(titles: &[&str]) -> BTreeSet<String> {
    titles.iter().map(|title| (*title).to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_old_goes_whole_and_leaves_no_folder_and_no_line_in_a_list() {
    let (folder, store) = store();
    let (old, new) = (trio("example.com/m", "v1.0.0"), trio("example.com/m", "v1.1.0"));
    let alone = trio("example.com/alone/v2", "v2.0.0");
    let [list, latest, ..] = asks_about("example.com/alone/v2", "v2.0.0");
    let mutable = [branch("example.com/m", "main"), latest];
    for asks in [&old[..], &new, &alone, &mutable] {
        put(&store, asks, 100).await;
    }
    let now = SystemTime::now();
    for asks in [&old[..], &alone, &mutable] {
        used_at(folder.path(), asks, now - DAY * 100);
    }
    // One file of a version that was used lately keeps the others.
    used_at(folder.path(), &new[..2], now - DAY * 100);

    let limits = Limits { older_than: Some(DAY * 90), size_max: None };
    let (outcome, gone) = run(&store, limits);
    let expected = [
        "example.com/m@v1.0.0",
        "example.com/m@main",
        "example.com/alone/v2@v2.0.0",
        "example.com/alone/v2@latest",
    ];
    assert_eq!(gone, set(&expected));
    assert_eq!((outcome.removed.units, outcome.kept.units), (4, 1));
    assert_eq!(kept(&store).await, new.into_iter().collect());
    assert!(!folder.path().join("example.com/alone").exists(), "empty folders go");
    assert_eq!(fs::read(folder.path().join("example.com/m/@v/list")).unwrap(), b"v1.1.0\n");
    assert!(store.get(&list).await.unwrap().is_none());
    put(&store, &alone, 100).await;
    assert_eq!(bytes(store.get(&alone[2]).await.unwrap().unwrap()).await, content(1, 100));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_least_recently_used_go_until_the_rest_fits() {
    let (folder, store) = store();
    let minute = Duration::from_mins(1);
    // Some of them within one hour, put in another order than that of their use.
    let ages = [minute * 3, DAY * 40, minute * 2, DAY * 3, minute * 4, DAY * 30];
    for (number, age) in ages.into_iter().enumerate() {
        let asks = trio("example.com/m", &format!("v1.{number}.0"));
        put(&store, &asks, 10_000).await;
        used_at(folder.path(), &asks, SystemTime::UNIX_EPOCH + DAY * 20_000 - age);
    }
    let sizes: Vec<u64> = units_of(folder.path()).map(|unit| unit.unwrap().size).collect();
    let (size, all) = (sizes[0], sizes.iter().sum::<u64>());
    assert!(sizes.iter().all(|other| other.abs_diff(size) < 100), "{sizes:?}");

    let fits = Limits { older_than: None, size_max: Some(all) };
    assert_eq!(run(&store, fits).1, set(&[]), "what fits stays");
    let mut expected: Vec<usize> = (0..ages.len()).collect();
    expected.sort_by_key(|number| std::cmp::Reverse(ages[*number]));
    for (round, oldest) in expected.into_iter().enumerate() {
        let left = (ages.len() - round) as u64;
        let limits = Limits { older_than: None, size_max: Some(left * size - size / 2) };
        let (outcome, gone) = run(&store, limits);
        assert_eq!(gone, set(&[&format!("example.com/m@v1.{oldest}.0")]), "round {round}");
        assert_eq!(outcome.kept.units, left - 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_limits_hold_and_others_modules_are_not_counted() {
    let (folder, store) = store();
    let (mine, others) = (trio("example.com/mine", "v1.0.0"), trio("example.com/others", "v1.0.0"));
    for asks in [&mine, &others] {
        put(&store, asks, 1000).await;
        used_at(folder.path(), asks, SystemTime::now() - DAY * 10);
    }
    let wanted = |module: &gomod::ModulePath| {
        if module.as_str() == "example.com/mine" { Look::At } else { Look::Past }
    };
    let collected = |limits: Limits| {
        let mut found = Vec::new();
        collect(folder.path(), &limits, SystemTime::now(), &wanted, &mut |unit| {
            found.push(unit.unwrap().title());
            true
        });
        found
    };
    let limits = |days, size_max| Limits { older_than: Some(DAY * days), size_max: Some(size_max) };
    assert_eq!(collected(limits(20, 100_000)), Vec::<String>::new());
    assert_eq!(collected(limits(5, 100_000)), ["example.com/mine@v1.0.0"], "too old");
    assert_eq!(collected(limits(20, 10)), ["example.com/mine@v1.0.0"], "too large");
    assert_eq!(kept(&store).await.len(), 6, "who only looks removes nothing");
    let stopped =
        collect(folder.path(), &limits(5, 10), SystemTime::now(), &|_| Look::NoFurther, &mut |_| true);
    assert_eq!(stopped, Outcome::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_what_goes_reads_on() {
    let (folder, store) = store();
    let asks = trio("example.com/m", "v1.0.0");
    let large = content(7, 2_000_000);
    put(&store, &asks[..2], 10).await;
    store.put(&asks[2], &vetted_in(&store.spool(), large.clone()).await).await.unwrap();
    let reader = store.get(&asks[2]).await.unwrap().unwrap();
    let (_, gone) = run(&store, Limits { older_than: Some(Duration::ZERO), size_max: None });
    assert_eq!(gone.len(), 1);
    assert!(!folder.path().join(asks[2].address()).exists());
    assert_eq!(bytes(reader).await, large);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_that_fails_in_the_middle_leaves_no_artifact_without_its_sidecar() {
    let (folder, store) = store();
    let asks = trio("example.com/m", "v1.0.0");
    put(&store, &asks, 10).await;
    // What cannot be deleted as a file is deleted is a folder.
    fs::remove_file(sidecar(folder.path(), &asks[0])).unwrap();
    fs::create_dir(sidecar(folder.path(), &asks[0])).unwrap();
    let unit = units_of_module(folder.path(), asks[0].module().unwrap()).unwrap().remove(0);
    assert!(store.evict(&unit).is_err());
    assert!(!folder.path().join(asks[0].address()).exists(), "it went before what vouches for it");
    assert!(folder.path().join(asks[1].address()).exists(), "what comes after is untouched");
    assert_eq!(fs::read(folder.path().join("example.com/m/@v/list")).unwrap(), b"");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_used_after_the_look_stays() {
    let (folder, store) = store();
    let asks = trio("example.com/m", "v1.0.0");
    put(&store, &asks, 10).await;
    used_at(folder.path(), &asks, SystemTime::now() - DAY * 10);
    let unit: Unit = units_of_module(folder.path(), asks[0].module().unwrap()).unwrap().remove(0);
    used_at(folder.path(), &asks[1..2], SystemTime::now());
    assert!(!store.evict(&unit).unwrap());
    assert_eq!(kept(&store).await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn putting_and_removing_at_once_lose_nothing_that_was_put_last() {
    let (folder, store) = store();
    let asks = trio("example.com/deep/er/m", "v1.0.0");
    let remover = {
        let (store, module) = (store.clone(), asks[0].module().unwrap().clone());
        tokio::task::spawn_blocking(move || {
            for _ in 0..200 {
                for unit in units_of_module(store.root(), &module).unwrap_or_default() {
                    store.evict(&unit).unwrap();
                }
            }
        })
    };
    while !remover.is_finished() {
        for ask in &asks {
            store.put(ask, &vetted(content(1, 10))).await.unwrap();
        }
    }
    remover.await.unwrap();
    put(&store, &asks, 10).await;
    assert_eq!(kept(&store).await.len(), 3);
    assert_eq!(fs::read(folder.path().join("example.com/deep/er/m/@v/list")).unwrap(), b"v1.0.0\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_interrupted_removal_left_is_put_in_order_by_the_next_start() {
    // What the folder looks like after each of the steps of a removal.
    let (info, go_mod, zip) = ("v1.0.0.info", "v1.0.0.mod", "v1.0.0.zip");
    let steps = [info, ".v1.0.0.info.meta", go_mod, ".v1.0.0.mod.meta", zip, ".v1.0.0.zip.meta"];
    for done in 0..=steps.len() {
        let (folder, store) = store();
        let asks = trio("example.com/m", "v1.0.0");
        put(&store, &asks, 10).await;
        drop(store);
        // The mark of a peaceful end is what a process that is killed does not leave.
        fs::remove_file(folder.path().join(".closed")).unwrap();
        let versions = folder.path().join("example.com/m/@v");
        fs::write(versions.join("list"), "").unwrap();
        for step in &steps[..done] {
            fs::remove_file(versions.join(step)).unwrap();
        }
        let store = open(folder.path());
        let list = fs::read(versions.join("list")).unwrap_or_default();
        assert_eq!(list, if done == 0 { &b"v1.0.0\n"[..] } else { b"" }, "after {done} steps");
        for (number, ask) in asks.iter().enumerate() {
            let left = store.get(ask).await.unwrap();
            assert_eq!(left.is_some(), number * 2 >= done, "{ask} after {done} steps");
            if let Some(answer) = left {
                assert_eq!(answer.origin.as_str(), "https://origin.example", "its sidecar is left too");
            }
        }
        let alone = steps.get(done).filter(|_| done % 2 == 1);
        assert!(alone.is_none_or(|sidecar| !versions.join(sidecar).exists()), "after {done} steps");
        assert_eq!(folder.path().join("example.com").exists(), done < 5, "after {done} steps");
    }
}
