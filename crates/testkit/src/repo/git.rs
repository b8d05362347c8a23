//! `GitRepo`: a bare repository made by the system git, with the same hashes on every machine.

mod command;
mod history;
mod tree;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

pub use command::git_command;
pub(in crate::repo) use command::isolate;
pub use history::{History, Object};
pub use tree::Tree;

/// What a repository with SHA-1 names is configured to be.
const CONFIG: &str = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n";

/// The same for SHA-256 names.
const CONFIG_SHA256: &str =
    "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = sha256\n";

/// A bare repository. It costs one process of git to make, and one for each update.
///
/// ```
/// use testkit::repo::{GitRepo, Tree};
///
/// let repo = GitRepo::create(|history| {
///     let first = history.commit(&[], &Tree::new().file("go.mod", "module example.com/a\n"));
///     history.branch("main", first);
///     history.tag("v1.0.0", first);
/// });
/// assert_eq!(repo.git(&["tag", "--list"]), "v1.0.0\n");
/// ```
#[derive(Debug)]
pub struct GitRepo {
    path: PathBuf,
    hash_digits: usize,
    marks: history::Names,
    times: history::Times,
    /// Dropping it deletes the folder.
    own: Option<TempDir>,
}

impl GitRepo {
    /// One in a temporary folder of its own, which goes when this does.
    pub fn create(build: impl FnOnce(&mut History)) -> Self {
        let own = TempDir::with_prefix("testkit-git-").expect("a temporary folder");
        let mut repo = Self::create_at(own.path().join("repo.git"), build);
        repo.own = Some(own);
        repo
    }

    /// One in this folder, which must not exist yet and stays.
    pub fn create_at(path: impl Into<PathBuf>, build: impl FnOnce(&mut History)) -> Self {
        Self::create_with(path.into(), CONFIG, 40, build)
    }

    /// One whose objects have SHA-256 names, in this folder, which must not exist yet and stays.
    pub fn create_sha256_at(path: impl Into<PathBuf>, build: impl FnOnce(&mut History)) -> Self {
        Self::create_with(path.into(), CONFIG_SHA256, 64, build)
    }

    /// The files that `git init` would make are few, and writing them saves a process.
    fn create_with(
        path: PathBuf,
        config: &str,
        hash_digits: usize,
        build: impl FnOnce(&mut History),
    ) -> Self {
        for folder in ["objects", "refs"] {
            fs::create_dir_all(path.join(folder)).expect("a folder");
        }
        fs::write(path.join("config"), config).expect("a file");
        let mut repo = Self { path, hash_digits, marks: Vec::new(), times: Vec::new(), own: None };
        repo.head("main");
        repo.update(build);
        repo
    }

    /// Adds commits, and adds, moves (also backwards) and deletes references. What [`Object`]s earlier calls gave stays good.
    pub fn update(&mut self, build: impl FnOnce(&mut History)) {
        let mut history = History::start(&self.path, self.hash_digits, &self.marks);
        build(&mut history);
        let (marks, times) = history.finish();
        self.marks = marks;
        self.times.extend(times);
    }

    /// Lets HEAD name this branch, which need not exist.
    pub fn head(&self, branch: &str) {
        fs::write(self.path.join("HEAD"), format!("ref: refs/heads/{branch}\n")).expect("a file");
    }

    /// Lets HEAD name this commit and no branch.
    pub fn detach_head(&self, commit: Object) {
        fs::write(self.path.join("HEAD"), format!("{}\n", self.hash(commit))).expect("a file");
    }

    /// Sets an option of its configuration; `section` may hold a subsection: `uploadpack`, `remote "x"`.
    pub fn config(&self, section: &str, key: &str, value: &str) {
        let file = self.path.join("config");
        let mut config = fs::read_to_string(&file).expect("a configuration");
        let _ = write!(config, "[{section}]\n\t{key} = {value}\n");
        fs::write(file, config).expect("a file");
    }

    /// Lets clients ask for a filter, such as `blob:none`.
    pub fn allow_filter(&self) {
        self.config("uploadpack", "allowFilter", "true");
    }

    /// Lets clients ask for any object by its name.
    pub fn allow_any_hash(&self) {
        self.config("uploadpack", "allowAnySHA1InWant", "true");
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its address as `file://` URL.
    pub fn url(&self) -> String {
        format!("file://{}", self.path.display())
    }

    /// The full name of an object, in hex.
    pub fn hash(&self, object: Object) -> &str {
        let known = self.marks.iter().find(|(mark, _)| *mark == object.mark());
        &known.unwrap_or_else(|| panic!("{object:?} is not of this repository")).1
    }

    /// What stands in the pseudo-version of a commit: `20240101000100-0123456789ab`.
    pub fn stamp(&self, commit: Object) -> String {
        let known = self.times.iter().find(|(mark, _)| *mark == commit.mark());
        let time = known.unwrap_or_else(|| panic!("{commit:?} is no commit of this repository")).1;
        format!("{}-{}", history::timestamp(time), &self.hash(commit)[..12])
    }

    /// Runs the system git on it, and returns what it printed. Stops the test when git fails.
    #[track_caller]
    pub fn git(&self, args: &[&str]) -> String {
        let mut command = git_command();
        let output =
            command.arg("--git-dir").arg(&self.path).args(args).output().expect("git can be started");
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {args:?}: {}\n{error}", output.status);
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

#[cfg(test)]
mod tests;
