//! The few questions that settings ask of the file system, as a trait: resolving settings stays a function of its
//! inputs, and the tests of precedence need no folder.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A settings file longer than this is not read: a hundred times what anybody writes by hand, in bytes.
pub const FILE_BYTES_MAX: u64 = 1 << 20;

/// Read access to files that may hold settings.
pub trait Files: Sync {
    /// The whole content. A file over [`FILE_BYTES_MAX`] is an error, and so is what is no file: reading a pipe could wait
    /// for ever.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Whether this is a file that may be run.
    fn is_executable(&self, path: &Path) -> bool;

    /// The path with all symbolic links followed.
    fn canonical(&self, path: &Path) -> io::Result<PathBuf>;
}

/// The real file system.
#[derive(Debug, Clone, Copy)]
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        if !path.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file"));
        }
        let mut content = Vec::new();
        File::open(path)?.take(FILE_BYTES_MAX + 1).read_to_end(&mut content)?;
        if content.len() as u64 > FILE_BYTES_MAX {
            let message = format!("longer than {FILE_BYTES_MAX} bytes, which no settings file is");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        Ok(content)
    }

    fn is_executable(&self, path: &Path) -> bool {
        path.metadata().is_ok_and(|meta| meta.is_file() && may_run(&meta))
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        path.canonicalize()
    }
}

#[cfg(unix)]
fn may_run(meta: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    meta.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn may_run(_: &std::fs::Metadata) -> bool {
    true
}

/// Files that exist only in a test. `links` maps a path to what it leads to.
#[cfg(test)]
#[derive(Debug, Default)]
pub(crate) struct Memory {
    files: std::collections::BTreeMap<PathBuf, String>,
    links: std::collections::BTreeMap<PathBuf, PathBuf>,
}

#[cfg(test)]
impl Memory {
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| (PathBuf::from(path), (*text).to_owned())).collect();
        Self { files, ..Self::default() }
    }

    pub(crate) fn link(mut self, from: &str, to: &str) -> Self {
        self.links.insert(from.into(), to.into());
        self
    }
}

#[cfg(test)]
impl Files for Memory {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let text = self.files.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(text.clone().into_bytes())
    }

    fn is_executable(&self, path: &Path) -> bool {
        self.canonical(path).is_ok()
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        let target = self.links.get(path).map_or(path, PathBuf::as_path);
        if self.files.contains_key(target) {
            Ok(target.to_owned())
        } else {
            Err(io::ErrorKind::NotFound.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_far_too_long_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("big");
        File::create(&path).unwrap().set_len(FILE_BYTES_MAX).unwrap();
        assert_eq!(Disk.read(&path).unwrap().len() as u64, FILE_BYTES_MAX);
        File::create(&path).unwrap().set_len(FILE_BYTES_MAX + 1).unwrap();
        assert_eq!(Disk.read(&path).unwrap_err().kind(), io::ErrorKind::FileTooLarge);
        assert!(!Disk.is_executable(&path));
    }

    #[test]
    fn a_folder_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        assert!(Disk.read(dir.path()).unwrap_err().to_string().contains("not a regular file"));
    }
}
