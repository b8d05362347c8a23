//! Zips that are put into go's own module cache.
//!
//! go takes a zip from its cache when the hash of the zip stands beside it, and then neither asks for it nor inflates and hashes it once
//! more. The same files are written in the same order and under the same lock as go writes them (protocol.md I2, I5), so that other go
//! commands may run meanwhile. go looks only at what the hash says from then on, so that a zip of which go could read something
//! else than was hashed is not put there.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gomod::gosum::{GoSum, Part, Verdict};
use gomod::zip::ReaderAt;
use gomod::{H1, ModuleVersion, zip};
use source::blocks::off_worker;
use source::{Ask, Delivery, Whole};
use tempfile::NamedTempFile;

use crate::flock::Flock;
use crate::steps::Steps;

/// Delivers to a module cache what the project has the hash of.
#[derive(Debug)]
pub struct CacheDelivery {
    downloads: PathBuf,
    pins: Arc<GoSum>,
    steps: Arc<Steps>,
}

impl CacheDelivery {
    /// `cache` is GOMODCACHE. What is put there counts in `steps` as asked for: go finds it where it would have asked.
    pub fn new(cache: &Path, pins: Arc<GoSum>, steps: Arc<Steps>) -> Self {
        Self { downloads: cache.join("cache/download"), pins, steps }
    }
}

#[async_trait::async_trait]
impl Delivery for CacheDelivery {
    async fn deliver(&self, module: &ModuleVersion, zip: Whole, h1: H1) -> bool {
        if self.pins.check(module, Part::Zip, &h1) != Verdict::Match {
            return false;
        }
        let ask = Ask::Zip(module.clone());
        let (place, module) = (self.downloads.join(ask.address()), module.clone());
        // What the cache does not take is held, and go's own attempt to write there says why.
        let put = off_worker(move || Ok(reads_one_way(&module, &zip) && put(&place, &zip, &h1)?));
        let is_there = put.await.unwrap_or(false);
        if is_there {
            self.steps.count(&ask, None);
        }
        is_there
    }
}

/// Whether go reads in this zip what we do, and nothing that it refuses.
fn reads_one_way(module: &ModuleVersion, zip: &Whole) -> bool {
    fn of<R: ReaderAt>(module: &ModuleVersion, reader: R, len: u64) -> bool {
        zip::is_plain(&reader, len) && zip::check(module, &reader, len).is_ok()
    }
    match zip {
        Whole::Memory(bytes) => of(module, &bytes[..], bytes.len() as u64),
        Whole::File(file) => of(module, &**file, file.size()),
    }
}

/// Puts a zip and its hash; whether both lie there. `false` where a go command is at it, or has left half of it.
fn put(place: &Path, zip: &Whole, h1: &H1) -> io::Result<bool> {
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
    let mut draft = draft(folder, name)?;
    if copy(zip, draft.as_file_mut())? != zip.size() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let mut hash_draft = self::draft(folder, name)?;
    hash_draft.write_all(h1.to_string().as_bytes())?;
    hash_draft.persist(&hash)?;
    draft.persist(place)?;
    Ok(true)
}

fn copy(zip: &Whole, into: &mut File) -> io::Result<u64> {
    match zip {
        Whole::Memory(bytes) => into.write_all(bytes).map(|()| bytes.len() as u64),
        // Not through the open file, which has one position for all its readers.
        Whole::File(file) => io::copy(&mut File::open(file.path())?, into),
    }
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
    use gomod::dirhash::hash_zip;

    use super::*;

    const MODULE: &str = "a.example/m v1.0.0";

    struct Scene {
        folder: tempfile::TempDir,
        zip: Vec<u8>,
        h1: H1,
    }

    impl Scene {
        fn new() -> Self {
            let zip =
                testkit::Module::new("a.example/m", "v1.0.0").file("a.go", "package m\n").zip().to_vec();
            let h1 = hash_zip(&zip[..], zip.len() as u64).unwrap();
            Self { folder: tempfile::tempdir().unwrap(), zip, h1 }
        }

        fn file(&self, kind: &str) -> PathBuf {
            self.folder.path().join("cache/download/a.example/m/@v").join(format!("v1.0.0.{kind}"))
        }

        /// Delivers the zip where go.sum has this line.
        async fn deliver(&self, line: &str) -> bool {
            let pins = Arc::new(GoSum::parse(format!("{line}\n").as_bytes()).unwrap());
            let delivery = CacheDelivery::new(self.folder.path(), pins, Arc::default());
            let module = ModuleVersion::parse("a.example/m", "v1.0.0").unwrap();
            delivery.deliver(&module, Whole::Memory(self.zip.clone().into()), self.h1).await
        }

        fn line(&self) -> String {
            format!("{MODULE} {}", self.h1)
        }

        fn entries(&self) -> usize {
            fs::read_dir(self.file("zip").parent().unwrap()).map_or(0, Iterator::count)
        }
    }

    #[tokio::test]
    async fn a_zip_lies_beside_its_hash_and_nothing_else_stays() {
        let scene = Scene::new();
        assert!(scene.deliver(&scene.line()).await);
        assert_eq!(fs::read(scene.file("zip")).unwrap(), scene.zip);
        assert_eq!(fs::read_to_string(scene.file("ziphash")).unwrap(), scene.h1.to_string());
        assert_eq!(scene.entries(), 3, "with go's lock");
        assert!(scene.deliver(&scene.line()).await, "it lies there");
    }

    #[tokio::test]
    async fn what_go_sum_does_not_have_is_not_put_there() {
        let scene = Scene::new();
        let other = hash_zip(&b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"[..], 22).unwrap();
        for line in [format!("{MODULE} {other}"), format!("a.example/m v1.1.0 {}", scene.h1)] {
            assert!(!scene.deliver(&line).await, "{line}");
        }
        assert_eq!(scene.entries(), 0);
    }

    #[tokio::test]
    async fn a_go_command_that_is_at_it_is_left_alone() {
        let scene = Scene::new();
        fs::create_dir_all(scene.file("lock").parent().unwrap()).unwrap();
        let file = File::create(scene.file("lock")).unwrap();
        let lock = Flock::try_exclusive(file).unwrap().unwrap();
        assert!(!scene.deliver(&scene.line()).await);
        drop(lock);
        fs::write(scene.file("ziphash"), "of go").unwrap();
        assert!(!scene.deliver(&scene.line()).await);
        assert_eq!(fs::read_to_string(scene.file("ziphash")).unwrap(), "of go");
        assert!(!scene.file("zip").exists());
    }

    #[tokio::test]
    async fn a_zip_that_could_be_read_in_two_ways_is_not_put_there() {
        let mut scene = Scene::new();
        scene.zip.extend(b"more");
        let comment = scene.zip.len() - 4 - 2;
        scene.zip[comment] = 4;
        assert_eq!(hash_zip(&scene.zip[..], scene.zip.len() as u64).unwrap(), scene.h1, "it has the hash");
        assert!(!scene.deliver(&scene.line()).await);
        assert_eq!(scene.entries(), 0);
    }

    #[tokio::test]
    async fn what_somebody_died_over_is_swept() {
        let scene = Scene::new();
        fs::create_dir_all(scene.file("lock").parent().unwrap()).unwrap();
        fs::write(scene.file("zip123.tmp"), "half").unwrap();
        assert!(scene.deliver(&scene.line()).await);
        assert_eq!(scene.entries(), 3);
    }

    #[tokio::test]
    async fn a_cache_that_takes_nothing_is_no_error() {
        let scene = Scene::new();
        fs::write(scene.folder.path().join("cache"), "a file").unwrap();
        assert!(!scene.deliver(&scene.line()).await);
    }
}
