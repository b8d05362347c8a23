//! What lies on this machine: go, or the ladder, takes it from there, so that it is fetched ahead by nobody.

use std::path::{Path, PathBuf};

use gomod::ModuleVersion;
use source::{Ask, Kind};

/// Folders of which some hold modules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Nearby {
    own: Option<PathBuf>,
    wants_zips: bool,
    caches: Vec<PathBuf>,
    trees: Vec<PathBuf>,
}

impl Nearby {
    /// `own` is the module cache of the go that runs, `caches` are those of others, `trees` folders with the layout of a GOPROXY.
    pub fn new(
        own: Option<PathBuf>,
        caches: impl IntoIterator<Item = PathBuf>,
        trees: impl IntoIterator<Item = PathBuf>,
    ) -> Self {
        let caches = caches.into_iter().map(|cache| cache.join(DOWNLOADS));
        Self { own, wants_zips: false, caches: caches.collect(), trees: trees.into_iter().collect() }
    }

    /// For a go that wants the zips themselves, as `go mod download` does: any other does not miss that of a module whose files it has.
    #[must_use]
    pub fn wanting_zips(self, wants_zips: bool) -> Self {
        Self { wants_zips, ..self }
    }

    /// Whether the answer lies in one of them. A zip in a cache of somebody else is whole when its hash stands beside it (protocol.md
    /// I2).
    pub fn has(&self, ask: &Ask) -> bool {
        let address = ask.address();
        let is_whole = |file: &Path| ask.kind() != Kind::Zip || is_file(&file.with_extension("ziphash"));
        let in_cache = |cache: &PathBuf| {
            let file = cache.join(&address);
            is_file(&file) && is_whole(&file)
        };
        self.own.as_ref().is_some_and(|own| self.go_has(own, ask, &address))
            || self.caches.iter().any(in_cache)
            || self.trees.iter().any(|tree| is_file(&tree.join(&address)))
    }

    /// Whether go finds the answer in its own cache. It makes the hash of a zip anew when that is missing, and asks nobody.
    fn go_has(&self, own: &Path, ask: &Ask, address: &str) -> bool {
        let file = own.join(DOWNLOADS).join(address);
        let has_files = |module: &ModuleVersion| !self.wants_zips && has_files(own, module, &file);
        is_file(&file) || matches!(ask, Ask::Zip(module) if has_files(module))
    }
}

/// Where a module cache keeps what was downloaded.
const DOWNLOADS: &str = "cache/download";

/// Whether the files of a module lie in a cache, unpacked to the end: go looks for the hash of the zip beside them then, and not for the
/// zip.
fn has_files(cache: &Path, module: &ModuleVersion, zip: &Path) -> bool {
    let folder = cache.join(format!("{}@{}", module.path().escaped(), module.version().escaped()));
    folder.is_dir() && !zip.with_extension("partial").exists() && is_file(&zip.with_extension("ziphash"))
}

fn is_file(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| found.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A module cache of go and a folder with the layout of a GOPROXY.
    struct Scene {
        folder: tempfile::TempDir,
        zip: Ask,
        go_mod: Ask,
    }

    impl Scene {
        fn new() -> Self {
            let module = ModuleVersion::parse("a.example/M", "v1.0.0").unwrap();
            let (zip, go_mod) = (Ask::Zip(module.clone()), Ask::Mod(module));
            Self { folder: tempfile::tempdir().unwrap(), zip, go_mod }
        }

        fn cache(&self) -> PathBuf {
            self.folder.path().join("mod")
        }

        fn tree(&self) -> PathBuf {
            self.folder.path().join("tree")
        }

        fn put(root: &Path, kind: &str) {
            let file = root.join("a.example/!m/@v").join(format!("v1.0.0.{kind}"));
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, "").unwrap();
        }
    }

    #[test]
    fn a_zip_of_another_cache_is_there_when_its_hash_is() {
        let scene = Scene::new();
        let nearby = Nearby::new(None, [scene.cache()], [scene.tree()]);
        let downloads = scene.cache().join(DOWNLOADS);
        Scene::put(&downloads, "ziphash");
        assert!(!nearby.has(&scene.zip) && !nearby.has(&scene.go_mod));
        Scene::put(&downloads, "zip");
        Scene::put(&scene.tree(), "mod");
        assert!(nearby.has(&scene.zip) && nearby.has(&scene.go_mod));
        std::fs::remove_file(downloads.join("a.example/!m/@v/v1.0.0.ziphash")).unwrap();
        assert!(!nearby.has(&scene.zip), "it may be half a zip");
    }

    #[test]
    fn a_build_asks_nobody_for_the_zip_of_what_is_unpacked_and_a_download_does() {
        let scene = Scene::new();
        let nearby = Nearby::new(Some(scene.cache()), [], []);
        let downloads = scene.cache().join(DOWNLOADS);
        Scene::put(&downloads, "ziphash");
        assert!(!nearby.has(&scene.zip), "go has nothing but a hash");
        std::fs::create_dir_all(scene.cache().join("a.example/!m@v1.0.0")).unwrap();
        assert!(nearby.has(&scene.zip));
        assert!(!nearby.clone().wanting_zips(true).has(&scene.zip));
        Scene::put(&downloads, "partial");
        assert!(!nearby.has(&scene.zip), "go unpacks it anew");
    }

    #[test]
    fn go_makes_the_hash_of_its_own_zip_anew_and_asks_nobody() {
        let scene = Scene::new();
        Scene::put(&scene.cache().join(DOWNLOADS), "zip");
        let nearby = Nearby::new(Some(scene.cache()), [], []);
        assert!(nearby.has(&scene.zip) && nearby.wanting_zips(true).has(&scene.zip));
    }
}
