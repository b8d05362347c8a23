//! What a download brought: the go.mod files and the hashes of the zips, as they lie in go's module cache.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

/// By path below the download folder of a module cache, the SHA-256 of what says what was taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Taken(BTreeMap<PathBuf, [u8; 32]>);

/// A zip has its hash in a file beside it, which go has computed from the content (protocol.md I).
const TELLING: [&str; 2] = ["mod", "ziphash"];

impl Taken {
    /// What lies in this module cache.
    pub(super) fn of(module_cache: &Path) -> io::Result<Self> {
        let root = module_cache.join("cache/download");
        let mut taken = Self::default();
        if root.is_dir() {
            taken.walk(&root, &root)?;
        }
        Ok(taken)
    }

    fn walk(&mut self, folder: &Path, root: &Path) -> io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                self.walk(&path, root)?;
            } else if path.extension().is_some_and(|ending| TELLING.iter().any(|telling| ending == *telling))
            {
                let name = path.strip_prefix(root).unwrap_or(&path).to_owned();
                self.0.insert(name, Sha256::digest(fs::read(&path)?).into());
            }
        }
        Ok(())
    }

    /// Whether it has nothing that differs from what `healthy` has under the same name, and all of it.
    pub(super) fn is_as(&self, healthy: &Self) -> bool {
        healthy.0.iter().all(|(name, hash)| self.0.get(name) == Some(hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_hash_and_a_missing_module_are_seen() {
        let caches = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let write = |at: usize, name: &str, text: &str| {
            let folder = caches[at].path().join("cache/download/a.example/m/@v");
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(name), text).unwrap();
        };
        let taken = |at: usize| Taken::of(caches[at].path()).unwrap();
        assert_eq!(taken(0), Taken::default());
        write(0, "v1.0.0.mod", "module a.example/m\n");
        write(0, "v1.0.0.ziphash", "h1:a");
        write(0, "v1.0.0.lock", "1");
        assert!(!taken(1).is_as(&taken(0)));
        write(1, "v1.0.0.mod", "module a.example/m\n");
        write(1, "v1.0.0.ziphash", "h1:b");
        assert!(!taken(1).is_as(&taken(0)));
        write(1, "v1.0.0.ziphash", "h1:a");
        write(1, "v1.1.0.mod", "module a.example/m\n");
        assert!(taken(1).is_as(&taken(0)), "more is no harm");
    }
}
