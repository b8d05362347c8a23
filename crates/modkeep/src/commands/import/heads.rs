//! Taking the newest tree head that a folder has before its records.
//!
//! Cached answers of a database come each with the head of its day, and the cache has the tiles that lead from every one of them to
//! the newest (protocol.md G20, G22), but not those that lead from one to the next. So the newest has to be known first.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use gomod::gosumdb::{Lookup, SumDb};
use gomod::note::Note;
use gomod::tlog::TreeHead;
use source::sumdb::{Database, Shelf};
use source::{Ctx, Origin, SumDbPath};
use store::disk::{lookups_of, shelf_of};

/// Where a tree of files has the newest head, if it has one.
const LATEST: &str = "latest";

/// How many heads are tried: of a cache that was copied whole the first will do.
const TRIES_MAX: usize = 16;

/// Lets `opened` take the newest head in `folder` that it can take. Without any it takes those of the records, one by one.
pub(super) async fn take_newest(
    opened: &Database,
    database: &SumDb,
    folder: &Path,
    from: &Origin,
    patience: Duration,
) {
    let heads = heads_in(folder, database).await;
    for note in heads.into_values().rev().take(TRIES_MAX) {
        if opened.take_head(&note, from, &Ctx::within(patience)).await.is_ok() {
            return;
        }
    }
}

/// The signed heads in a folder, by size.
async fn heads_in(folder: &Path, database: &SumDb) -> BTreeMap<u64, Vec<u8>> {
    let shelf = shelf_of(folder, &database.name);
    let mut heads = BTreeMap::new();
    let mut add = |note: &[u8]| {
        if let Some(size) = size_of(note, database) {
            heads.entry(size).or_insert_with(|| note.to_vec());
        }
    };
    if let Ok(Some(latest)) = shelf.read(LATEST).await {
        add(&latest);
    }
    for file in lookups_of(folder, &database.name).flatten() {
        let Ok(Some(body)) = shelf.read(&SumDbPath::Lookup(file.module).address()).await else { continue };
        if let Ok(lookup) = Lookup::parse(&body) {
            add(lookup.note);
        }
    }
    heads
}

/// How many records the tree has whose head this is, when the database has signed it.
fn size_of(note: &[u8], database: &SumDb) -> Option<u64> {
    let note = Note::open(note, std::slice::from_ref(&database.key)).ok()?;
    Some(TreeHead::parse(note.text()).ok()?.size)
}
