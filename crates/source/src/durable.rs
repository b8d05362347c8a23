//! Files that are there whole or not at all: a temporary one beside it is made durable and renamed, and the folder is made durable. So a
//! reader, a crash or a full disk never leaves half of one.
//!
//! What stands at the path is replaced, never written through: a symbolic link there leads nowhere.

use std::fs::{File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use tempfile::NamedTempFile;

/// What a file is called before it has its name.
const PREFIX: &str = ".modkeep-";

/// Who may read a new file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Its owner alone.
    Owner,
    /// Everybody, as far as the user's umask lets them.
    All,
}

/// What may stand at the path already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Already {
    /// An older file goes.
    Replace,
    /// An older file stays, and the call fails with [`io::ErrorKind::AlreadyExists`].
    Keep,
}

/// Puts a small file in its place. The folder must be there.
///
/// # Errors
/// The disk does not take it; what was there is as before.
pub fn write(path: &Path, content: &[u8], readers: Readers, already: Already) -> io::Result<()> {
    let mut draft = draft_in(folder_of(path), readers)?;
    draft.write_all(content)?;
    publish(draft, path, already)
}

/// A file without its name yet, which goes when it is dropped.
///
/// # Errors
/// The disk does not take it.
pub fn draft_in(folder: &Path, readers: Readers) -> io::Result<NamedTempFile> {
    let mode = match readers {
        Readers::Owner => 0o600,
        Readers::All => 0o666,
    };
    tempfile::Builder::new().prefix(PREFIX).permissions(Permissions::from_mode(mode)).tempfile_in(folder)
}

/// Gives a file its name once it is on the disk; the name is there too when this returns.
///
/// # Errors
/// The disk does not take it, or an older file is to stay.
pub fn publish(draft: NamedTempFile, path: &Path, already: Already) -> io::Result<()> {
    draft.as_file().sync_all()?;
    match already {
        Already::Replace => draft.persist(path)?,
        Already::Keep => draft.persist_noclobber(path)?,
    };
    sync_folder_of(path)
}

/// Makes the name of a file durable.
///
/// # Errors
/// The disk does not do it.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn an_older_file_goes_or_stays_as_asked_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        write(&path, b"1", Readers::Owner, Already::Keep).unwrap();
        let error = write(&path, b"2", Readers::Owner, Already::Keep).unwrap_err();
        assert_eq!((error.kind(), fs::read(&path).unwrap()), (io::ErrorKind::AlreadyExists, b"1".to_vec()));
        write(&path, b"2", Readers::Owner, Already::Replace).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"2");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_symbolic_link_is_replaced_and_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (path, target) = (folder.path().join("link"), folder.path().join("target"));
        fs::write(&target, "theirs").unwrap();
        std::os::unix::fs::symlink(&target, &path).unwrap();
        write(&path, b"ours", Readers::All, Already::Replace).unwrap();
        assert_eq!(
            (fs::read(&target).unwrap(), fs::read(&path).unwrap()),
            (b"theirs".to_vec(), b"ours".to_vec())
        );
    }
}
