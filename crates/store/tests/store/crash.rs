//! `kill -9` at any moment: what was acknowledged is there, and what is there is whole.
//!
//! A child process (`examples/put_until_killed.rs`) puts artifacts and says so; it is killed at a random moment; then the folder is opened and looked at.
//! Every content says what it is and can be made again from that, so that the judge needs to know nothing else. The same
//! judge is then shown a writer that takes no care, and must find it out.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use source::Ask;
use store::Store;

use crate::artifacts::{WRITERS, content, number_of, questions};
use crate::common::{helper, open};

/// How often a writer is killed, unless the variable [`CYCLES_VARIABLE`] says otherwise.
const CYCLES: usize = 200;
/// For long runs by hand: docs/contributing.md.
const CYCLES_VARIABLE: &str = "MODKEEP_TEST_CRASH_CYCLES";
/// A fresh folder every so often, because each look takes longer the more is kept.
const CYCLES_PER_FOLDER: usize = 10;

fn cycles() -> usize {
    std::env::var(CYCLES_VARIABLE).map_or(CYCLES, |number| number.parse().expect("a number of cycles"))
}

/// Which artifact it is, if it is one to the last byte.
fn recognise(ask: &Ask, found: &[u8]) -> Option<usize> {
    let number = number_of(found)?;
    (content(ask, number) == found).then_some(number)
}

/// Each cycle has numbers of its own, so that a later artifact has a greater one.
fn start(folder: &Path, how: &str, cycle: usize) -> Child {
    let mut command = helper("put_until_killed");
    command.arg(folder).arg((cycle * 100_000).to_string()).arg(how);
    command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// Runs a child until some moment after its first acknowledgement, another one in each cycle; gives the last number acknowledged for each address.
fn run_and_kill(folder: &Path, how: &str, cycle: usize) -> HashMap<String, usize> {
    let mut child = start(folder, how, cycle);
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let (first, begun) = mpsc::channel();
    let reader = thread::spawn(move || {
        let mut text = String::new();
        while output.read_line(&mut text).unwrap() > 0 && !text.contains("kept ") {}
        first.send(()).unwrap();
        output.read_to_string(&mut text).unwrap();
        text
    });
    begun.recv_timeout(Duration::from_secs(30)).expect("the child begins to put");
    thread::sleep(moment(cycle));
    child.kill().unwrap();
    child.wait().unwrap();
    acknowledged(&reader.join().unwrap())
}

fn acknowledged(text: &str) -> HashMap<String, usize> {
    let whole_lines = text.split_inclusive('\n').filter(|line| line.ends_with('\n'));
    let fields = whole_lines.filter_map(|line| line.trim().strip_prefix("kept ")?.split_once(' '));
    fields.map(|(number, address)| (address.to_owned(), number.parse().unwrap())).collect()
}

/// What is wrong with the folder, in words.
async fn judge(folder: &Path, acknowledged: &HashMap<String, usize>) -> Vec<String> {
    let store = open(folder);
    let mut wrong = Vec::new();
    let mut found = HashMap::new();
    let mut entries = store.entries();
    while let Some(entry) = entries.next().await {
        let ask = entry.unwrap().ask;
        let Some(answer) = store.get(&ask).await.unwrap() else {
            wrong.push(format!("{ask} was taken for damaged"));
            continue;
        };
        let body = answer.body.into_bytes(1 << 30).await.unwrap_or_default();
        match recognise(&ask, &body) {
            Some(number) => drop(found.insert(ask.address(), number)),
            None => wrong.push(format!("{ask} is not whole")),
        }
    }
    for (address, number) in acknowledged {
        // A later one may have come in just before the end.
        if found.get(address).is_none_or(|found| found < number) {
            wrong.push(format!("{address} was acknowledged with {number} and has {:?}", found.get(address)));
        }
    }
    for writer in 0..WRITERS {
        wrong.extend(judge_list(&store, folder, writer, &found).await);
    }
    wrong
}

/// The list, both asked for and as a file, names exactly the versions of which everything is there.
async fn judge_list(
    store: &store::DiskStore,
    folder: &Path,
    writer: usize,
    found: &HashMap<String, usize>,
) -> Option<String> {
    let module = questions(writer, 0)[3].module().unwrap().clone();
    let list = match store.get(&Ask::List(module.clone())).await.unwrap() {
        Some(answer) => answer.body.into_bytes(1 << 20).await.unwrap(),
        None => Bytes::new(),
    };
    let file = fs::read(folder.join(Ask::List(module).address())).unwrap_or_default();
    let numbers = found.values().collect::<std::collections::BTreeSet<_>>();
    let is_whole = |number: usize| {
        let [go_mod, _, zip, _, info] = questions(writer, number);
        [go_mod, zip, info].iter().all(|ask| found.contains_key(&ask.address()))
    };
    let whole = numbers.into_iter().filter(|number| is_whole(**number));
    let expected = whole.map(|number| format!("v1.{number}.0\n")).collect::<Vec<_>>().concat();
    (list != expected || file != expected.as_bytes())
        .then(|| format!("the list of writer {writer} is {list:?}"))
}

fn moment(cycle: usize) -> Duration {
    Duration::from_micros((cycle.wrapping_mul(7_368_787) % 50_000) as u64)
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_and_nothing_torn_is_seen() {
    let (mut acknowledgements, cycles) = (0, cycles());
    for round in 0..cycles.div_ceil(CYCLES_PER_FOLDER) {
        let folder = tempfile::tempdir().unwrap();
        let mut kept = HashMap::new();
        for cycle in 0..CYCLES_PER_FOLDER {
            let acknowledged = run_and_kill(folder.path(), "steady", round * CYCLES_PER_FOLDER + cycle);
            acknowledgements += acknowledged.len();
            kept.extend(acknowledged);
            assert_eq!(judge(folder.path(), &kept).await, Vec::<String>::new());
            assert_eq!(folder.path().join(".tmp").read_dir().unwrap().count(), 0, "drafts are swept");
        }
    }
    assert!(acknowledgements > cycles, "{acknowledgements} artifacts were kept in {cycles} cycles");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_judge_finds_out_a_writer_that_takes_no_care() {
    for cycle in 0..CYCLES {
        let folder = tempfile::tempdir().unwrap();
        let acknowledged = run_and_kill(folder.path(), "careless", cycle);
        if judge(folder.path(), &acknowledged).await.iter().any(|wrong| wrong.ends_with("is not whole")) {
            return;
        }
    }
    panic!("no torn file in {CYCLES} cycles: the judge proves nothing");
}
