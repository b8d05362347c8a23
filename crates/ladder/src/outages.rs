//! Which places were down at the end of the last run: a build that begins a moment later does not wait for them again.
//!
//! It is a hint and no more. A file that cannot be read or written costs the waiting, and a place that nobody else can stand in for is
//! asked all the same.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use source::{Outage, Vitals};
use tempfile::NamedTempFile;

/// How long after a run a place is left alone that was down at its end: long enough for the next command of a script, too short for
/// anybody to wonder why a place that has been mended is not asked.
const REMEMBERED_FOR: Duration = Duration::from_secs(30);

/// How large the file may be, in bytes: some thousand places.
const SIZE_MAX: u64 = 256 << 10;

/// How many characters of a trouble are kept.
const TROUBLE_CHARS_MAX: usize = 300;

/// The places of a run, and what is remembered of them.
#[derive(Debug)]
pub struct Outages {
    file: PathBuf,
    now: fn() -> SystemTime,
    known: BTreeMap<String, Remembered>,
    watched: Mutex<Vec<Arc<Vitals>>>,
}

/// One place that was down. Times are seconds since 1970.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Remembered {
    since: u64,
    until: u64,
    trouble: String,
}

impl Outages {
    /// What the file at `path` says, which may be missing.
    pub fn read(path: &Path, now: fn() -> SystemTime) -> Self {
        let known = known(path).unwrap_or_default();
        Self { file: path.to_owned(), now, known, watched: Mutex::default() }
    }

    /// Has a place left alone if it was down a moment ago, and looks at it again at the end.
    pub fn watch(&self, vitals: &Arc<Vitals>) {
        let now = seconds((self.now)());
        if let Some(known) = self.known.get(vitals.origin().as_str()).filter(|known| known.until > now) {
            let lasted = Duration::from_secs(now.saturating_sub(known.since));
            // A clock that was set back does not make it longer.
            let left = Duration::from_secs(known.until - now).min(REMEMBERED_FOR);
            vitals.recall(&Outage { lasted, trouble: known.trouble.clone() }, left);
        }
        self.watched.lock().unwrap_or_else(PoisonError::into_inner).push(vitals.clone());
    }

    /// Writes down which places are down now. Places of other projects stay as they are known.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn save(&self) -> io::Result<()> {
        let now = seconds((self.now)());
        let mut all = known(&self.file).unwrap_or_default();
        let before: Vec<String> = all.keys().cloned().collect();
        all.retain(|_, known| known.until > now);
        for vitals in self.watched.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let origin = vitals.origin().as_str();
            match vitals.outage() {
                // What was recalled and not tried again is not made to last for longer.
                Some(_) if self.known.get(origin).is_some_and(|known| known.until > now) => {}
                Some(outage) => drop(all.insert(origin.to_owned(), Remembered::of(&outage, now))),
                None => drop(all.remove(origin)),
            }
        }
        if all.is_empty() && before.is_empty() { Ok(()) } else { write(&self.file, &all) }
    }
}

impl Remembered {
    fn of(outage: &Outage, now: u64) -> Self {
        Self {
            since: now.saturating_sub(outage.lasted.as_secs()),
            until: now + REMEMBERED_FOR.as_secs(),
            trouble: outage.trouble.chars().take(TROUBLE_CHARS_MAX).collect(),
        }
    }
}

fn known(path: &Path) -> Option<BTreeMap<String, Remembered>> {
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    let mut text = Vec::new();
    File::open(path).ok()?.take(SIZE_MAX).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

fn write(path: &Path, all: &BTreeMap<String, Remembered>) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut draft = NamedTempFile::new_in(folder)?;
    draft.write_all(&serde_json::to_vec(all)?)?;
    draft.persist(path).map(drop).map_err(io::Error::from)
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

#[cfg(test)]
mod tests {
    use source::Origin;

    use super::*;

    const BEGIN: u64 = 1_800_000_000;

    fn at_begin() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(BEGIN)
    }

    fn later() -> SystemTime {
        at_begin() + REMEMBERED_FOR
    }

    fn place() -> Arc<Vitals> {
        Vitals::new(Origin::new("proxy.example"), || 0.5)
    }

    /// A file that remembers the place.
    fn remembering() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("client/outages.json");
        let (outages, place) = (Outages::read(&path, at_begin), place());
        place
            .recall(&Outage { lasted: Duration::from_secs(3), trouble: "silent".to_owned() }, REMEMBERED_FOR);
        outages.watched.lock().unwrap().push(place);
        outages.save().unwrap();
        (folder, path)
    }

    #[test]
    fn the_next_run_knows_what_was_down_and_a_later_one_does_not() {
        let (_folder, path) = remembering();
        let next = place();
        Outages::read(&path, at_begin).watch(&next);
        let known = next.outage().unwrap();
        assert_eq!((known.trouble.as_str(), known.lasted.as_secs()), ("silent", 3));
        let late = place();
        Outages::read(&path, later).watch(&late);
        assert_eq!(late.outage(), None);
    }

    #[test]
    fn it_is_not_remembered_for_ever_by_being_looked_at() {
        let (_folder, path) = remembering();
        let before = fs::read(&path).unwrap();
        let again = Outages::read(&path, || at_begin() + Duration::from_secs(20));
        again.watch(&place());
        again.save().unwrap();
        assert_eq!(fs::read(&path).unwrap(), before);
    }

    #[test]
    fn a_damaged_file_and_one_from_the_future_do_no_harm() {
        let (_folder, path) = remembering();
        let early = place();
        Outages::read(&path, || UNIX_EPOCH).watch(&early);
        assert!(early.outage().is_some());
        for damage in ["", "{", "[]", "{\"proxy.example\":{}}"] {
            fs::write(&path, damage).unwrap();
            let vitals = place();
            let outages = Outages::read(&path, at_begin);
            outages.watch(&vitals);
            assert_eq!(vitals.outage(), None, "{damage}");
            outages.save().unwrap();
        }
    }

    #[test]
    fn when_all_is_well_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none/outages.json");
        let outages = Outages::read(&path, at_begin);
        outages.watch(&place());
        outages.save().unwrap();
        assert!(!path.parent().unwrap().exists());
    }
}
