//! What the suites of all systems stand on: a machine whose programs keep a diary, and questions to a repository.

#![allow(dead_code, reason = "each suite takes what it needs")]

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;
use tokio::time::Instant;
use vcs::{Archive, Job, Programs, Remotes, Route};

/// Longer than any test takes.
pub(crate) const LONG: Duration = Duration::from_mins(1);

/// A temporary folder with programs that stand before those of the system. One of them writes down how it is called.
pub(crate) struct Machine {
    pub(crate) home: TempDir,
}

impl Machine {
    /// A machine on which `name` keeps a diary.
    pub(crate) fn with_diary_of(name: &str) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        fs::create_dir(home.path().join("bin")).expect("a folder");
        let machine = Self { home };
        let diary = machine.diary();
        machine
            .program(name, &format!("echo \"$@\" >> {}\nexec {} \"$@\"", diary.display(), installed(name)));
        machine
    }

    /// Puts a program before those of the system.
    pub(crate) fn program(&self, name: &str, script: &str) {
        let path = self.home.path().join("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a file");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    /// How its programs are run.
    pub(crate) fn programs(&self) -> Programs {
        let home = self.home.path();
        let path = format!("{}:/usr/bin:/bin", home.join("bin").display());
        let environment = [("PATH", path), ("HOME", home.display().to_string())].into_iter().collect();
        Programs::new(8, environment)
    }

    /// All command lines of the program that keeps a diary.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(self.diary()).unwrap_or_default()
    }

    /// The folder of caches.
    pub(crate) fn cache_folder(&self) -> PathBuf {
        self.home.path().join("cache")
    }

    /// The folder of the only remote in the cache.
    pub(crate) fn folder(&self) -> PathBuf {
        let mut folders: Vec<_> = fs::read_dir(self.cache_folder()).expect("a cache").flatten().collect();
        assert_eq!(folders.len(), 1, "{folders:?}");
        folders.remove(0).path()
    }

    fn diary(&self) -> PathBuf {
        self.home.path().join("diary")
    }
}

/// Where a program of the system is.
fn installed(name: &str) -> String {
    let path = std::env::var("PATH").expect("a path");
    let mut places = path.split(':').map(|folder| format!("{folder}/{name}"));
    places.find(|path| Path::new(path).is_file()).expect("it is installed")
}

/// A remote with ways that the operator has named.
pub(crate) fn vouched(url: &str, ways: &[&str]) -> Remotes {
    Remotes { url: url.to_owned(), ways: ways.iter().map(|way| Route::vouched(*way)).collect() }
}

/// A question that wants to know how things are now.
pub(crate) fn job() -> Job {
    let now = Instant::now();
    Job { deadline: now + LONG, not_before: now }
}

/// A question that takes what was known since `since`.
pub(crate) fn job_since(since: Instant) -> Job {
    Job { deadline: Instant::now() + LONG, not_before: since }
}

/// What an archive holds: names, and contents or the targets of links; folders have a slash.
pub(crate) async fn unpacked(archive: Archive) -> std::io::Result<Vec<(String, String)>> {
    let read = move || {
        let (mut archive, mut tar) = (archive, Vec::new());
        archive.read_to_end(&mut tar)?;
        Ok(entries(&tar))
    };
    tokio::task::spawn_blocking(read).await.expect("no panic")
}

/// Only its files and links.
pub(crate) async fn files(archive: Archive) -> Vec<(String, String)> {
    let mut files = unpacked(archive).await.expect("a whole archive");
    files.retain(|(name, _)| !name.ends_with('/'));
    files
}

fn entries(tar: &[u8]) -> Vec<(String, String)> {
    let mut tar = tar::Archive::new(tar);
    let entry = |entry: std::io::Result<tar::Entry<'_, &[u8]>>| {
        let mut entry = entry.expect("a whole entry");
        let is_remark = entry.header().entry_type().is_pax_global_extensions();
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).expect("it is in memory");
        let link = entry.link_name_bytes().map(|link| String::from_utf8_lossy(&link).into_owned());
        (!is_remark).then(|| (name, link.unwrap_or_else(|| String::from_utf8_lossy(&content).into_owned())))
    };
    tar.entries().expect("an archive").filter_map(entry).collect()
}
