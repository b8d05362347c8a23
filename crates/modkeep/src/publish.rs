//! Puts a small file in its place in one step: a reader, a crash or a full disk never leaves half of one.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use tempfile::NamedTempFile;

/// What may stand at the path already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Already {
    /// An older file goes.
    Replace,
    /// An older file stays, and the call fails with [`io::ErrorKind::AlreadyExists`].
    Keep,
}

/// Writes the file: a temporary one beside it, made durable, renamed, and the folder made durable. Only its owner can read it.
///
/// The folder must be there. What stands at the path is replaced, never written through: a symbolic link there leads nowhere.
pub fn publish(path: &Path, content: &[u8], already: Already) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut draft = NamedTempFile::new_in(folder)?;
    draft.write_all(content)?;
    draft.as_file().sync_all()?;
    match already {
        Already::Replace => draft.persist(path)?,
        Already::Keep => draft.persist_noclobber(path)?,
    };
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn an_older_file_goes_or_stays_as_asked_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        publish(&path, b"1", Already::Keep).unwrap();
        let error = publish(&path, b"2", Already::Keep).unwrap_err();
        assert_eq!((error.kind(), fs::read(&path).unwrap()), (io::ErrorKind::AlreadyExists, b"1".to_vec()));
        publish(&path, b"2", Already::Replace).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"2");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_symbolic_link_is_replaced_and_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (path, target) = (folder.path().join("link"), folder.path().join("target"));
        fs::write(&target, "theirs").unwrap();
        std::os::unix::fs::symlink(&target, &path).unwrap();
        publish(&path, b"ours", Already::Replace).unwrap();
        assert_eq!(
            (fs::read(&target).unwrap(), fs::read(&path).unwrap()),
            (b"theirs".to_vec(), b"ours".to_vec())
        );
    }
}
