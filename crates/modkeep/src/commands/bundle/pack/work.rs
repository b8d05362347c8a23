//! The folder in which a bundle is made ready: a GOPATH with a module cache of its own, what a checksum database said, and room for
//! files on their way.
//!
//! It lies among the user's caches and goes when the command ends. What a killed one left goes with the next.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::env::Env;
use crate::exit::Exit;
use crate::report::{Failed, Problem};

/// Below the user's folder of caches.
const FOLDER: &str = "modkeep/making-bundles";

/// The file in each of the folders that its process holds.
const LOCK: &str = ".lock";

/// A folder of this run alone.
pub(in crate::commands) struct Work {
    folder: TempDir,
    _lock: File,
}

impl Work {
    /// Makes the folder.
    pub(in crate::commands) fn begin(env: &Env) -> Result<Self, Failed> {
        let none = || Problem::new("neither XDG_CACHE_HOME nor HOME is an absolute path");
        let caches =
            env.cache_home().ok_or_else(|| Failed::new(Exit::Unavailable, none().advise("set HOME")))?;
        let all = caches.join(FOLDER);
        Self::in_folder(&all).map_err(|error| {
            let problem = Problem::new(format!("cannot work in {}", all.display()));
            Failed::new(Exit::Unavailable, problem.because(error.to_string()))
        })
    }

    fn in_folder(all: &Path) -> io::Result<Self> {
        fs::create_dir_all(all)?;
        sweep(all)?;
        let folder = TempDir::new_in(all)?;
        // It has its name only when it is held: whoever sweeps takes a free one for that of a dead process.
        let unnamed = folder.path().join(format!("{LOCK}.new"));
        let lock = File::create(&unnamed)?;
        lock.try_lock()?;
        fs::rename(unnamed, folder.path().join(LOCK))?;
        for name in ["gopath/pkg/mod/cache/download", "spool", "module"] {
            fs::create_dir_all(folder.path().join(name))?;
        }
        Ok(Self { folder, _lock: lock })
    }

    /// GOPATH.
    pub(in crate::commands) fn gopath(&self) -> PathBuf {
        self.folder.path().join("gopath")
    }

    /// GOMODCACHE.
    pub(in crate::commands) fn module_cache(&self) -> PathBuf {
        self.gopath().join("pkg/mod")
    }

    /// What go has downloaded.
    pub(in crate::commands) fn downloads(&self) -> PathBuf {
        self.module_cache().join("cache/download")
    }

    /// GOCACHE, for what is compiled to be packed.
    pub(in crate::commands) fn build_cache(&self) -> PathBuf {
        self.folder.path().join("gocache")
    }

    /// Room for files on their way.
    pub(in crate::commands) fn spool(&self) -> PathBuf {
        self.folder.path().join("spool")
    }

    /// A folder for a main module of ours.
    pub(in crate::commands) fn module(&self) -> PathBuf {
        self.folder.path().join("module")
    }

    /// A data folder for what the checksum database says.
    pub(in crate::commands) fn proofs(&self) -> PathBuf {
        self.folder.path().join("proofs")
    }
}

/// Removes what processes have left that are gone: their locks are free.
fn sweep(all: &Path) -> io::Result<()> {
    for entry in all.read_dir()? {
        let folder = entry?.path();
        let Ok(lock) = File::open(folder.join(LOCK)) else { continue };
        if lock.try_lock().is_ok() {
            // Another run may be sweeping too; what cannot go now goes later.
            let _ = fs::remove_dir_all(&folder);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_run_left_goes_and_what_is_in_use_stays() {
        let all = tempfile::tempdir().unwrap();
        let running = Work::in_folder(all.path()).unwrap();
        let killed = all.path().join("killed");
        fs::create_dir_all(killed.join("gopath")).unwrap();
        fs::write(killed.join(LOCK), "").unwrap();
        let next = Work::in_folder(all.path()).unwrap();
        assert!(!killed.exists() && running.downloads().is_dir() && next.downloads().is_dir());
        drop((running, next));
        assert_eq!(all.path().read_dir().unwrap().count(), 0);
    }
}
