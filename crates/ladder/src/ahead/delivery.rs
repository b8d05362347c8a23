//! Zips that are put into go's own module cache.
//!
//! go takes a zip from its cache when the hash of the zip stands beside it, and then neither asks for it nor inflates and hashes it once
//! more. It looks only at what the hash says from then on, so that a zip of which go could read something else than was hashed is not put
//! there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use gomod::gosum::{GoSum, Part};
use gomod::zip::ReaderAt;
use gomod::{H1, ModuleVersion, zip};
use source::blocks::off_worker;
use source::{Ask, Delivery, Whole};

use super::putting::put;
use crate::steps::Steps;

/// Delivers to a module cache what the project has the hash of.
#[derive(Debug)]
pub struct CacheDelivery {
    downloads: PathBuf,
    pins: Arc<GoSum>,
    steps: Arc<Steps>,
}

impl CacheDelivery {
    /// `cache` is GOMODCACHE; none where it is no absolute path, which go refuses. What is put there counts in `steps` as asked for: go
    /// finds it where it would have asked.
    pub fn new(cache: &Path, pins: Arc<GoSum>, steps: Arc<Steps>) -> Option<Self> {
        let downloads = cache.join("cache/download");
        cache.is_absolute().then_some(Self { downloads, pins, steps })
    }

    /// Whether every line says this hash: where two contradict each other, go ends there, and puts nothing into its cache.
    fn is_pinned(&self, module: &ModuleVersion, h1: &H1) -> bool {
        let h1 = h1.to_string();
        let listed = self.pins.hashes(module, Part::Zip).filter(|listed| listed.starts_with("h1:"));
        let mut agree = listed.map(|listed| listed == h1).peekable();
        agree.peek().is_some() && agree.all(|agrees| agrees)
    }
}

#[async_trait::async_trait]
impl Delivery for CacheDelivery {
    async fn deliver(&self, module: &ModuleVersion, zip: Whole, h1: H1) -> bool {
        if !self.is_pinned(module, &h1) {
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

#[cfg(test)]
mod tests {
    use std::fs::{self, File};

    use bytes::Bytes;
    use futures_util::stream;
    use gomod::dirhash::hash_zip;
    use source::{Body, Spool, SpoolFile};
    use testkit::module::noise;

    use super::*;
    use crate::flock::Flock;

    const MODULE: &str = "a.example/m v1.0.0";

    struct Scene {
        folder: tempfile::TempDir,
        zip: Vec<u8>,
        h1: H1,
    }

    impl Scene {
        fn new() -> Self {
            Self::with("package m\n")
        }

        /// A zip that is too large for memory.
        fn large() -> Self {
            Self::with(noise(300_000))
        }

        fn with(content: impl Into<Bytes>) -> Self {
            let zip = testkit::Module::new("a.example/m", "v1.0.0").file("a.go", content).zip().to_vec();
            let h1 = hash_zip(&zip[..], zip.len() as u64).unwrap();
            Self { folder: tempfile::tempdir().unwrap(), zip, h1 }
        }

        fn file(&self, kind: &str) -> PathBuf {
            self.folder.path().join("cache/download/a.example/m/@v").join(format!("v1.0.0.{kind}"))
        }

        /// Delivers the zip where go.sum has this line.
        async fn deliver(&self, line: &str) -> bool {
            self.deliver_whole(line, Whole::Memory(self.zip.clone().into())).await
        }

        async fn deliver_whole(&self, lines: &str, zip: Whole) -> bool {
            let pins = Arc::new(GoSum::parse(format!("{lines}\n").as_bytes()).unwrap());
            let delivery = CacheDelivery::new(self.folder.path(), pins, Arc::default()).unwrap();
            let module = ModuleVersion::parse("a.example/m", "v1.0.0").unwrap();
            delivery.deliver(&module, zip, self.h1).await
        }

        /// The zip in a temporary file.
        async fn spooled(&self) -> Arc<SpoolFile> {
            let spool = Spool::new(self.folder.path().join("spool"));
            let chunks = stream::iter([Ok(self.zip.clone().into())]);
            match spool.collect(Body::stream(chunks, None), 1 << 20).await.unwrap() {
                Whole::File(file) => file,
                Whole::Memory(_) => panic!("it is too small for a file"),
            }
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

    /// go is satisfied by the line that stands first, and ends at the other one if that does.
    #[tokio::test]
    async fn what_lines_of_go_sum_contradict_each_other_about_is_not_put_there() {
        let scene = Scene::new();
        let other = hash_zip(&b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"[..], 22).unwrap();
        assert!(!scene.deliver(&format!("{}\n{MODULE} {other}", scene.line())).await);
        assert_eq!(scene.entries(), 0);
        assert!(scene.deliver(&format!("{}\n{MODULE} h9:other", scene.line())).await, "go knows h1 alone");
    }

    #[test]
    fn a_cache_that_go_refuses_gets_nothing() {
        assert!(CacheDelivery::new(Path::new("cache"), Arc::default(), Arc::default()).is_none());
    }

    #[tokio::test]
    async fn what_lands_is_what_was_verified_whatever_has_its_name() {
        let scene = Scene::large();
        let file = scene.spooled().await;
        fs::remove_file(file.path()).unwrap();
        fs::write(file.path(), "of somebody else").unwrap();
        assert!(scene.deliver_whole(&scene.line(), Whole::File(file)).await);
        assert_eq!(fs::read(scene.file("zip")).unwrap(), scene.zip);
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
