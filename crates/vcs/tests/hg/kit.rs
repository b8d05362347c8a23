//! A cache with an hg that keeps a diary, and a repository to ask about.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use tempfile::TempDir;
use testkit::repo::HgRepo;
use tokio::time::Instant;
use vcs::{Access, Archive, HgCache, HgOptions, Job, Programs, Remotes, Repo, Route};

/// Longer than any test takes.
pub(crate) const LONG: Duration = Duration::from_mins(1);

/// A cache in a temporary folder. Every program that it starts is written down.
pub(crate) struct Kit {
    pub(crate) home: TempDir,
    pub(crate) cache: HgCache,
}

impl Kit {
    pub(crate) fn new(options: HgOptions) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        fs::create_dir(home.path().join("bin")).expect("a folder");
        let cache = cache_in(home.path(), options);
        let kit = Self { home, cache };
        kit.program("hg", &format!("echo \"$@\" >> {}\nexec {} \"$@\"", kit.diary().display(), real_hg()));
        kit
    }

    /// The same folder, as another process finds it.
    pub(crate) fn reopen(&mut self, options: HgOptions) {
        self.cache = cache_in(self.home.path(), options);
    }

    /// Puts a program before those of the system.
    pub(crate) fn program(&self, name: &str, script: &str) {
        let path = self.home.path().join("bin").join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("a file");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    pub(crate) fn open(&self, url: &str) -> Arc<dyn Repo> {
        self.open_by(url, &[url])
    }

    pub(crate) fn open_by(&self, url: &str, ways: &[&str]) -> Arc<dyn Repo> {
        let ways = ways.iter().map(|way| Route::vouched(*way)).collect();
        self.cache.open(&Remotes { url: url.to_owned(), ways }).expect("a good address")
    }

    /// How often hg was called for this.
    pub(crate) fn calls(&self, command: &str) -> usize {
        let said = self.said().replace("--repository clone", "");
        said.lines().filter(|line| line.split(' ').any(|word| word == command)).count()
    }

    /// All command lines.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(self.diary()).unwrap_or_default()
    }

    fn diary(&self) -> PathBuf {
        self.home.path().join("diary")
    }

    /// The clone of the only repository in the cache.
    pub(crate) fn clone(&self) -> PathBuf {
        let cache = self.home.path().join("cache");
        let mut folders: Vec<_> = fs::read_dir(cache).expect("a cache").flatten().collect();
        assert_eq!(folders.len(), 1, "{folders:?}");
        folders.remove(0).path().join("clone")
    }
}

fn cache_in(home: &Path, options: HgOptions) -> HgCache {
    let path = format!("{}:/usr/bin:/bin", home.join("bin").display());
    let environment = [("PATH", path), ("HOME", home.display().to_string())].into_iter().collect();
    HgCache::new(home.join("cache"), options, Programs::new(8, environment))
}

/// Where the hg of the system is.
fn real_hg() -> String {
    let path = std::env::var("PATH").expect("a path");
    let mut places = path.split(':').map(|folder| format!("{folder}/hg"));
    places.find(|path| Path::new(path).is_file()).expect("hg is installed")
}

/// Also takes repositories of this machine, and over http.
pub(crate) fn with_files() -> HgOptions {
    with_access(Access::default())
}

pub(crate) fn with_access(access: Access) -> HgOptions {
    let access = Access { extra_protocols: vec!["file".into(), "http".into()], ..access };
    HgOptions { access, ..HgOptions::default() }
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

/// A repository with three versions, a branch and a bookmark beside.
pub(crate) struct Sample {
    pub(crate) repo: HgRepo,
    /// Those that are no tags: the first, the second, the one beside.
    pub(crate) commits: Vec<String>,
    /// What it was copied from, as long as somebody may want that.
    _original: Option<Arc<Sample>>,
}

impl Sample {
    /// Its own repository each time, which is made once and copied: hg takes its time for every commit.
    pub(crate) fn new() -> Self {
        static ORIGINAL: Mutex<Weak<Sample>> = Mutex::new(Weak::new());
        let mut known = ORIGINAL.lock().expect("no test stopped here");
        let original = known.upgrade().unwrap_or_else(|| Arc::new(Self::make()));
        *known = Arc::downgrade(&original);
        Self { repo: original.repo.twin(), commits: original.commits.clone(), _original: Some(original) }
    }

    fn make() -> Self {
        let mut repo = HgRepo::create();
        repo.file("go.mod", "module example.com/a\n");
        repo.file("sub/a.go", "package a // 0\n");
        repo.symlink("sub/link", "a.go");
        let first = repo.commit();
        repo.tag("v1.0.0", &first);
        repo.file("sub/a.go", "package a // 1\n");
        let second = repo.commit();
        repo.tag("v1.1.0", &second);
        repo.tag("sub/v0.1.0", &second);
        repo.update(&first);
        repo.branch("beside");
        repo.file("beside.go", "package a\n");
        let beside = repo.commit();
        repo.hg(&["bookmark", "--rev", &first, "mark"]);
        repo.update("default");
        Self { repo, commits: vec![first, second, beside], _original: None }
    }

    pub(crate) fn hash(&self, at: usize) -> &str {
        &self.commits[at]
    }
}

/// The files and links of an archive with their contents, folders left out.
pub(crate) async fn files(archive: Archive) -> Vec<(String, String)> {
    unpacked(archive).await.expect("a whole archive")
}

pub(crate) async fn unpacked(archive: Archive) -> std::io::Result<Vec<(String, String)>> {
    let read = move || {
        let (mut archive, mut tar) = (archive, Vec::new());
        archive.read_to_end(&mut tar)?;
        Ok(entries(&tar))
    };
    tokio::task::spawn_blocking(read).await.expect("no panic")
}

fn entries(tar: &[u8]) -> Vec<(String, String)> {
    let mut tar = tar::Archive::new(tar);
    let entry = |entry: std::io::Result<tar::Entry<'_, &[u8]>>| {
        let mut entry = entry.expect("a whole entry");
        let name = String::from_utf8(entry.path_bytes().into_owned()).expect("a name");
        let mut content = String::new();
        entry.read_to_string(&mut content).expect("text");
        let link = entry.link_name_bytes().map(|link| String::from_utf8_lossy(&link).into_owned());
        (name, link.unwrap_or(content))
    };
    let mut entries: Vec<_> = tar.entries().expect("an archive").map(entry).collect();
    entries.retain(|(name, _)| !name.ends_with('/'));
    entries
}
