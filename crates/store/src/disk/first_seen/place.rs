//! Where the record of one module version lies, and how it is read, locked and replaced.

use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use gomod::ModuleVersion;
use source::{Sighting, Subject};

use super::owner::give_to_owner;
use super::record::{OnRecord, Record};
use crate::disk::layout::VERSIONS;
use crate::disk::publish::sync_folder;

/// The folder of all records. Its dot keeps it out of the GOPROXY that the data folder is.
const FOLDER: &str = ".first-seen";

/// How large a record may be, in bytes: that of a version which an operator accepted anew a thousand times.
const SIZE_MAX: usize = 1 << 20;

/// How long another process is waited for that is writing down a hash of the same module: far longer than a disk takes that
/// is still of use.
const LOCK_WAIT_MAX: Duration = Duration::from_secs(10);

/// How long to leave such a process alone before looking again.
const LOCK_PAUSE: Duration = Duration::from_millis(5);

/// Where the record of one module version lies.
#[derive(Debug)]
pub(super) struct Place {
    root: PathBuf,
    folder: PathBuf,
    module: ModuleVersion,
}

impl Place {
    /// In the data folder `root`, an absolute path.
    pub(super) fn new(root: &Path, module: &ModuleVersion) -> Self {
        let folder = root.join(FOLDER).join(module.path().escaped().as_str()).join(VERSIONS);
        Self { root: root.to_owned(), folder, module: module.clone() }
    }

    fn path(&self) -> PathBuf {
        self.folder.join(self.module.version().escaped())
    }

    /// What is on record.
    pub(super) fn read(&self) -> io::Result<Record> {
        let path = self.path();
        match read_regular(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Record::empty()),
            Err(error) => Err(telling(&error, "read", &path)),
            Ok(text) => Ok(Record::decode(text, &self.module)),
        }
    }

    /// Waits until no other process writes in this folder, making it if need be.
    pub(super) fn lock(&self) -> io::Result<File> {
        let path = self.folder.join(".lock");
        self.open_lock(&path)
            .and_then(|lock| hold(lock, LOCK_WAIT_MAX))
            .map_err(|error| telling(&error, "lock", &path))
    }

    fn open_lock(&self, path: &Path) -> io::Result<File> {
        fs::create_dir_all(&self.folder)?;
        let lock = File::options().create(true).truncate(false).write(true).open(path)?;
        self.give_to_owner(path);
        Ok(lock)
    }

    /// What an operator makes as root must not lock out the server, which runs as somebody else.
    fn give_to_owner(&self, path: &Path) {
        let made = path.ancestors().take_while(|above| *above != self.root);
        made.for_each(|path| give_to_owner(path, &self.root));
    }

    /// Puts a whole new record in the place of the old one. The caller holds the lock, so that nobody else has the draft of
    /// this name.
    pub(super) fn replace(&self, text: &[u8]) -> io::Result<()> {
        let path = self.path();
        self.try_replace(text, &path).map_err(|error| telling(&error, "write", &path))
    }

    fn try_replace(&self, text: &[u8], path: &Path) -> io::Result<()> {
        if text.len() > SIZE_MAX {
            return Err(too_large());
        }
        let draft = self.folder.join(format!(".{}.draft", self.module.version().escaped()));
        let mut file = File::create(&draft)?;
        file.write_all(text)?;
        file.sync_all()?;
        self.give_to_owner(&draft);
        fs::rename(draft, path)
    }

    /// Makes the record's name durable, and the folders that lead to it, whoever made them.
    pub(super) fn make_durable(&self) -> io::Result<()> {
        let mut folders = self.folder.ancestors().take_while(|above| above.starts_with(&self.root));
        folders.try_for_each(sync_folder).map_err(|error| telling(&error, "make durable", &self.path()))
    }

    /// The sighting that counts by the record of this place.
    ///
    /// # Errors
    /// The record is damaged.
    pub(super) fn sighting(&self, record: &Record, subject: Subject) -> io::Result<Option<Sighting>> {
        match record.of(subject) {
            OnRecord::Nothing => Ok(None),
            OnRecord::Sighting(sighting) => Ok(Some(sighting.clone())),
            OnRecord::Damaged => Err(self.damaged(subject)),
        }
    }

    fn damaged(&self, subject: Subject) -> io::Error {
        let path = self.path();
        let (path, module, key) = (path.display(), &self.module, subject.key(&self.module));
        let message = format!(
            "the record of hashes seen first {path} is damaged, so that nobody knows which {subject} of {module} was seen first; \
             find out which is the right one, and accept its hash with: modkeep store accept {key} H1"
        );
        io::Error::new(io::ErrorKind::InvalidData, message)
    }
}

fn read_regular(path: &Path) -> io::Result<Vec<u8>> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    let mut text = Vec::new();
    File::open(path)?.take(SIZE_MAX as u64 + 1).read_to_end(&mut text)?;
    if text.len() > SIZE_MAX { Err(too_large()) } else { Ok(text) }
}

fn too_large() -> io::Error {
    io::Error::other(format!("it is larger than the limit of {SIZE_MAX} bytes"))
}

fn hold(lock: File, wait_max: Duration) -> io::Result<File> {
    let begun = Instant::now();
    loop {
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::Error(error)) => return Err(error),
            Err(TryLockError::WouldBlock) if begun.elapsed() < wait_max => thread::sleep(LOCK_PAUSE),
            Err(TryLockError::WouldBlock) => {
                return Err(io::Error::new(
                    io::ErrorKind::TimedOut,
                    "another process has held it for too long",
                ));
            }
        }
    }
}

/// The error with what was attempted, where, and what to do.
fn telling(error: &io::Error, doing: &str, path: &Path) -> io::Error {
    let advice = match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; see to it that the user who runs modkeep may read and write there"
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "; make room on the disk",
        _ => "",
    };
    let path = path.display();
    io::Error::new(
        error.kind(),
        format!("cannot {doing} the record of hashes seen first {path}: {error}{advice}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_that_holds_the_lock_for_ever_is_not_waited_for_that_long() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let open = || File::options().write(true).open(file.path()).unwrap();
        let wait_max = Duration::from_millis(20);
        let held = hold(open(), wait_max).unwrap();
        let error = hold(open(), wait_max).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        drop(held);
        assert!(hold(open(), wait_max).is_ok());
    }

    #[test]
    fn no_record_is_written_that_would_be_too_large_to_read() {
        let root = tempfile::tempdir().unwrap();
        let place = Place::new(root.path(), &ModuleVersion::parse("example.com/m", "v1.0.0").unwrap());
        let _lock = place.lock().unwrap();
        place.replace(&vec![b'x'; SIZE_MAX]).unwrap();
        place.read().unwrap();
        let told = place.replace(&vec![b'x'; SIZE_MAX + 1]).unwrap_err().to_string();
        assert!(told.contains("larger than the limit"), "{told}");
        place.read().unwrap();
    }
}
