//! A cache with a git that keeps a diary, and a repository to ask about.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use testkit::repo::{GitHttps, GitRepo, Object, Tree, git_command};
use tokio::time::Instant;
use vcs::{Archive, GitCache, GitOptions, Job, Programs, Remotes, Repo, Route};

/// Longer than any test takes.
pub(crate) const LONG: Duration = Duration::from_mins(1);

/// A cache in a temporary folder. Every program that it starts is written down.
pub(crate) struct Kit {
    pub(crate) home: TempDir,
    pub(crate) cache: GitCache,
}

impl Kit {
    pub(crate) fn new(options: GitOptions) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        fs::create_dir(home.path().join("bin")).expect("a folder");
        let cache = cache_in(home.path(), options);
        let kit = Self { home, cache };
        kit.program("git", &format!("echo \"$@\" >> {}\nexec {} \"$@\"", kit.diary().display(), real_git()));
        kit
    }

    /// A cache for this server.
    pub(crate) fn of_server(server: &GitHttps) -> Self {
        Self::new(with_ca(server))
    }

    /// The same folder, as another process finds it.
    pub(crate) fn reopen(&mut self, options: GitOptions) {
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

    /// How often git was called for this.
    pub(crate) fn calls(&self, command: &str) -> usize {
        let diary = fs::read_to_string(self.diary()).unwrap_or_default();
        diary.lines().filter(|line| line.split(' ').next() == Some(command)).count()
    }

    fn diary(&self) -> PathBuf {
        self.home.path().join("diary")
    }

    /// The folder of the only repository in the cache.
    pub(crate) fn folder(&self) -> PathBuf {
        let cache = self.home.path().join("cache");
        let mut folders: Vec<_> = fs::read_dir(cache).expect("a cache").flatten().collect();
        assert_eq!(folders.len(), 1, "{folders:?}");
        folders.remove(0).path()
    }

    /// The packs of one of its stores.
    pub(crate) fn packs(&self, store: &str) -> Vec<PathBuf> {
        let packs = fs::read_dir(self.folder().join(store).join("objects/pack")).expect("packs");
        let packs = packs.flatten().map(|entry| entry.path());
        packs.filter(|path| path.extension().is_some_and(|end| end == "pack")).collect()
    }
}

fn cache_in(home: &Path, options: GitOptions) -> GitCache {
    let path = format!("{}:/usr/bin:/bin", home.join("bin").display());
    let environment = [("PATH", path), ("HOME", home.display().to_string())].into_iter().collect();
    GitCache::new(home.join("cache"), options, Programs::new(8, environment))
}

/// Where the git of the system is.
fn real_git() -> String {
    let folder = std::env::var("PATH")
        .expect("a path")
        .split(':')
        .map(|folder| format!("{folder}/git"))
        .find(|path| Path::new(path).is_file());
    folder.expect("git is installed")
}

pub(crate) fn with_ca(server: &GitHttps) -> GitOptions {
    GitOptions { ca_file: Some(server.ca_file()), ..GitOptions::default() }
}

/// Also takes repositories of this machine.
pub(crate) fn with_files() -> GitOptions {
    GitOptions { extra_protocols: vec!["file".into()], ..GitOptions::default() }
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

/// A repository with three versions, a branch and a tag beside.
pub(crate) struct Sample {
    pub(crate) repo: GitRepo,
    pub(crate) commits: Vec<Object>,
}

impl Sample {
    pub(crate) fn new() -> Self {
        let mut commits = Vec::new();
        let repo = GitRepo::create(|history| {
            let tree = |version: u32| {
                let text = format!("package a // {version}\n");
                Tree::new().file("go.mod", "module example.com/a\n").file("sub/a.go", text)
            };
            let first = history.commit(&[], &tree(0));
            let second = history.change(&[first], &tree(1));
            let third = history.change(&[second], &tree(2));
            let beside = history.change(&[first], &Tree::new().file("beside.go", "package a\n"));
            let unreachable = history.change(&[first], &Tree::new().file("pr.go", "package a\n"));
            history.branch("main", third);
            history.branch("beside", beside);
            history.reference("refs/pull/1/head", unreachable);
            history.tag("v1.0.0", first);
            history.tag("v1.1.0", second);
            history.annotated("v1.2.0", third);
            history.tag("sub/v0.1.0", third);
            history.tag("other", beside);
            commits = vec![first, second, third, beside, unreachable];
        });
        repo.allow_filter();
        Self { repo, commits }
    }

    pub(crate) fn hash(&self, at: usize) -> &str {
        self.repo.hash(self.commits[at])
    }
}

/// What a tar stream holds: names and contents, and folders with a slash.
pub(crate) async fn unpacked(archive: Archive) -> std::io::Result<Vec<(String, String)>> {
    let read = move || {
        let (mut archive, mut tar) = (archive, Vec::new());
        archive.read_to_end(&mut tar)?;
        Ok(entries(&tar))
    };
    tokio::task::spawn_blocking(read).await.expect("no panic")
}

fn entries(tar: &[u8]) -> Vec<(String, String)> {
    let (mut entries, mut at) = (Vec::new(), 0);
    while tar[at] != 0 {
        let field = |from: usize, to: usize| {
            String::from_utf8_lossy(&tar[at + from..at + to]).trim_end_matches('\0').to_owned()
        };
        let size = usize::from_str_radix(&field(124, 135), 8).expect("a size");
        let content = String::from_utf8_lossy(&tar[at + 512..at + 512 + size]).into_owned();
        if tar[at + 156] != b'g' {
            entries.push((field(0, 100), content));
        }
        at += 512 + size.next_multiple_of(512);
    }
    entries
}

/// Only the files of it, by name.
pub(crate) async fn files(archive: Archive) -> Vec<(String, String)> {
    let mut files = unpacked(archive).await.expect("a whole archive");
    files.retain(|(name, _)| !name.ends_with('/'));
    files
}

/// Runs git on one of our stores.
pub(crate) fn git_in(store: &Path, args: &[&str]) -> String {
    let output = git_command().arg("--git-dir").arg(store).args(args).output().expect("git runs");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
