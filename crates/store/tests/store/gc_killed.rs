//! `kill -9` in the middle of a collection: the store opens, nothing half-removed is served, and lists are right.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;

use futures_util::{StreamExt, TryStreamExt};
use source::conformance::asks_about;
use source::{Ask, Kind};
use store::conformance::{content, vetted};
use store::disk::name_of;
use store::{DiskStore, Entry, Store};

use crate::common::{bytes, helper, open, store};

const PATH: &str = "example.com/m";
const VERSIONS: usize = 120;

async fn fill(store: &DiskStore) {
    let puts = (0..VERSIONS).flat_map(|minor| {
        let [_, _, info, go_mod, zip] = asks_about(PATH, &format!("v1.{minor}.0"));
        [info, go_mod, zip]
    });
    let put = |ask: Ask| async move { store.put(&ask, &vetted(content(3, 100))).await.map(drop) };
    let put: Vec<_> = futures_util::stream::iter(puts).map(put).buffer_unordered(16).collect().await;
    assert!(put.into_iter().all(|put| put.is_ok()));
}

/// Collects, and is killed after some versions; which ones it said were gone.
fn collect_and_kill(folder: &Path, after: usize) -> BTreeSet<String> {
    let mut child = helper("collect_until_killed").arg(folder).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut gone: BTreeSet<String> = lines.by_ref().take(after).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    gone.extend(lines);
    let titles = gone.iter().filter_map(|line| line.strip_prefix("gone example.com/m@"));
    titles.map(str::to_owned).collect()
}

/// The kinds of files that are left of each version, every one of which is whole and vouched for.
async fn left(store: &DiskStore) -> BTreeMap<String, BTreeSet<Kind>> {
    let entries: Vec<Entry> = store.entries().try_collect().await.unwrap();
    let mut left = BTreeMap::<_, BTreeSet<Kind>>::new();
    for entry in entries {
        assert!(entry.origin.is_some(), "{} has lost its sidecar", entry.ask);
        let answer = store.get(&entry.ask).await.unwrap().unwrap();
        assert_eq!(bytes(answer).await, content(3, 100), "{}", entry.ask);
        left.entry(name_of(&entry.ask)).or_default().insert(entry.ask.kind());
    }
    left
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collection_that_is_killed_leaves_whole_artifacts_and_a_right_list() {
    let (folder, store) = store();
    fill(&store).await;
    drop(store);
    let mut kills = 0;
    while folder.path().join("example.com").exists() {
        let gone = collect_and_kill(folder.path(), 1 + kills % 3);
        kills += 1;
        let store = open(folder.path());
        let left = left(&store).await;
        assert!(gone.iter().all(|version| !left.contains_key(version)), "what is gone stays gone");
        let whole = |kinds: &BTreeSet<Kind>| kinds.len() == 3;
        assert!(left.values().filter(|kinds| !whole(kinds)).count() <= 1, "{left:?}");
        let expected: BTreeSet<&str> =
            left.iter().filter(|(_, kinds)| whole(kinds)).map(|(name, _)| name.as_str()).collect();
        let list = fs::read_to_string(folder.path().join(PATH).join("@v/list")).unwrap_or_default();
        assert_eq!(list.lines().collect::<BTreeSet<_>>(), expected, "after {kills} kills");
    }
    assert!(kills > 1, "it was never killed in the middle");
}
