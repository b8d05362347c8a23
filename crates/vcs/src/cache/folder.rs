//! The folder of one remote in the cache.
//!
//! It appears by one rename, so that what a killed process leaves behind is whole or is not there. `in-use` is locked shared by
//! everybody who works in it, and its time is that of the last use; who wants to remove the folder needs that lock alone.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest as _, Sha256};

use super::hex;
use super::lock;

/// The file that says who works here.
pub(crate) const IN_USE: &str = "in-use";
/// The beginning of the names of folders that are being made or removed.
pub(crate) const PASSING: &str = "passing-";

/// How often it is tried to enter a folder that others remove at the same time.
const TRIES: usize = 8;

/// Where the folder of a remote is.
#[derive(Debug, Clone)]
pub(crate) struct Folder {
    cache: PathBuf,
    path: PathBuf,
    url: String,
}

/// While this lives, nobody removes the folder.
#[derive(Debug)]
pub(crate) struct InUse {
    _lock: File,
}

impl Folder {
    pub(crate) fn new(cache: &Path, url: &str) -> Self {
        let name = hex(&Sha256::digest(url.as_bytes()));
        Self { cache: cache.to_owned(), path: cache.join(name), url: url.to_owned() }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The address of the remote.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Makes the folder if need be, and keeps it while what is returned lives.
    pub(crate) fn enter(&self) -> io::Result<InUse> {
        for _ in 0..TRIES {
            match self.try_enter() {
                Ok(Some(in_use)) => return Ok(in_use),
                Ok(None) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => self.create()?,
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::other("the folder of the repository is removed again and again"))
    }

    /// `None` when the folder was removed at the same moment.
    fn try_enter(&self) -> io::Result<Option<InUse>> {
        let path = self.path.join(IN_USE);
        let file = File::options().append(true).open(&path)?;
        file.lock_shared()?;
        if fs::metadata(&path)?.ino() != file.metadata()?.ino() {
            return Ok(None);
        }
        file.set_modified(SystemTime::now())?;
        Ok(Some(InUse { _lock: file }))
    }

    fn create(&self) -> io::Result<()> {
        fs::create_dir_all(&self.cache)?;
        let draft = passing(&self.cache)?;
        fs::write(draft.join("url"), format!("{}\n", self.url))?;
        fs::write(draft.join(IN_USE), "")?;
        match fs::rename(&draft, &self.path) {
            Err(_) if self.path.join(IN_USE).exists() => fs::remove_dir_all(&draft),
            other => other,
        }
    }
}

/// A new empty folder with a name of its own, for something that is about to get its real name, or has just lost it.
pub(crate) fn passing(parent: &Path) -> io::Result<PathBuf> {
    Ok(tempfile::Builder::new().prefix(PASSING).tempdir_in(parent)?.keep())
}

/// Removes a folder so that under its name it is gone at once, whatever happens meanwhile.
pub(crate) fn remove(path: &Path) -> io::Result<()> {
    let parent = path.parent().unwrap_or(path);
    let aside = passing(parent)?;
    match fs::rename(path, aside.join("removed")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => fs::remove_dir_all(&aside),
    }
}

/// Removes the folder of a remote, unless somebody works in it. Tells whether it did.
pub(crate) fn remove_unused(path: &Path) -> io::Result<bool> {
    let in_use = lock::open(&path.join(IN_USE))?;
    if in_use.try_lock().is_err() {
        return Ok(false);
    }
    remove(path).map(|()| true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_in_use_stays() {
        let cache = tempfile::tempdir().unwrap();
        let folder = Folder::new(cache.path(), "https://example.com/a");
        let (first, second) = (folder.enter().unwrap(), folder.enter().unwrap());
        assert_eq!(fs::read_to_string(folder.path().join("url")).unwrap(), "https://example.com/a\n");
        drop(first);
        assert!(!remove_unused(folder.path()).unwrap());
        drop(second);
        assert!(remove_unused(folder.path()).unwrap());
        assert_eq!(fs::read_dir(cache.path()).unwrap().count(), 0);
        folder.enter().unwrap();
    }
}
