//! Where the client keeps what it learns, also for users without a home and on disks that take nothing: go builds there, and modkeep must
//! not be worse.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::env::Env;
use crate::report::Failed;

/// The environment of a run, in which there is a folder for caches that can be written, and one for data.
pub(super) struct Homes {
    pub(super) env: Env,
    /// What stands in for them. It goes with the run.
    scratch: Option<TempDir>,
}

impl Homes {
    /// Leaves the environment as it is where it will do. What the command itself sees is not changed.
    pub(super) fn of(env: &Env) -> Result<Self, Failed> {
        let caches = env.cache_home().is_some_and(|folder| is_writable(&folder.join("modkeep")));
        let missing = [("XDG_CACHE_HOME", !caches), ("XDG_DATA_HOME", env.data_home().is_none())];
        let missing = missing.into_iter().filter(|(_, is_missing)| *is_missing);
        let names: Vec<&str> = missing.map(|(name, _)| name).collect();
        if names.is_empty() {
            return Ok(Self { env: env.clone(), scratch: None });
        }
        let scratch = TempDir::with_prefix_in("modkeep-", env.temporary())?;
        let variables = names.into_iter().map(|name| (name, scratch.path().join(name)));
        Ok(Self { env: env.with(variables), scratch: Some(scratch) })
    }

    /// Removes what stands in for them before this process becomes another program, at whose end nobody would.
    pub(super) fn leave(&self) {
        // What cannot be removed is left where the system's temporary files are.
        let _ = self.scratch.as_ref().map(|scratch| fs::remove_dir_all(scratch.path()));
    }
}

fn is_writable(folder: &Path) -> bool {
    fs::create_dir_all(folder).is_ok() && tempfile::tempfile_in(folder).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::env::Platform;

    fn env(vars: &[(&str, &Path)]) -> Env {
        Env::new(
            vars.iter().map(|(name, path)| (*name, path.as_os_str())),
            Path::new("/here"),
            Platform::Unix,
        )
    }

    #[test]
    fn what_is_there_is_used_and_what_is_missing_stood_in_for() {
        let folder = tempfile::tempdir().unwrap();
        let (home, tmp) = (folder.path().join("home"), folder.path().join("tmp"));
        fs::create_dir(&tmp).unwrap();
        let own = Homes::of(&env(&[("HOME", &home), ("TMPDIR", &tmp)])).unwrap();
        assert_eq!(own.env.cache_home(), Some(home.join(".cache")));
        let homeless = Homes::of(&env(&[("TMPDIR", &tmp)])).unwrap();
        let folders = [homeless.env.cache_home(), homeless.env.data_home()];
        assert!(
            folders.iter().all(|found| found.as_ref().is_some_and(|found| found.starts_with(&tmp))),
            "{folders:?}"
        );
        drop(homeless);
        assert_eq!(fs::read_dir(&tmp).unwrap().count(), 0);
    }

    #[test]
    fn a_cache_that_takes_nothing_is_stood_in_for() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "no folder").unwrap();
        let vars = [("HOME", folder.path()), ("XDG_CACHE_HOME", file.as_path()), ("TMPDIR", folder.path())];
        let homes = Homes::of(&env(&vars)).unwrap();
        assert_ne!(homes.env.cache_home(), Some(file));
        assert_eq!(homes.env.data_home(), Some(folder.path().join(".local/share")));
    }
}
