//! Copying the files of a folder, with a hash of exactly the bytes that were copied.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::digest::Digest;
use super::error::{VendorError, at};
use super::hash::{self, PIECE_BYTES};
use super::list::List;
use super::name::Name;
use super::publish::sync_folder;
use super::threads::for_each;
use super::tree::{Tree, below};

/// Up to how many files are made durable one by one. For more, everything that the file system has not written yet is written
/// at once, which is faster then.
const SYNC_EACH_MAX: usize = 500;

/// Copies these files into a new folder and gives their list. What is copied is not durable yet.
pub(super) fn copy(from: &Path, names: &[&Name], to: &Path) -> Result<List, VendorError> {
    for folder in folders(names, to) {
        fs::create_dir(&folder).map_err(at("make", &folder))?;
    }
    let digests = for_each(names, |name| copy_file(&below(from, name), &below(to, name)))?;
    Ok(List::new(names.iter().map(|name| (*name).clone()).zip(digests).collect()))
}

/// Copies the files of a list into a new folder. Every file must be the one that is listed.
pub(super) fn copy_listed(from: &Path, list: &List, to: &Path) -> Result<(), VendorError> {
    check_present(from, list)?;
    let copied = copy(from, &names_of(list), to)?;
    check_same(list, copied.files().iter().map(|(_, digest)| *digest))
}

/// Checks that every file of a list lies in a folder and is the one that is listed. What lies there besides does not matter.
pub(super) fn check_listed(folder: &Path, list: &List) -> Result<(), VendorError> {
    check_present(folder, list)?;
    let hashed = hash::hash_files(folder, &names_of(list))?;
    check_same(list, hashed.iter().map(|hashed| hashed.digest))
}

fn names_of(list: &List) -> Vec<&Name> {
    list.files().iter().map(|(name, _)| name).collect()
}

/// Looks at the folder first, so that nothing is read through a link in the middle of a path.
fn check_present(folder: &Path, list: &List) -> Result<(), VendorError> {
    let tree = Tree::walk(folder)?;
    for (name, _) in list.files() {
        if tree.files.binary_search_by(|(file, _)| file.cmp(name)).is_err() {
            let is_strange = tree.strange.binary_search(name).is_ok();
            let flaw = if is_strange { "is no plain file" } else { "is missing" };
            return Err(VendorError::SpoiledFile { name: name.clone(), flaw });
        }
    }
    Ok(())
}

fn check_same(list: &List, found: impl Iterator<Item = Digest>) -> Result<(), VendorError> {
    for ((name, wanted), found) in list.files().iter().zip(found) {
        if *wanted != found {
            return Err(VendorError::SpoiledFile { name: name.clone(), flaw: "was changed" });
        }
    }
    Ok(())
}

/// Makes a folder with these files in it durable.
pub(super) fn sync(root: &Path, list: &List) -> Result<(), VendorError> {
    let names = names_of(list);
    if names.len() > SYNC_EACH_MAX && sync_all(root)? {
        return Ok(());
    }
    for_each(&names, |name| {
        let path = below(root, name);
        File::open(&path).and_then(|file| file.sync_all()).map_err(at("sync", &path))
    })?;
    folders(&names, root).iter().rev().try_for_each(|folder| sync_folder(folder))
}

/// Writes everything that waits to be written; whether this system can.
#[cfg(target_os = "linux")]
fn sync_all(root: &Path) -> Result<bool, VendorError> {
    let synced = File::open(root).and_then(|folder| Ok(rustix::fs::syncfs(folder)?));
    synced.map_err(at("sync", root)).map(|()| true)
}

#[cfg(not(target_os = "linux"))]
fn sync_all(_: &Path) -> Result<bool, VendorError> {
    Ok(false)
}

/// The folder and all that are needed in it for these files, each behind the one that it is in.
fn folders(names: &[&Name], root: &Path) -> BTreeSet<PathBuf> {
    let mut all = BTreeSet::from([root.to_owned()]);
    for name in names {
        let above = name.as_path().ancestors().skip(1).take_while(|path| !path.as_os_str().is_empty());
        for folder in above {
            if !all.insert(root.join(folder)) {
                break;
            }
        }
    }
    all
}

fn copy_file(from: &Path, to: &Path) -> Result<Digest, VendorError> {
    let mut source = hash::open(from).map_err(at("read", from))?;
    let executable = source.metadata().map_err(at("read", from))?.permissions().mode() & 0o111;
    let target = File::options().write(true).create_new(true).mode(0o666 | executable).open(to);
    let mut target = target.map_err(at("write", to))?;
    let (mut hasher, mut piece) = (Sha256::new(), vec![0; PIECE_BYTES]);
    loop {
        let read = match source.read(&mut piece) {
            Ok(0) => return Ok(Digest(hasher.finalize().into())),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(at("read", from)(error)),
        };
        hasher.update(&piece[..read]);
        target.write_all(&piece[..read]).map_err(at("write", to))?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn only_what_is_listed_is_copied_and_only_as_listed() {
        let dir = tempfile::tempdir().unwrap();
        let from = dir.path().join("from");
        fs::create_dir_all(from.join("a/b")).unwrap();
        fs::write(from.join("a/b/run"), "#!").unwrap();
        fs::set_permissions(from.join("a/b/run"), fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(from.join("other"), "x").unwrap();
        let list = List::new(vec![(name("a/b/run"), Digest::of(b"#!"))]);
        let to = dir.path().join("to");
        copy_listed(&from, &list, &to).unwrap();
        sync(&to, &list).unwrap();
        assert_eq!(fs::read(to.join("a/b/run")).unwrap(), b"#!");
        assert_ne!(fs::metadata(to.join("a/b/run")).unwrap().permissions().mode() & 0o100, 0);
        assert!(!to.join("other").exists());
        for (listed, content, flaw) in [("other", "y", "was changed"), ("gone", "y", "is missing")] {
            let list = List::new(vec![(name(listed), Digest::of(content.as_bytes()))]);
            let error = copy_listed(&from, &list, &dir.path().join(flaw)).unwrap_err();
            assert_eq!(error.to_string(), format!("{listed} {flaw}"));
        }
    }

    #[test]
    fn nothing_is_read_through_a_link() {
        let dir = tempfile::tempdir().unwrap();
        let (from, aside) = (dir.path().join("from"), dir.path().join("aside"));
        fs::create_dir(&from).unwrap();
        fs::create_dir(&aside).unwrap();
        fs::write(aside.join("f"), "x").unwrap();
        std::os::unix::fs::symlink(&aside, from.join("a")).unwrap();
        std::os::unix::fs::symlink(aside.join("f"), from.join("f")).unwrap();
        for path in ["a/f", "f"] {
            let list = List::new(vec![(name(path), Digest::of(b"x"))]);
            assert!(copy_listed(&from, &list, &dir.path().join("to")).is_err(), "{path}");
        }
    }
}
