//! `HgRepo` and `HgServe`: a Mercurial repository, and its own web server.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::{ServerCommand, ServerProcess};

/// When the first commit is made: 2024-01-01T00:00:00Z, in seconds since 1970.
const BEGIN: i64 = 1_704_067_200;

/// A repository with a working copy, which is what Mercurial commits from. Commits are a minute apart.
#[derive(Debug)]
pub struct HgRepo {
    folder: TempDir,
    commits: i64,
}

impl Default for HgRepo {
    fn default() -> Self {
        Self::create()
    }
}

impl HgRepo {
    /// An empty one in a temporary folder of its own.
    pub fn create() -> Self {
        let folder = TempDir::with_prefix("testkit-hg-").expect("a temporary folder");
        let repo = Self { folder, commits: 0 };
        repo.hg(&["init", "."]);
        repo
    }

    /// The same repository again, in a folder of its own.
    #[must_use]
    pub fn twin(&self) -> Self {
        let folder = TempDir::with_prefix("testkit-hg-").expect("a temporary folder");
        let mut command = Command::new("cp");
        command.arg("-a").arg(self.path().join(".")).arg(folder.path());
        assert!(command.status().expect("cp can be started").success(), "{command:?}");
        Self { folder, commits: self.commits }
    }

    /// Writes a file of the working copy.
    pub fn file(&self, path: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.place(path), bytes).expect("a file");
    }

    /// Makes a symbolic link in the working copy.
    pub fn symlink(&self, path: &str, target: &str) {
        symlink(target, self.place(path)).expect("a link");
    }

    fn place(&self, path: &str) -> PathBuf {
        let place = self.path().join(path);
        fs::create_dir_all(place.parent().expect("it is in the working copy")).expect("a folder");
        place
    }

    /// Commits the working copy, files that are new or gone included, and returns the commit's name, 40 hex digits.
    pub fn commit(&mut self) -> String {
        let date = self.next_date();
        self.hg(&["commit", "--addremove", "--date", &date, "--message", "commit"]);
        self.hg(&["log", "--rev", ".", "--template", "{node}"])
    }

    /// Tags a commit, which is a commit of its own on top of the working copy's.
    pub fn tag(&mut self, name: &str, commit: &str) {
        let date = self.next_date();
        self.hg(&["tag", "--date", &date, "--rev", commit, "--", name]);
    }

    /// Lets the next commit begin a named branch.
    pub fn branch(&self, name: &str) {
        self.hg(&["branch", "--", name]);
    }

    /// Checks out a commit, so that the next one is its child.
    pub fn update(&self, commit: &str) {
        self.hg(&["update", "--clean", "--rev", commit]);
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Its address as `file://` URL.
    pub fn url(&self) -> String {
        format!("file://{}", self.path().display())
    }

    /// Runs hg on it, and returns what it printed. Stops the test when hg fails.
    #[track_caller]
    pub fn hg(&self, args: &[&str]) -> String {
        let mut command = Command::new("hg");
        command.args(["--noninteractive", "--cwd"]).arg(self.path()).args(args);
        command.env("HGRCPATH", "").env("HGPLAIN", "1").env("HGUSER", "Testkit <testkit@example.com>");
        let output = command.output().expect("hg can be started");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "hg {args:?}: {}\n{error}", output.status);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn next_date(&mut self) -> String {
        self.commits += 1;
        format!("{} 0", BEGIN + 60 * (self.commits - 1))
    }
}

/// A repository over plain http, by `hg serve`.
#[derive(Debug)]
pub struct HgServe {
    process: ServerProcess,
}

impl HgServe {
    /// Serves this repository alone, at `/`.
    pub fn start(repo: &HgRepo) -> Self {
        let command = ServerCommand::new("hg").env("HGRCPATH", "").env("HGPLAIN", "1").dir(repo.path());
        let command = command.args(["serve", "--address", "127.0.0.1", "--port", "0"]);
        Self { process: command.start("listening at http://{}:{}/ ") }
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/", self.process.captures()[1])
    }
}
