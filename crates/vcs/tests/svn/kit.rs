//! A client with an svn that keeps a diary, and a repository to ask about.

use std::fs;
use std::io::Read as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tempfile::TempDir;
use testkit::repo::{SvnChange, SvnRepo};
use tokio::time::Instant;
use vcs::{Access, Archive, Job, Programs, Remotes, Repo, Route, SvnClient, SvnOptions};

/// Longer than any test takes.
pub(crate) const LONG: Duration = Duration::from_mins(1);

/// A client in a temporary folder. Every program that it starts is written down.
pub(crate) struct Kit {
    pub(crate) home: TempDir,
    pub(crate) client: SvnClient,
}

impl Kit {
    pub(crate) fn new(options: SvnOptions) -> Self {
        let home = tempfile::tempdir().expect("a folder");
        fs::create_dir(home.path().join("bin")).expect("a folder");
        let path = format!("{}:/usr/bin:/bin", home.path().join("bin").display());
        let environment = [("PATH", path), ("HOME", home.path().display().to_string())].into_iter().collect();
        let client = SvnClient::new(home.path().join("svn"), options, Programs::new(8, environment));
        let kit = Self { home, client };
        let script = format!("echo \"$@\" >> {}\nexec {} \"$@\"", kit.diary().display(), real_svn());
        kit.program("svn", &script);
        kit
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
        self.client.open(&Remotes { url: url.to_owned(), ways }).expect("a good address")
    }

    /// All command lines.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(self.diary()).unwrap_or_default()
    }

    fn diary(&self) -> PathBuf {
        self.home.path().join("diary")
    }

    /// What lies in its folder besides the configuration.
    pub(crate) fn left(&self) -> Vec<String> {
        let entries = fs::read_dir(self.home.path().join("svn")).expect("a folder").flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        names.filter(|name| name != "config").collect()
    }
}

/// Where the svn of the system is.
fn real_svn() -> String {
    let path = std::env::var("PATH").expect("a path");
    let mut places = path.split(':').map(|folder| format!("{folder}/svn"));
    places.find(|path| Path::new(path).is_file()).expect("svn is installed")
}

/// Also takes repositories of this machine, and by svn's own protocol.
pub(crate) fn with_files() -> SvnOptions {
    with_access(Access::default())
}

pub(crate) fn with_access(access: Access) -> SvnOptions {
    let extra_protocols = ["file", "svn", "http"].map(str::to_owned).to_vec();
    SvnOptions { access: Access { extra_protocols, ..access }, ..SvnOptions::default() }
}

/// A question that wants to know how things are now.
pub(crate) fn job() -> Job {
    let now = Instant::now();
    Job { deadline: now + LONG, not_before: now }
}

/// A repository with a module in its trunk, which is at the address [`trunk`]:
///
/// * r1 makes the folders, r2 the module, r3 changes it, r4 makes a folder and a file of tags.
pub(crate) fn sample() -> SvnRepo {
    SvnRepo::create(|history| {
        history.commit(&SvnChange::new().folder("trunk").folder("tags"));
        let change = SvnChange::new().file("trunk/go.mod", "module example.com/a\n").folder("trunk/sub");
        let change = change.file("trunk/sub/a.go", "package a // 0\n");
        let second = history.commit(&change);
        history.commit(&SvnChange::new().edit("trunk/sub/a.go", "package a // 1\n"));
        history.commit(&SvnChange::new().copy("trunk", second, "tags/v1.0.0").file("tags/v9.9.9", "x"));
    })
}

pub(crate) fn trunk(repo: &SvnRepo) -> String {
    format!("{}/trunk", repo.url())
}

/// The files and links of an archive with their contents.
pub(crate) async fn files(archive: Archive) -> Vec<(String, String)> {
    let read = move || {
        let (mut archive, mut tar) = (archive, Vec::new());
        archive.read_to_end(&mut tar).expect("a whole archive");
        let mut tar = tar::Archive::new(&tar[..]);
        let entry = |entry: std::io::Result<tar::Entry<'_, &[u8]>>| {
            let mut entry = entry.expect("a whole entry");
            let name = String::from_utf8(entry.path_bytes().into_owned()).expect("a name");
            let mut content = String::new();
            entry.read_to_string(&mut content).expect("text");
            (name, content)
        };
        tar.entries().expect("an archive").map(entry).collect()
    };
    tokio::task::spawn_blocking(read).await.expect("no panic")
}
