//! What lies in a folder: every file with its state, and what should not be there. Nothing is followed and nothing is opened.

use std::fs::{self, DirEntry, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use super::error::{VendorError, at};
use super::list::FILES_MAX;
use super::name::Name;

/// What the system says of a file without reading it. When this has not changed, the content has not, but for changes within one
/// tick of the clock that stamps files (see [`super::stat_cache`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stat {
    /// In bytes.
    pub(super) size: u64,
    /// When the content was changed, as seconds and nanoseconds since 1970. Anyone can set it.
    pub(super) modified: (i64, i64),
    /// When anything of the file was changed. Only the system sets it.
    pub(super) changed: (i64, i64),
    /// Which file it is on its file system.
    pub(super) inode: u64,
}

impl Stat {
    pub(super) fn of(meta: &Metadata) -> Self {
        Self {
            size: meta.size(),
            modified: (meta.mtime(), meta.mtime_nsec()),
            changed: (meta.ctime(), meta.ctime_nsec()),
            inode: meta.ino(),
        }
    }
}

/// The files of a folder, sorted by name.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// Regular files.
    pub(super) files: Vec<(Name, Stat)>,
    /// Symbolic links, sockets, pipes, devices: nothing that go would put into a vendor folder.
    pub(super) strange: Vec<Name>,
}

impl Tree {
    /// Looks at everything below `root`, which must be a folder. Empty folders do not count.
    pub(super) fn walk(root: &Path) -> Result<Self, VendorError> {
        Self::walk_at_most(FILES_MAX, root)
    }

    fn walk_at_most(max: usize, root: &Path) -> Result<Self, VendorError> {
        let mut walk = Walk { root, max, seen: 0, tree: Self::default(), folders: vec![None] };
        while let Some(folder) = walk.folders.pop() {
            walk.folder(folder.as_ref())?;
        }
        let mut tree = walk.tree;
        tree.files.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        tree.strange.sort_unstable();
        Ok(tree)
    }
}

struct Walk<'a> {
    root: &'a Path,
    /// How many entries there may be, folders included.
    max: usize,
    seen: usize,
    tree: Tree,
    /// Those to be looked into. `None` is the root.
    folders: Vec<Option<Name>>,
}

impl Walk<'_> {
    fn folder(&mut self, folder: Option<&Name>) -> Result<(), VendorError> {
        let path = folder.map_or(self.root.to_owned(), |name| self.root.join(name.as_path()));
        for entry in fs::read_dir(&path).map_err(at("list", &path))? {
            let entry = entry.map_err(at("list", &path))?;
            self.seen += 1;
            if self.seen > self.max {
                return Err(VendorError::TooManyFiles(self.root.to_owned()));
            }
            self.entry(Name::below(folder, &entry.file_name()), &entry)?;
        }
        Ok(())
    }

    fn entry(&mut self, name: Name, entry: &DirEntry) -> Result<(), VendorError> {
        let unseen = |error| at("look at", &entry.path())(error);
        let kind = entry.file_type().map_err(unseen)?;
        if kind.is_dir() {
            self.folders.push(Some(name));
            return Ok(());
        }
        // Relative to the open folder, so a long path is not walked again for each file.
        let meta = entry.metadata().map_err(unseen)?;
        if kind.is_file() && meta.is_file() {
            self.tree.files.push((name, Stat::of(&meta)));
        } else {
            self.tree.strange.push(name);
        }
        Ok(())
    }
}

/// What stands under a name, links not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    Folder,
    /// A file, a link, or anything else.
    Other,
}

/// Looks what stands under a name, without following a link.
pub(super) fn look(path: &Path) -> Result<Found, VendorError> {
    match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => Ok(Found::Folder),
        Ok(_) => Ok(Found::Other),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::Nothing),
        Err(error) => Err(at("look at", path)(error)),
    }
}

/// The inode of a folder, which tells whether it is the one that was put there.
pub(super) fn inode(path: &Path) -> Result<u64, VendorError> {
    Ok(fs::symlink_metadata(path).map_err(at("look at", path))?.ino())
}

/// A path below a folder.
pub(super) fn below(root: &Path, name: &Name) -> PathBuf {
    root.join(name.as_path())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_named_and_never_followed() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("a/b")).unwrap();
        fs::create_dir(dir.path().join("empty")).unwrap();
        fs::write(dir.path().join("a/b/f"), "x").unwrap();
        fs::write(dir.path().join("a.go"), "xy").unwrap();
        std::os::unix::fs::symlink("/", dir.path().join("a/root")).unwrap();
        let tree = Tree::walk(dir.path()).unwrap();
        let files: Vec<_> = tree.files.iter().map(|(name, stat)| (name.to_string(), stat.size)).collect();
        assert_eq!(files, [("a.go".to_owned(), 2), ("a/b/f".to_owned(), 1)]);
        assert_eq!(tree.strange, [Name::parse(b"a/root").unwrap()]);
        assert!(Tree::walk_at_most(6, dir.path()).is_ok());
        assert!(matches!(Tree::walk_at_most(5, dir.path()), Err(VendorError::TooManyFiles(_))));
    }
}
