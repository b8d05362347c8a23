//! The repositories that are asked about, and the questions.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use gomod::repository::Vcs;
use tempfile::TempDir;
use testkit::repo::{GitRepo, HgRepo, History, Object, SvnHistory, SvnRepo, Tree};

/// Where the repositories of git are, by their paths: `github.com/ex/NAME`.
pub(crate) const HOST: &str = "github.com/ex/";

/// Where those of other systems are, by their paths: `vcs.example.com/NAME.hg`, with the system at the end.
pub(crate) const OTHER_HOST: &str = "vcs.example.com/";

/// All repositories of a run with their questions.
pub(crate) struct Shop {
    folder: TempDir,
    pub(crate) stalls: Vec<Stall>,
}

/// One repository and what is asked of it.
pub(crate) struct Stall {
    pub(crate) name: String,
    repo: Kept,
    /// Its address for the programs.
    pub(crate) way: String,
    pub(crate) asks: Vec<Ask>,
    /// Whether no answer depends on the one before: no two questions lead to one version, and only tags are asked for, by their
    /// names, unless the system is one of which go fetches everything at once.
    pub(crate) is_independent: bool,
}

/// A repository of some system, which is there as long as this.
enum Kept {
    Git(GitRepo),
    Hg { _repo: HgRepo },
    Svn { _repo: SvnRepo },
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

    /// The same for those of other systems than git.
    pub(crate) fn others(&self) -> PathBuf {
        self.folder.path().join("others")
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
        let way = git.url();
        (self.add(name, Kept::Git(git), way), kept.expect("built"))
    }

    /// A new repository of Mercurial, with a commit to remember for each that is built.
    pub(crate) fn hg_stall<T>(
        &mut self,
        name: &str,
        build: impl FnOnce(&mut HgRepo) -> T,
    ) -> (&mut Stall, T) {
        let mut hg = HgRepo::create();
        let kept = build(&mut hg);
        let way = self.put(name, hg.path());
        (self.add(name, Kept::Hg { _repo: hg }, way), kept)
    }

    /// A new repository of Subversion; `NAME` may go on into it, as `NAME/trunk`.
    pub(crate) fn svn_stall(&mut self, name: &str, build: impl FnOnce(&mut SvnHistory)) -> &mut Stall {
        let svn = SvnRepo::create(build);
        let (repo, inner) = name.split_once('/').map_or((name, ""), |(repo, _)| (repo, &name[repo.len()..]));
        let way = self.put(repo, &svn.path()) + inner;
        self.add(name, Kept::Svn { _repo: svn }, way)
    }

    fn add(&mut self, name: &str, repo: Kept, way: String) -> &mut Stall {
        let name = name.to_owned();
        self.stalls.push(Stall { name, repo, way, asks: Vec::new(), is_independent: false });
        self.stalls.last_mut().expect("just added")
    }

    /// Puts a repository under its name, and returns its address.
    fn put(&self, name: &str, repo: &Path) -> String {
        let place = self.others().join(name);
        std::fs::create_dir_all(self.others()).expect("a folder");
        symlink(repo, &place).expect("a link");
        format!("file://{}", place.display())
    }
}

impl Stall {
    /// The system.
    pub(crate) fn vcs(&self) -> Vcs {
        match self.repo {
            Kept::Git(_) => Vcs::Git,
            Kept::Hg { .. } => Vcs::Mercurial,
            Kept::Svn { .. } => Vcs::Subversion,
        }
    }

    /// The path of its root module.
    pub(crate) fn path(&self) -> String {
        match self.repo {
            Kept::Git(_) => format!("{HOST}{}", self.name),
            Kept::Hg { .. } | Kept::Svn { .. } => format!("{OTHER_HOST}{}.{}", self.name, self.vcs()),
        }
    }

    /// Its address, as it is told.
    pub(crate) fn url(&self) -> String {
        let host = if self.vcs() == Vcs::Git { HOST } else { OTHER_HOST };
        format!("https://{host}{}", self.name)
    }

    /// The repository, which must be one of git.
    pub(crate) fn git(&self) -> &GitRepo {
        match &self.repo {
            Kept::Git(git) => git,
            Kept::Hg { .. } | Kept::Svn { .. } => panic!("{} is no repository of git", self.name),
        }
    }

    /// Says that no answer depends on the one before.
    pub(crate) fn independent(&mut self) -> &mut Self {
        self.is_independent = true;
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
        let version = format!("{before}{}", self.git().stamp(commit));
        self.ask(behind, &[&version])
    }

    /// The full hash of a commit.
    pub(crate) fn hash(&self, commit: Object) -> String {
        self.git().hash(commit).to_owned()
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
