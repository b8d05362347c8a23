//! The repositories that are asked about, and the questions.

use std::path::PathBuf;

use tempfile::TempDir;
use testkit::repo::{GitRepo, History, Object, Tree};

/// Where the repositories are, by their paths: `github.com/ex/NAME`.
pub(crate) const HOST: &str = "github.com/ex/";

/// All repositories of a run with their questions.
pub(crate) struct Shop {
    folder: TempDir,
    pub(crate) stalls: Vec<Stall>,
}

/// One repository and what is asked of it.
pub(crate) struct Stall {
    pub(crate) name: String,
    pub(crate) git: GitRepo,
    pub(crate) asks: Vec<Ask>,
    /// Whether only tags are asked for, by their names, so that no answer depends on the one before.
    pub(crate) is_about_tags: bool,
}

/// One question about one module.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    /// The module path.
    pub(crate) module: String,
    pub(crate) question: Question,
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    /// The list of versions.
    List,
    /// A version, a revision, or `latest`, and everything that comes with it: description, go.mod, zip.
    Version(String),
}

impl Shop {
    pub(crate) fn new() -> Self {
        Self { folder: TempDir::with_prefix("oracle-").expect("a temporary folder"), stalls: Vec::new() }
    }

    /// The folder of the repositories, each under its name.
    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("repos")
    }

    /// A folder for other files.
    pub(crate) fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }

    /// A new repository, and what its builder wants to remember.
    pub(crate) fn stall<T>(&mut self, name: &str, build: impl FnOnce(&mut History) -> T) -> (&mut Stall, T) {
        assert!(self.stalls.iter().all(|stall| stall.name != name), "{name} is there already");
        let mut kept = None;
        let git = GitRepo::create_at(self.root().join(name), |history| kept = Some(build(history)));
        self.stalls.push(Stall { name: name.to_owned(), git, asks: Vec::new(), is_about_tags: false });
        (self.stalls.last_mut().expect("just added"), kept.expect("built"))
    }
}

impl Stall {
    /// The path of its root module.
    pub(crate) fn path(&self) -> String {
        format!("{HOST}{}", self.name)
    }

    /// Says that only tags are asked for.
    pub(crate) fn tags_alone(&mut self) -> &mut Self {
        self.is_about_tags = true;
        self
    }

    /// Asks for the list of the module whose path is the root's with this behind it.
    pub(crate) fn list(&mut self, behind: &str) -> &mut Self {
        let module = self.path() + behind;
        self.asks.push(Ask { module, question: Question::List });
        self
    }

    /// Asks for versions of the module whose path is the root's with this behind it.
    pub(crate) fn ask(&mut self, behind: &str, versions: &[&str]) -> &mut Self {
        for version in versions {
            let module = self.path() + behind;
            self.asks.push(Ask { module, question: Question::Version((*version).to_owned()) });
        }
        self
    }

    /// Asks for a pseudo-version of a commit: `before` is all that stands before its time and hash.
    pub(crate) fn pseudo(&mut self, behind: &str, before: &str, commit: Object) -> &mut Self {
        let version = format!("{before}{}", self.git.stamp(commit));
        self.ask(behind, &[&version])
    }

    /// The full hash of a commit.
    pub(crate) fn hash(&self, commit: Object) -> String {
        self.git.hash(commit).to_owned()
    }
}

/// A module of this path: go.mod with a `go` line, and a package.
pub(crate) fn module(path: &str) -> Tree {
    module_in("", path)
}

/// The same below a folder, which ends in `/` or is empty.
pub(crate) fn module_in(folder: &str, path: &str) -> Tree {
    Tree::new()
        .file(format!("{folder}go.mod"), format!("module {path}\n\ngo 1.20\n"))
        .file(format!("{folder}a.go"), "package a\n")
}

/// A package without go.mod.
pub(crate) fn package() -> Tree {
    Tree::new().file("a.go", "package a\n")
}
