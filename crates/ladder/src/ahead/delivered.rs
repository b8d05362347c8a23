//! Zips that are put into go's own module cache.
//!
//! go takes a zip from its cache when the hash of the zip stands beside it, and then neither asks for it nor hashes it once more:
//! inflating everything a second time is a quarter of what `go mod download` does. The same files are written in the same order and
//! under the same lock as go writes them (protocol.md I2, I5), so that other go commands may run meanwhile.

use std::fs::{self, File, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gomod::gosum::{GoSum, Part, Verdict};
use gomod::{H1, ModuleVersion};
use rustix::fs::{FlockOperation, flock};
use source::blocks::off_worker;
use source::{Ask, Delivery, Whole};
use tempfile::NamedTempFile;

use crate::steps::Steps;

/// A module cache into which zips are put that the project has the hash of.
#[derive(Debug)]
pub struct Delivered {
    downloads: PathBuf,
    pins: Arc<GoSum>,
    steps: Arc<Steps>,
}

impl Delivered {
    /// `cache` is GOMODCACHE. What is put there counts in `steps` as asked: go uses it.
    pub fn new(cache: &Path, pins: Arc<GoSum>, steps: Arc<Steps>) -> Self {
        Self { downloads: cache.join("cache/download"), pins, steps }
    }

    fn is_pinned(&self, module: &ModuleVersion, h1: &H1) -> bool {
        matches!(self.pins.check(module, Part::Zip, h1), Verdict::Match)
    }
}

#[async_trait::async_trait]
impl Delivery for Delivered {
    async fn deliver(&self, module: &ModuleVersion, zip: Whole, h1: H1) -> bool {
        if !self.is_pinned(module, &h1) {
            return false;
        }
        let ask = Ask::Zip(module.clone());
        let place = self.downloads.join(ask.address());
        // What the cache does not take is held, and go's own attempt to write there says why.
        let is_there = off_worker(move || put(&place, &zip, &h1)).await.unwrap_or(false);
        if is_there {
            self.steps.count(&ask, None);
        }
        is_there
    }
}

/// Puts a zip and its hash; `false` where a go command is at it, or was.
fn put(place: &Path, zip: &Whole, h1: &H1) -> io::Result<bool> {
    let folder = place.parent().ok_or(io::ErrorKind::InvalidInput)?;
    fs::create_dir_all(folder)?;
    let hash = place.with_extension("ziphash");
    let Some(_lock) = Lock::try_take(&place.with_extension("lock"))? else { return Ok(false) };
    if place.try_exists()? || hash.try_exists()? {
        return Ok(false);
    }
    let name = place.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let mut draft = draft(folder, name)?;
    match zip {
        Whole::Memory(bytes) => draft.write_all(bytes)?,
        // Not through the open file, which has one position for all its readers.
        Whole::File(file) => drop(io::copy(&mut File::open(file.path())?, draft.as_file_mut())?),
    }
    let mut hash_draft = self::draft(folder, name)?;
    hash_draft.write_all(h1.to_string().as_bytes())?;
    hash_draft.persist(&hash)?;
    draft.persist(place)?;
    Ok(true)
}

/// A file with a name that go sweeps when it finds it, and with the rights that go gives its files.
fn draft(folder: &Path, name: &std::ffi::OsStr) -> io::Result<NamedTempFile> {
    let rights = Permissions::from_mode(0o666);
    tempfile::Builder::new().prefix(name).suffix(".tmp").permissions(rights).tempfile_in(folder)
}

/// go's lock on one version.
struct Lock(File);

impl Lock {
    fn try_take(path: &Path) -> io::Result<Option<Self>> {
        let file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Self(file))),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

impl Drop for Lock {
    /// Closing is not enough: see the lock of `vendor`.
    fn drop(&mut self) {
        let _ = flock(&self.0, FlockOperation::Unlock);
    }
}

#[cfg(test)]
mod tests {
    use gomod::dirhash::hash_zip;

    use super::*;

    const GO_SUM: &str = "a.example/m v1.0.0";

    struct Scene {
        folder: tempfile::TempDir,
        zip: Vec<u8>,
        h1: H1,
    }

    impl Scene {
        fn new() -> Self {
            let zip = testkit::Module::new("a.example/m", "v1.0.0").file("a.go", "package m\n").zip().to_vec();
            let h1 = hash_zip(&zip[..], zip.len() as u64).unwrap();
            Self { folder: tempfile::tempdir().unwrap(), zip, h1 }
        }

        fn file(&self, kind: &str) -> PathBuf {
            self.folder.path().join("cache/download/a.example/m/@v").join(format!("v1.0.0.{kind}"))
        }

        /// Delivers the zip where go.sum has this line.
        async fn deliver(&self, line: &str) -> bool {
            let pins = Arc::new(GoSum::parse(format!("{line}\n").as_bytes()).unwrap());
            let delivered = Delivered::new(self.folder.path(), pins, Arc::default());
            let module = ModuleVersion::parse("a.example/m", "v1.0.0").unwrap();
            delivered.deliver(&module, Whole::Memory(self.zip.clone().into()), self.h1.clone()).await
        }

        fn line(&self) -> String {
            format!("{GO_SUM} {}", self.h1)
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
        assert!(!scene.deliver(&scene.line()).await, "it lies there");
    }

    #[tokio::test]
    async fn what_go_sum_does_not_have_is_not_put_there() {
        let scene = Scene::new();
        let other = hash_zip(&b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"[..], 22).unwrap();
        for line in [format!("{GO_SUM} {other}"), format!("a.example/m v1.1.0 {}", scene.h1)] {
            assert!(!scene.deliver(&line).await, "{line}");
        }
        assert_eq!(scene.entries(), 0);
    }

    #[tokio::test]
    async fn a_go_command_that_is_at_it_is_left_alone() {
        let scene = Scene::new();
        fs::create_dir_all(scene.file("lock").parent().unwrap()).unwrap();
        let lock = Lock::try_take(&scene.file("lock")).unwrap().unwrap();
        assert!(!scene.deliver(&scene.line()).await);
        drop(lock);
        fs::write(scene.file("ziphash"), "of go").unwrap();
        assert!(!scene.deliver(&scene.line()).await);
        assert_eq!(fs::read_to_string(scene.file("ziphash")).unwrap(), "of go");
        assert!(!scene.file("zip").exists());
    }

    #[tokio::test]
    async fn a_cache_that_takes_nothing_is_no_error() {
        let scene = Scene::new();
        fs::write(scene.folder.path().join("cache"), "a file").unwrap();
        assert!(!scene.deliver(&scene.line()).await);
    }
}
