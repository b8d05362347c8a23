//! Keeping the cache within its limit.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use tokio::task::spawn_blocking;

use super::folder::{IN_USE, PASSING, remove_unused};
use super::size;

/// When a folder that somebody was making or removing counts as left behind.
const LEFT_BEHIND: Duration = Duration::from_hours(1);

/// To how much of the limit it goes down, so that not every fetch sweeps.
const KEPT_PERCENT: u64 = 90;

/// Keeps one cache within its limit, one sweep at a time.
#[derive(Debug)]
pub(crate) struct Sweeper {
    cache: PathBuf,
    bytes_max: u64,
    is_sweeping: Arc<AtomicBool>,
}

impl Sweeper {
    pub(crate) fn new(cache: &Path, bytes_max: u64) -> Self {
        Self { cache: cache.to_owned(), bytes_max, is_sweeping: Arc::default() }
    }

    /// Sees to it that the cache stays within its limit, when something has come into it. Does not wait for that.
    pub(crate) fn sweep(&self) {
        if self.is_sweeping.swap(true, Ordering::AcqRel) {
            return;
        }
        let (cache, bytes_max, is_sweeping) =
            (self.cache.clone(), self.bytes_max, Arc::clone(&self.is_sweeping));
        spawn_blocking(move || {
            let removed = sweep(&cache, bytes_max);
            if removed > 0 {
                tracing::info!(removed, "repositories made room in the cache");
            }
            is_sweeping.store(false, Ordering::Release);
        });
    }
}

/// Removes what was used least recently until the cache takes less than its limit; what is in use stays. Tells how many
/// repositories went.
fn sweep(cache: &Path, bytes_max: u64) -> usize {
    let (passing, mut folders): (Vec<_>, Vec<_>) =
        subfolders(cache).into_iter().partition(|path| is_passing(path));
    let inside = folders.iter().flat_map(|folder| subfolders(folder)).filter(|path| is_passing(path));
    for path in passing.into_iter().chain(inside).filter(|path| last_use(path).is_none_or(is_left_behind)) {
        let _ = fs::remove_dir_all(path);
    }
    let sizes: Vec<_> = folders.iter().map(|folder| size::of(folder)).collect();
    let mut total: u64 = sizes.iter().sum();
    if total <= bytes_max {
        return 0;
    }
    folders.sort_by_key(|folder| last_use(&folder.join(IN_USE)));
    let mut removed = 0;
    for folder in folders {
        if total <= bytes_max / 100 * KEPT_PERCENT {
            break;
        }
        let bytes = size::of(&folder);
        if remove_unused(&folder).unwrap_or(false) {
            total = total.saturating_sub(bytes);
            removed += 1;
        }
    }
    removed
}

fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

fn is_passing(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(PASSING))
}

fn last_use(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

fn is_left_behind(since: SystemTime) -> bool {
    since.elapsed().is_ok_and(|age| age > LEFT_BEHIND)
}

#[cfg(test)]
mod tests {
    use super::super::folder::Folder;
    use super::*;

    #[test]
    fn the_least_recently_used_goes_and_what_is_in_use_stays() {
        let cache = tempfile::tempdir().unwrap();
        let made = |name: &str, seconds: u64| {
            let folder = Folder::new(cache.path(), name);
            folder.enter().unwrap();
            fs::write(folder.path().join("pack"), vec![0; 1000]).unwrap();
            let used = fs::File::options().append(true).open(folder.path().join(IN_USE)).unwrap();
            used.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
            folder
        };
        let (new, old, held) = (made("new", 3), made("old", 2), made("held", 1));
        let in_use = fs::File::open(held.path().join(IN_USE)).unwrap();
        in_use.lock_shared().unwrap();
        assert_eq!(sweep(cache.path(), 1 << 20), 0);
        assert_eq!(sweep(cache.path(), 2500), 1);
        assert!(new.path().exists() && held.path().exists() && !old.path().exists());
    }

    #[test]
    fn what_was_left_behind_goes() {
        let cache = tempfile::tempdir().unwrap();
        let (old, new) = (cache.path().join("passing-old"), cache.path().join("passing-new"));
        for path in [&old, &new] {
            fs::create_dir(path).unwrap();
        }
        fs::File::open(&old).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        sweep(cache.path(), 1 << 20);
        assert!(!old.exists() && new.exists());
    }
}
