//! The stat cache: which files were read, in which state they were, and what their hashes were. Like git's index, it saves reading
//! what has not changed.
//!
//! It lies in the user's cache folder, never in the project: a project must not vouch for its own files (invariant 10). A cache
//! that is damaged, foreign or lost is an empty cache.
//!
//! The clock that stamps files has ticks. A file that is changed twice within one tick, and read in between, keeps its stamps
//! although its content is another: it is "racily clean". So a file is remembered only when it was last changed
//! [`TICK_MAX`] or longer before it was read.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use xxhash_rust::xxh3::xxh3_64;

use super::digest::Digest;
use super::hash;
use super::list::FILES_MAX;
use super::name::Name;
use super::tree::Stat;

/// The coarsest clock of a file system in use: FAT has ticks of two seconds.
pub const TICK_MAX: Duration = Duration::from_secs(2);

/// What a cache file begins with. Another form gets another number.
const MAGIC: &[u8] = b"modkeep stat cache 1\n";

/// The longest cache file that is read: [`FILES_MAX`] entries with names of usual length.
const BYTES_MAX: u64 = 512 << 20;

/// What is known of the files of one vendor folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct StatCache(HashMap<Name, (Stat, Digest)>);

/// The file that keeps what is known of a project's vendor folder, in this folder for caches.
pub(super) fn file_for(folder: &Path, root: &Path) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    let name = Digest::of(root.as_os_str().as_bytes()).to_string();
    folder.join("vendor").join(format!("{}.stat", &name[..32]))
}

impl StatCache {
    /// Reads a cache file. Whatever is wrong with it, an empty cache is right.
    pub(super) fn load(file: &Path) -> Self {
        let read = || -> io::Result<Vec<u8>> {
            let mut bytes = Vec::new();
            hash::open(file)?.take(BYTES_MAX).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        read().ok().and_then(|bytes| decode(&bytes)).unwrap_or_default()
    }

    /// The hash of a file in this state, if it was read in this state.
    pub(super) fn get(&self, name: &Name, stat: &Stat) -> Option<Digest> {
        self.0.get(name).filter(|(known, _)| known == stat).map(|(_, digest)| *digest)
    }

    /// Remembers a file that was read when the clock showed `now` or later, unless it may be racily clean.
    pub(super) fn remember(&mut self, name: &Name, stat: Stat, digest: Digest, now: SystemTime) {
        if is_settled(&stat, now) {
            self.0.insert(name.clone(), (stat, digest));
        } else {
            self.0.remove(name);
        }
    }

    /// Forgets all files that are not among these, which are sorted.
    pub(super) fn retain(&mut self, files: &[(Name, Stat)]) {
        self.0.retain(|name, _| files.binary_search_by(|(file, _)| file.cmp(name)).is_ok());
    }

    /// Writes the cache file. It is not made durable: a cache that a power loss has torn is found out when it is read.
    pub(super) fn save(&self, file: &Path) -> io::Result<()> {
        let folder = file.parent().unwrap_or(Path::new("."));
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut draft = tempfile::NamedTempFile::new_in(folder)?;
        draft.write_all(&self.encode())?;
        draft.persist(file).map_err(|error| error.error)?;
        Ok(())
    }

    fn encode(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for (name, (stat, digest)) in &self.0 {
            let name = name.as_bytes();
            bytes.extend(u32::try_from(name.len()).unwrap_or(u32::MAX).to_le_bytes());
            bytes.extend(name);
            let (modified, changed) = (stat.modified, stat.changed);
            bytes.extend(stat.size.to_le_bytes());
            bytes.extend([modified.0, modified.1, changed.0, changed.1].map(i64::to_le_bytes).concat());
            bytes.extend(stat.inode.to_le_bytes());
            bytes.extend(digest.0);
        }
        bytes.extend(xxh3_64(&bytes).to_le_bytes());
        bytes
    }
}

/// Whether no later change can have left this state as it is.
fn is_settled(stat: &Stat, now: SystemTime) -> bool {
    let Ok(before) = now.duration_since(UNIX_EPOCH) else { return false };
    let Some(before) = before.checked_sub(TICK_MAX) else { return false };
    let (seconds, nanos) = stat.changed.max(stat.modified);
    let before = (i64::try_from(before.as_secs()).unwrap_or(i64::MAX), i64::from(before.subsec_nanos()));
    (seconds, nanos) < before
}

fn decode(bytes: &[u8]) -> Option<StatCache> {
    let (body, sum) = bytes.split_last_chunk::<8>()?;
    if xxh3_64(body) != u64::from_le_bytes(*sum) {
        return None;
    }
    let mut rest = body.strip_prefix(MAGIC)?;
    let mut files = HashMap::new();
    while !rest.is_empty() && files.len() < FILES_MAX {
        let length = usize::try_from(u32::from_le_bytes(take(&mut rest)?)).ok()?;
        let (name, behind) = rest.split_at_checked(length)?;
        rest = behind;
        let size = u64::from_le_bytes(take(&mut rest)?);
        let mut part = || take(&mut rest).map(i64::from_le_bytes);
        let (modified, changed) = ((part()?, part()?), (part()?, part()?));
        let inode = u64::from_le_bytes(take(&mut rest)?);
        let digest = Digest(take(&mut rest)?);
        files.insert(Name::parse(name)?, (Stat { size, modified, changed, inode }, digest));
    }
    Some(StatCache(files))
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, behind) = rest.split_first_chunk::<N>()?;
    *rest = behind;
    Some(*taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stat(seconds: i64) -> Stat {
        Stat { size: 3, modified: (1, 2), changed: (seconds, 5), inode: 9 }
    }

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn name() -> Name {
        Name::parse(b"a/b.go").unwrap()
    }

    #[test]
    fn a_file_that_was_changed_just_now_is_not_remembered() {
        let mut cache = StatCache::default();
        cache.remember(&name(), stat(100), Digest::of(b"x"), at(200));
        assert_eq!(cache.get(&name(), &stat(100)), Some(Digest::of(b"x")));
        assert_eq!(cache.get(&name(), &stat(101)), None);
        for now in [0, 1, 100, 101, 102] {
            cache.remember(&name(), stat(100), Digest::of(b"x"), at(now));
            assert_eq!(cache.get(&name(), &stat(100)), None, "{now}");
        }
        cache.remember(&name(), stat(100), Digest::of(b"x"), at(103));
        assert!(cache.get(&name(), &stat(100)).is_some());
    }

    #[test]
    fn the_modification_time_counts_as_well_when_it_is_later() {
        let mut cache = StatCache::default();
        let future = Stat { modified: (500, 0), ..stat(100) };
        cache.remember(&name(), future, Digest::of(b"x"), at(200));
        assert_eq!(cache.get(&name(), &future), None);
    }

    #[test]
    fn what_was_saved_is_loaded_and_a_changed_byte_shows() {
        let dir = tempfile::tempdir().unwrap();
        let file = file_for(dir.path(), Path::new("/p"));
        let mut cache = StatCache::default();
        cache.remember(&name(), stat(100), Digest::of(b"x"), at(200));
        cache.save(&file).unwrap();
        assert_eq!(StatCache::load(&file), cache);
        let good = fs::read(&file).unwrap();
        for at in 0..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 1;
            fs::write(&file, &bad).unwrap();
            assert_eq!(StatCache::load(&file), StatCache::default(), "{at}");
            fs::write(&file, &good[..at]).unwrap();
            assert_eq!(StatCache::load(&file), StatCache::default(), "{at}");
        }
    }

    #[test]
    fn what_is_gone_is_forgotten() {
        let mut cache = StatCache::default();
        cache.remember(&name(), stat(100), Digest::of(b"x"), at(200));
        cache.retain(&[(name(), stat(100))]);
        assert!(cache.get(&name(), &stat(100)).is_some());
        cache.retain(&[]);
        assert_eq!(cache, StatCache::default());
    }
}
