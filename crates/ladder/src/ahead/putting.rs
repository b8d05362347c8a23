//! Putting a zip and its hash into a module cache, in the order and under the lock in which go does (protocol.md I2, I5), so that other go
//! commands may run meanwhile.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use gomod::H1;
use gomod::zip::ReaderAt as _;
use source::{BlockSums, SpoolFile, Whole};
use tempfile::{NamedTempFile, TempPath};

use crate::flock::Flock;

/// How many bytes of a zip are copied at once.
const COPIED_AT_ONCE: usize = 256 << 10;

/// Puts a zip and its hash; whether both lie there. `false` where a go command is at it, or has left half of it.
pub(super) fn put(place: &Path, zip: &Whole, h1: &H1) -> io::Result<bool> {
    let folder = place.parent().ok_or(io::ErrorKind::InvalidInput)?;
    let name = place.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    let lock = File::options().write(true).create(true).truncate(false).open(place.with_extension("lock"))?;
    let Some(_lock) = Flock::try_exclusive(lock)? else { return Ok(false) };
    let hash = place.with_extension("ziphash");
    match (place.try_exists()?, hash.try_exists()?) {
        (false, false) => {}
        (true, true) => return Ok(fs::read(&hash)? == h1.to_string().as_bytes()),
        _ => return Ok(false),
    }
    sweep(folder, name);
    let zip_draft = written(draft(folder, name)?, |file| copy(zip, file))?;
    let hash_draft = written(draft(folder, name)?, |file| file.write_all(h1.to_string().as_bytes()))?;
    hash_draft.persist(&hash)?;
    zip_draft.persist(place)?;
    Ok(true)
}

/// A draft with its content, whole: some disks say only when a file is closed that they have not taken it.
fn written(
    mut draft: NamedTempFile,
    content: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<TempPath> {
    content(draft.as_file_mut())?;
    let (file, path) = draft.into_parts();
    nix::unistd::close(file)?;
    Ok(path)
}

fn copy(zip: &Whole, into: &mut File) -> io::Result<()> {
    match zip {
        Whole::Memory(bytes) => into.write_all(bytes),
        Whole::File(file) => copy_file(file, into),
    }
}

/// Copies what was verified, from the same open file, whatever has its name by now.
fn copy_file(file: &SpoolFile, into: &mut File) -> io::Result<()> {
    let (mut sums, mut block, mut at) = (BlockSums::default(), vec![0; COPIED_AT_ONCE], 0);
    while at < file.size() {
        let read = file.read_at(&mut block, at)?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        sums.update(&block[..read]);
        into.write_all(&block[..read])?;
        at += read as u64;
    }
    let is_same = at == file.size() && sums.finish() == file.block_sums();
    if is_same { Ok(()) } else { Err(io::Error::other("the temporary file has changed")) }
}

/// A file with a name that go sweeps when it finds it, and with the rights that go gives its files.
fn draft(folder: &Path, name: &OsStr) -> io::Result<NamedTempFile> {
    let rights = Permissions::from_mode(0o666);
    tempfile::Builder::new().prefix(name).suffix(".tmp").permissions(rights).tempfile_in(folder)
}

/// Removes the drafts of those who died over them, as go does under the same lock.
fn sweep(folder: &Path, name: &OsStr) {
    let is_draft = |entry: &fs::DirEntry| {
        let found = entry.file_name();
        let found = found.as_encoded_bytes();
        found.starts_with(name.as_encoded_bytes()) && found.ends_with(b".tmp")
    };
    for entry in fs::read_dir(folder).into_iter().flatten().flatten().filter(is_draft) {
        // What cannot be removed is in nobody's way.
        let _ = fs::remove_file(entry.path());
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt as _;
    use std::sync::Arc;

    use futures_util::stream;
    use source::{Body, Spool};

    use super::*;

    async fn spooled(folder: &Path) -> Arc<SpoolFile> {
        let body = Body::stream(stream::iter([Ok(vec![7; 300_000].into())]), None);
        match Spool::new(folder).collect(body, 1 << 20).await.unwrap() {
            Whole::File(file) => file,
            Whole::Memory(_) => panic!("it is too small for a file"),
        }
    }

    #[tokio::test]
    async fn only_what_came_is_copied() {
        let folder = tempfile::tempdir().unwrap();
        let file = spooled(folder.path()).await;
        let copied = || copy_file(&file, &mut tempfile::tempfile().unwrap()).is_ok();
        assert!(copied());
        let found = File::options().write(true).open(file.path()).unwrap();
        found.write_all_at(b"changed", 100_000).unwrap();
        assert!(!copied());
        found.set_len(90_000).unwrap();
        assert!(!copied());
    }
}
