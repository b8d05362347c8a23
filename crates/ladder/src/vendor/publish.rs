//! Names that change in one step, and stay changed after a power loss.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use super::error::{VendorError, at};

/// Makes the names in a folder durable.
pub(super) fn sync_folder(folder: &Path) -> Result<(), VendorError> {
    File::open(folder).and_then(|open| open.sync_all()).map_err(at("sync", folder))
}

/// Writes a new file and makes its content durable; its name is durable when its folder is.
pub(super) fn write_new(path: &Path, content: &[u8]) -> Result<(), VendorError> {
    let write = || {
        let mut file = File::create_new(path)?;
        file.write_all(content)?;
        file.sync_all()
    };
    write().map_err(at("write", path))
}

/// Gives a file or folder another name, for good. Nothing is replaced but an empty folder, or a file by a file.
pub(super) fn rename(from: &Path, to: &Path) -> Result<(), VendorError> {
    fs::rename(from, to).map_err(at("rename to", to))?;
    sync_parents(from, to)
}

/// Gives a folder another name, unless there is something under that name; whether it was done.
pub(super) fn rename_new(from: &Path, to: &Path) -> Result<bool, VendorError> {
    match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
        Ok(()) => sync_parents(from, to).map(|()| true),
        Err(Errno::EXIST | Errno::NOTEMPTY) => Ok(false),
        // A folder never replaces anything but an empty folder, so little is lost where the system cannot do better.
        Err(error) if is_unknown(error) && fs::symlink_metadata(to).is_err() => {
            rename(from, to).map(|()| true)
        }
        Err(error) if is_unknown(error) => Ok(false),
        Err(error) => Err(at("rename to", to)(error.into())),
    }
}

/// Exchanges two folders in one step; whether the file system can do that.
pub(super) fn exchange(one: &Path, other: &Path) -> Result<bool, VendorError> {
    match renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE) {
        Ok(()) => sync_parents(one, other).map(|()| true),
        Err(error) if is_unknown(error) => Ok(false),
        Err(error) => Err(at("exchange", other)(error.into())),
    }
}

/// Whether the kernel or the file system does not know the kind of renaming that was asked for.
fn is_unknown(error: Errno) -> bool {
    matches!(error, Errno::INVAL | Errno::NOSYS | Errno::NOTSUP)
}

fn sync_parents(one: &Path, other: &Path) -> Result<(), VendorError> {
    let (first, second) = (one.parent().unwrap_or(one), other.parent().unwrap_or(other));
    sync_folder(second)?;
    if first == second { Ok(()) } else { sync_folder(first) }
}

/// Removes a folder with all that is in it. Links in it are removed, not followed. Nothing there is fine.
pub(super) fn remove_tree(folder: &Path) -> Result<(), VendorError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at("remove", folder)(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_exchanged_and_never_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let (a, b) = (dir.path().join("a"), dir.path().join("b"));
        for folder in [&a, &b] {
            fs::create_dir(folder).unwrap();
            write_new(&folder.join("name"), folder.as_os_str().as_encoded_bytes()).unwrap();
        }
        assert!(!rename_new(&a, &b).unwrap());
        if exchange(&a, &b).unwrap() {
            assert_eq!(fs::read(a.join("name")).unwrap(), b.as_os_str().as_encoded_bytes());
        }
        assert!(rename_new(&a, &dir.path().join("c")).unwrap());
        assert!(!a.exists());
    }
}
