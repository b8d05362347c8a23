//! The journal of placed vendor folders: which folder is ours to remove.
//!
//! It lies with the user, not in the project: a project that brings a marker of its own along must not make us remove
//! anything. The marker in the folder, the folder itself and the journal must agree.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rustix::fs::FlockOperation;

use super::digest::Digest;
use super::error::{VendorError, at};
use super::lock::Lock;
use super::publish::sync_folder;

/// The longest entry that is read.
const ENTRY_BYTES_MAX: u64 = 1000;

/// A placed vendor folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    /// Which folder it is: see [`identity`].
    pub(super) folder: String,
    /// What its marker says.
    pub(super) token: String,
}

/// The file of a project's entry. Whoever uses the placed folder holds a shared lock on it.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
}

impl Journal {
    /// The entry of the project in `root`, in the user's folder for state.
    pub(super) fn of(state: &Path, root: &Path) -> Self {
        let name = Digest::of(root.as_os_str().as_bytes()).to_string();
        Self { path: state.join("placed").join(&name[..32]) }
    }

    /// The entry; `None` when there is none, or one that was not written to its end, whose folder was never placed.
    pub(super) fn read(&self) -> Result<Option<Entry>, VendorError> {
        let mut text = String::new();
        let read =
            File::open(&self.path).and_then(|file| file.take(ENTRY_BYTES_MAX).read_to_string(&mut text));
        match read {
            Ok(_) => Ok(Entry::parse(&text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(at("read", &self.path)(error)),
        }
    }

    /// Whether there is a file at all.
    pub(super) fn exists(&self) -> bool {
        self.path.symlink_metadata().is_ok()
    }

    /// Writes the entry, for good, and uses it.
    pub(super) fn write(&self, entry: &Entry) -> Result<Use, VendorError> {
        let folder = self.path.parent().unwrap_or(Path::new("/"));
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(at("make", folder))?;
        let mut file = File::options()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&self.path)
            .map_err(at("write", &self.path))?;
        file.write_all(entry.to_text().as_bytes()).map_err(at("write", &self.path))?;
        file.sync_all().map_err(at("write", &self.path))?;
        sync_folder(folder)?;
        self.lock()
    }

    /// Uses the folder of the entry: while the use lives, the folder is not removed.
    pub(super) fn lock(&self) -> Result<Use, VendorError> {
        Lock::try_take(&self.path, FlockOperation::NonBlockingLockShared).map(Use)
    }

    /// Whether some run uses the folder of the entry.
    pub(super) fn is_used(&self) -> Result<bool, VendorError> {
        if !self.exists() {
            return Ok(false);
        }
        Ok(Lock::try_take(&self.path, FlockOperation::NonBlockingLockExclusive)?.is_none())
    }

    /// Forgets the entry.
    pub(super) fn remove(&self) -> Result<(), VendorError> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at("remove", &self.path)(error)),
            _ => Ok(()),
        }
    }
}

/// What tells a folder from all others on its file system, also when it was renamed: its inode, and when it was made, where the
/// system knows, since the inode of a removed folder is given to the next one.
pub(super) fn identity(folder: &Path) -> Result<String, VendorError> {
    let meta = fs::symlink_metadata(folder).map_err(at("look at", folder))?;
    let made = meta.created().ok().and_then(|made| made.duration_since(UNIX_EPOCH).ok());
    Ok(format!("{} {}", meta.ino(), made.unwrap_or_default().as_nanos()))
}

/// While it lives, the placed folder is not removed.
#[derive(Debug)]
pub(super) struct Use(#[expect(dead_code, reason = "it is held, not looked at")] Option<Lock>);

impl Entry {
    fn to_text(&self) -> String {
        format!("modkeep placed v1\nfolder {}\ntoken {}\n", self.folder, self.token)
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines().skip(1);
        let folder = lines.next()?.strip_prefix("folder ")?.to_owned();
        let token = lines.next()?.strip_prefix("token ")?.to_owned();
        let entry = Self { folder, token };
        (entry.to_text() == text).then_some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_used_until_the_last_use_ends() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::of(dir.path(), Path::new("/p"));
        assert_eq!((journal.read().unwrap(), journal.is_used().unwrap()), (None, false));
        let entry = Entry { folder: "7".into(), token: "t".into() };
        let first = journal.write(&entry).unwrap();
        let second = journal.lock().unwrap();
        assert_eq!(journal.read().unwrap(), Some(entry));
        drop(first);
        assert!(journal.is_used().unwrap());
        drop(second);
        assert!(!journal.is_used().unwrap());
        journal.remove().unwrap();
        assert!(!journal.exists());
    }

    #[test]
    fn half_an_entry_is_none() {
        let text = Entry { folder: "7".into(), token: "t".into() }.to_text();
        for end in 0..text.len() {
            assert_eq!(Entry::parse(&text[..end]), None, "{end}");
        }
    }
}
