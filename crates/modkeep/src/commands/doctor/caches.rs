//! The folders in which things are kept on this machine: whether they are there, can be written to, and have room.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use bytesize::ByteSize;
use doctor::Severity;
use rustix::fs::{Access, access, statvfs};

use super::finding::Local;
use crate::commands::Session;
use crate::commands::go::ground::module_cache;
use crate::env::{Env, Platform};
use crate::go::GoSettings;
use crate::report::Failed;
use crate::settings::{Settings, table};

/// Less room than this, in bytes, and builds may end in the middle: a large project takes as much.
const FREE_MIN: u64 = 1 << 30;

/// How long sizes are summed up, for each folder: with a slow disk, "at least" has to do.
const MEASURING_MAX: Duration = Duration::from_secs(1);

/// One folder.
#[derive(Debug, Clone)]
pub(super) struct Cache {
    /// What it is called.
    pub(super) name: &'static str,
    pub(super) folder: PathBuf,
    pub(super) exists: bool,
    /// Whether this user may write to it, or make it where it is not there.
    pub(super) writable: bool,
    pub(super) bytes: u64,
    /// Whether all of it was looked at.
    pub(super) is_measured: bool,
    /// Room on its file system, in bytes.
    pub(super) free: Option<u64>,
}

/// The module cache and the build cache of go, and the folder of `modkeep serve` if it is there.
pub(super) fn of(settings: &Settings, session: &Session<'_>) -> Result<Vec<Cache>, Failed> {
    let go = GoSettings::load(session.env, session.files);
    let get = |name: &str| go.get(name).map(|(value, _)| value);
    let modules = module_cache(get("GOMODCACHE"), get("GOPATH"), session.env);
    let builds = get("GOCACHE").map_or_else(|| build_cache(session.env), |folder| Some(folder.into()));
    let store = Some(settings.get(&table::DATA)?).filter(|folder| folder.is_dir());
    let named = [("GOMODCACHE", modules), ("GOCACHE", builds), ("store", store)];
    let folders = named.into_iter().filter_map(|(name, folder)| Some((name, folder?)));
    // `off` is no folder.
    let folders = folders.filter(|(_, folder)| folder.is_absolute());
    Ok(folders.map(|(name, folder)| Cache::of(name, folder)).collect())
}

/// Where go keeps what it has built, unless it is told otherwise.
fn build_cache(env: &Env) -> Option<PathBuf> {
    let caches = match env.platform() {
        Platform::MacOs => env.home().map(|home| home.join("Library/Caches")),
        Platform::Unix => env.cache_home(),
    };
    caches.map(|folder| folder.join("go-build"))
}

impl Cache {
    fn of(name: &'static str, folder: PathBuf) -> Self {
        let exists = folder.exists();
        let nearest = folder.ancestors().find(|above| above.exists()).unwrap_or(Path::new("/"));
        let writable = nearest.is_dir() && access(nearest, Access::WRITE_OK | Access::EXEC_OK).is_ok();
        let free = statvfs(nearest).ok().map(|found| found.f_bavail.saturating_mul(found.f_frsize));
        let (bytes, is_measured) = measured(&folder);
        Self { name, folder, exists, writable, bytes, is_measured, free }
    }

    pub(super) fn findings(&self) -> Vec<Local> {
        let Self { name, folder, .. } = self;
        let mut found = Vec::new();
        if !self.writable {
            let message = format!("{name} cannot be written to: {}", folder.display());
            let fix = "make it a folder of this user, or name another one with its variable";
            let severity = if *name == "store" { Severity::Warning } else { Severity::Broken };
            found.push(Local::new("cache", "cache-not-writable", severity, message, fix));
        }
        if let Some(free) = self.free.filter(|free| *free < FREE_MIN) {
            let message = format!("there is little room for {name}: {} left", ByteSize(free));
            let fix = "make room; `go clean -cache` and `go clean -modcache` give back what can be had again";
            let evidence = [format!("{} is on that file system", folder.display())];
            found.push(Local::new("cache", "little-room", Severity::Warning, message, fix).with(evidence));
        }
        found
    }
}

/// The bytes of all files in a folder, and whether those are all.
fn measured(folder: &Path) -> (u64, bool) {
    let until = Instant::now() + MEASURING_MAX;
    let (mut open, mut bytes) = (vec![folder.to_owned()], 0_u64);
    while let Some(folder) = open.pop() {
        if Instant::now() > until {
            return (bytes, false);
        }
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(found) if found.is_dir() => open.push(entry.path()),
                Ok(found) => bytes = bytes.saturating_add(found.len()),
                Err(_) => {}
            }
        }
    }
    (bytes, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_measured_and_one_that_is_not_there_can_be_made() {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("a")).unwrap();
        fs::write(home.path().join("a/f"), [0; 1000]).unwrap();
        fs::write(home.path().join("g"), [0; 10]).unwrap();
        let cache = Cache::of("GOCACHE", home.path().to_owned());
        assert_eq!((cache.exists, cache.writable, cache.bytes, cache.is_measured), (true, true, 1010, true));
        let absent = Cache::of("GOCACHE", home.path().join("x/y"));
        assert_eq!((absent.exists, absent.writable), (false, true));
        let below_a_file = Cache::of("GOCACHE", home.path().join("g/y"));
        assert!(!below_a_file.writable);
        assert_eq!(below_a_file.findings()[0].cause, "cache-not-writable");
    }
}
