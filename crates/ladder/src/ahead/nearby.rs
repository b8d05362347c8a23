//! What lies on this machine: go, or the ladder, takes it from there, so that it is fetched ahead by nobody.

use std::path::{Path, PathBuf};

use source::{Ask, Kind};

/// Folders of which some hold modules.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Nearby {
    caches: Vec<PathBuf>,
    trees: Vec<PathBuf>,
}

impl Nearby {
    /// `caches` are module caches of go, `trees` folders with the layout of a GOPROXY.
    pub fn new(caches: impl IntoIterator<Item = PathBuf>, trees: impl IntoIterator<Item = PathBuf>) -> Self {
        let caches = caches.into_iter().map(|cache| cache.join("cache/download"));
        Self { caches: caches.collect(), trees: trees.into_iter().collect() }
    }

    /// Whether the answer lies in one of them. A zip in a cache of go is whole when its hash stands beside it (protocol.md I2); go keeps
    /// that hash also when the zip is gone, since it has its files.
    pub fn has(&self, ask: &Ask) -> bool {
        let address = ask.address();
        let in_cache = |cache: &PathBuf| match ask.kind() {
            Kind::Zip => is_file(&cache.join(&address).with_extension("ziphash")),
            _ => is_file(&cache.join(&address)),
        };
        self.caches.iter().any(in_cache) || self.trees.iter().any(|tree| is_file(&tree.join(&address)))
    }
}

fn is_file(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| found.is_file())
}

#[cfg(test)]
mod tests {
    use gomod::ModuleVersion;

    use super::*;

    #[test]
    fn a_zip_of_a_cache_is_there_when_its_hash_is() {
        let folder = tempfile::tempdir().unwrap();
        let (cache, tree) = (folder.path().join("mod"), folder.path().join("tree"));
        let module = ModuleVersion::parse("a.example/m", "v1.0.0").unwrap();
        let (go_mod, zip) = (Ask::Mod(module.clone()), Ask::Zip(module));
        let put = |root: &Path, name: &str| {
            let file = root.join("a.example/m/@v").join(name);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, "").unwrap();
        };
        let nearby = Nearby::new([cache.clone()], [tree.clone()]);
        put(&cache.join("cache/download"), "v1.0.0.zip");
        assert!(!nearby.has(&zip) && !nearby.has(&go_mod));
        put(&cache.join("cache/download"), "v1.0.0.ziphash");
        put(&tree, "v1.0.0.mod");
        assert!(nearby.has(&zip) && nearby.has(&go_mod));
    }
}
