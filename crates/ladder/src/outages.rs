//! Which places were down at the end of the last run: a build that begins a moment later does not wait for them again.
//!
//! It is a hint and no more. A file that cannot be read or written costs the waiting, and a place that nobody else can stand in for is
//! asked all the same.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use source::{Outage, Vitals};
use tempfile::NamedTempFile;
use vcs::Hosts;

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
    /// By their names in the file.
    watched: Mutex<Vec<(String, Arc<Vitals>)>>,
    hosts: OnceLock<Arc<Hosts>>,
}

/// What hosts of repositories are called in the file, before their names.
const HOST: &str = "host ";

/// What a place is asked for. One server can be a proxy and a way to a database, and be down as the one alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Modules.
    Modules,
    /// What a checksum database says.
    Database,
}

impl Use {
    /// What a place is called in the file.
    fn name_of(self, vitals: &Vitals) -> String {
        let word = match self {
            Self::Modules => "modules",
            Self::Database => "database",
        };
        format!("{word} {}", vitals.origin())
    }
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
        Self { file: path.to_owned(), now, known, watched: Mutex::default(), hosts: OnceLock::new() }
    }

    /// Has a place left alone if it was down a moment ago, and looks at it again at the end.
    pub fn watch(&self, used: Use, vitals: &Arc<Vitals>) {
        let (now, name) = (seconds((self.now)()), used.name_of(vitals));
        if let Some((outage, left)) = self.known.get(&name).and_then(|known| known.recalled(now)) {
            vitals.recall(&outage, left);
        }
        self.watched.lock().unwrap_or_else(PoisonError::into_inner).push((name, vitals.clone()));
    }

    /// The same for all hosts of repositories, of which nobody knows yet who will be asked.
    pub fn watch_hosts(&self, hosts: &Arc<Hosts>) {
        let now = seconds((self.now)());
        let known = self.known.iter().filter_map(|(name, known)| Some((name.strip_prefix(HOST)?, known)));
        for (name, (outage, left)) in known.filter_map(|(name, known)| Some((name, known.recalled(now)?))) {
            hosts.recall(name, &outage, left);
        }
        // The ladder of a run is made once.
        let _ = self.hosts.set(hosts.clone());
    }

    /// All that was met in this run, by their names in the file, and the trouble of those that are down.
    fn met(&self) -> Vec<(String, Option<Outage>)> {
        let watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let places = watched.iter().map(|(name, vitals)| (name.clone(), vitals.outage()));
        let hosts = self.hosts.get().map(|hosts| hosts.met()).unwrap_or_default();
        places.chain(hosts.into_iter().map(|(name, outage)| (format!("{HOST}{name}"), outage))).collect()
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
        for (name, outage) in self.met() {
            match outage {
                // What was recalled and not tried again is not made to last for longer.
                Some(_) if self.known.get(&name).is_some_and(|known| known.until > now) => {}
                Some(outage) => drop(all.insert(name, Remembered::of(&outage, now))),
                None => drop(all.remove(&name)),
            }
        }
        if all.is_empty() && before.is_empty() { Ok(()) } else { write(&self.file, &all) }
    }
}

impl Remembered {
    /// The outage, and for how long it still counts; none for one of which nothing is left.
    fn recalled(&self, now: u64) -> Option<(Outage, Duration)> {
        // A clock that was set back does not make it longer.
        let left =
            Duration::from_secs(self.until.checked_sub(now).filter(|left| *left > 0)?).min(REMEMBERED_FOR);
        let lasted = Duration::from_secs(now.saturating_sub(self.since));
        Some((Outage { lasted, trouble: self.trouble.clone() }, left))
    }

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
        outages.watched.lock().unwrap().push((Use::Modules.name_of(&place), place));
        outages.save().unwrap();
        (folder, path)
    }

    #[test]
    fn the_next_run_knows_what_was_down_and_a_later_one_does_not() {
        let (_folder, path) = remembering();
        let next = place();
        Outages::read(&path, at_begin).watch(Use::Modules, &next);
        let known = next.outage().unwrap();
        assert_eq!((known.trouble.as_str(), known.lasted.as_secs()), ("silent", 3));
        let late = place();
        Outages::read(&path, later).watch(Use::Modules, &late);
        assert_eq!(late.outage(), None);
    }

    /// That its mirror of a database is well says nothing about its modules, and the other way round.
    #[test]
    fn one_place_is_known_apart_by_what_it_is_asked_for() {
        let (_folder, path) = remembering();
        let (modules, database) = (place(), place());
        let next = Outages::read(&path, at_begin);
        next.watch(Use::Modules, &modules);
        next.watch(Use::Database, &database);
        assert!(modules.outage().is_some() && database.outage().is_none());
        next.save().unwrap();
        let later = place();
        Outages::read(&path, at_begin).watch(Use::Modules, &later);
        assert!(later.outage().is_some(), "the way to the database did not undo it");
    }

    #[test]
    fn hosts_of_repositories_are_remembered_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("outages.json");
        let (name, outage) =
            ("ssh://a.example", Outage { lasted: Duration::ZERO, trouble: "silent".to_owned() });
        let (first, hosts) = (Outages::read(&path, at_begin), Arc::new(Hosts::default()));
        first.watch_hosts(&hosts);
        hosts.recall(name, &outage, REMEMBERED_FOR);
        first.save().unwrap();
        let next = Arc::new(Hosts::default());
        Outages::read(&path, at_begin).watch_hosts(&next);
        assert!(matches!(&next.met()[..], [(known, Some(_))] if known == name));
        let late = Arc::new(Hosts::default());
        Outages::read(&path, later).watch_hosts(&late);
        assert_eq!(late.met(), []);
    }

    #[test]
    fn it_is_not_remembered_for_ever_by_being_looked_at() {
        let (_folder, path) = remembering();
        let before = fs::read(&path).unwrap();
        let again = Outages::read(&path, || at_begin() + Duration::from_secs(20));
        again.watch(Use::Modules, &place());
        again.save().unwrap();
        assert_eq!(fs::read(&path).unwrap(), before);
    }

    #[test]
    fn a_damaged_file_and_one_from_the_future_do_no_harm() {
        let (_folder, path) = remembering();
        let early = place();
        Outages::read(&path, || UNIX_EPOCH).watch(Use::Modules, &early);
        assert!(early.outage().is_some());
        for damage in ["", "{", "[]", "{\"proxy.example\":{}}"] {
            fs::write(&path, damage).unwrap();
            let vitals = place();
            let outages = Outages::read(&path, at_begin);
            outages.watch(Use::Modules, &vitals);
            assert_eq!(vitals.outage(), None, "{damage}");
            outages.save().unwrap();
        }
    }

    #[test]
    fn when_all_is_well_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none/outages.json");
        let outages = Outages::read(&path, at_begin);
        outages.watch(Use::Modules, &place());
        outages.save().unwrap();
        assert!(!path.parent().unwrap().exists());
    }
}
