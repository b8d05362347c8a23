//! What may be found in a store after a crash, from what the writer said before it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::{LazyLock, Mutex};
use std::time::SystemTime;

use bytes::Bytes;
use futures_util::StreamExt;
use source::conformance::asks_about;
use source::{Ask, FirstSeen};
use store::disk::FirstSeenLog;
use store::{DiskStore, Store};

use crate::script::{Hashed, WRITERS, content, h1, hashes, module, name_of, questions};

/// For each address what may be kept: the content of that number, or nothing.
#[derive(Debug, Clone, Default, Hash)]
pub(crate) struct Promises(BTreeMap<String, Vec<Option<usize>>>);

impl Promises {
    /// Listens to the writer. While it is at something, both the old and the new may be found; once it is done, only the new.
    pub(crate) fn hear(&mut self, line: &str) {
        let [what, number, address] = <[&str; 3]>::try_from(line.split(' ').collect::<Vec<_>>()).unwrap();
        let may_be = self.0.entry(address.to_owned()).or_insert_with(|| vec![None]);
        match what {
            "put" => may_be.push(Some(number.parse().unwrap())),
            "remove" => may_be.push(None),
            "done" => drop(may_be.drain(..may_be.len() - 1)),
            _ => panic!("the writer says {line}"),
        }
    }

    /// What a question may be answered with.
    fn of(&self, ask: &Ask) -> &[Option<usize>] {
        self.of_name(&ask.address())
    }

    fn of_name(&self, name: &str) -> &[Option<usize>] {
        self.0.get(name).map_or(&[None], Vec::as_slice)
    }
}

static QUESTIONS: LazyLock<Vec<Ask>> = LazyLock::new(questions);
static HASHES: LazyLock<Vec<Hashed>> = LazyLock::new(hashes);

/// The content, made once for thousands of looks at it.
fn expected(ask: &Ask, number: usize) -> Bytes {
    static MADE: LazyLock<Mutex<HashMap<(String, usize), Bytes>>> = LazyLock::new(Mutex::default);
    let mut made = MADE.lock().unwrap();
    made.entry((ask.address(), number)).or_insert_with(|| content(ask, number)).clone()
}

/// Opens the store in a folder that a crash left, and says in words what is wrong with it.
pub(crate) async fn judge(folder: &Path, promises: &Promises) -> Vec<String> {
    let store = match DiskStore::open(folder, SystemTime::now) {
        Ok(store) => store,
        Err(error) => return vec![format!("it does not open: {error}")],
    };
    let (mut wrong, mut found) = (Vec::new(), BTreeSet::new());
    for ask in QUESTIONS.iter() {
        let kept = read(&store, ask).await;
        let may_be = promises.of(ask);
        if !may_be.iter().any(|number| number.map(|number| expected(ask, number)) == kept) {
            wrong.push(complaint(ask, kept.as_ref(), may_be));
        }
        found.extend(kept.map(|_| ask.address()));
    }
    // The answers were right before; the list files are when all is in order.
    assert!(store.settled(), "a healthy disk can be put in order");
    for writer in 0..WRITERS {
        wrong.extend(judge_list(&store, folder, writer, &found).await);
    }
    wrong.extend(strangers(&store, &found).await);
    for hashed in HASHES.iter() {
        wrong.extend(judge_hash(folder, hashed, promises.of_name(&name_of(hashed))).await);
    }
    wrong
}

/// A hash that was seen is remembered, and the crash has damaged no record.
async fn judge_hash(folder: &Path, hashed: &Hashed, promised: &[Option<usize>]) -> Option<String> {
    let (module, subject) = hashed;
    let log = FirstSeenLog::open(folder).expect("there is a working directory");
    let recalled = match log.recall(module, *subject).await {
        Ok(recalled) => recalled.map(|sighting| sighting.h1),
        Err(error) => return Some(format!("unknown: {error}")),
    };
    let may_be = promised.iter().map(|number| number.map(|number| h1(number.try_into().expect("a hash"))));
    let name = name_of(hashed);
    (!may_be.into_iter().any(|may_be| may_be == recalled))
        .then(|| format!("forgotten: {name} is {recalled:?}, promised {promised:?}"))
}

async fn read(store: &DiskStore, ask: &Ask) -> Option<Bytes> {
    let answer = store.get(ask).await.expect("a healthy disk can be read")?;
    Some(answer.body.into_bytes(1 << 30).await.unwrap_or_default())
}

fn complaint(ask: &Ask, kept: Option<&Bytes>, promised: &[Option<usize>]) -> String {
    let Some(kept) = kept else { return format!("lost: {ask}, promised {promised:?}") };
    match (0..100).find(|number| expected(ask, *number) == *kept) {
        Some(number) => format!("stale: {ask} is {number}, promised {promised:?}"),
        None => format!("corrupt: {ask} has {} bytes", kept.len()),
    }
}

/// The list, as an answer and as a file, names exactly the versions of which everything is there.
async fn judge_list(
    store: &DiskStore,
    folder: &Path,
    writer: usize,
    found: &BTreeSet<String>,
) -> Option<String> {
    let is_whole = |version: &&str| {
        asks_about(&module(writer), version)[2..].iter().all(|ask| found.contains(&ask.address()))
    };
    let whole: Vec<&str> = ["v1.1.0", "v1.2.0"].into_iter().filter(is_whole).collect();
    let whole = whole.iter().fold(String::new(), |list, version| list + version + "\n");
    let [list, ..] = asks_about(&module(writer), "v1.1.0");
    let told = read(store, &list).await.unwrap_or_default();
    let file = std::fs::read(folder.join(list.address())).unwrap_or_default();
    (told != whole || file != whole.as_bytes())
        .then(|| format!("list: {list} is {told:?} and {:?}, not {whole:?}", String::from_utf8_lossy(&file)))
}

/// What is listed as kept and was not asked for, or the other way round.
async fn strangers(store: &DiskStore, found: &BTreeSet<String>) -> Option<String> {
    let entries = store.entries().map(|entry| entry.expect("it can be walked").ask.address());
    let entries: BTreeSet<String> = entries.collect().await;
    (entries != *found).then(|| format!("entries: {entries:?} are not {found:?}"))
}
