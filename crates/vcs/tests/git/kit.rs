//! A cache with a git that keeps a diary, and a repository to ask about.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use testkit::repo::{GitHttps, GitRepo, Object, Tree, git_command};
use vcs::{Access, GitCache, GitOptions, Repo};

use crate::common::Machine;
pub(crate) use crate::common::{LONG, files, job, job_since, unpacked, vouched};

/// A cache on a machine whose git keeps a diary.
pub(crate) struct Kit {
    machine: Machine,
    pub(crate) cache: GitCache,
}

impl std::ops::Deref for Kit {
    type Target = Machine;

    fn deref(&self) -> &Machine {
        &self.machine
    }
}

impl Kit {
    pub(crate) fn new(options: GitOptions) -> Self {
        let machine = Machine::with_diary_of("git");
        let cache = cache_on(&machine, options);
        Self { machine, cache }
    }

    /// A cache for this server.
    pub(crate) fn of_server(server: &GitHttps) -> Self {
        Self::new(with_ca(server))
    }

    /// The same folder, as another process finds it.
    pub(crate) fn reopen(&mut self, options: GitOptions) {
        self.cache = cache_on(&self.machine, options);
    }

    pub(crate) fn open(&self, url: &str) -> Arc<dyn Repo> {
        self.open_by(url, &[url])
    }

    pub(crate) fn open_by(&self, url: &str, ways: &[&str]) -> Arc<dyn Repo> {
        self.cache.open(&vouched(url, ways)).expect("a good address")
    }

    /// How often git was called for this.
    pub(crate) fn calls(&self, command: &str) -> usize {
        self.said().lines().filter(|line| line.split(' ').next() == Some(command)).count()
    }

    /// The packs of one of its stores.
    pub(crate) fn packs(&self, store: &str) -> Vec<PathBuf> {
        let packs = fs::read_dir(self.folder().join(store).join("objects/pack")).expect("packs");
        let packs = packs.flatten().map(|entry| entry.path());
        packs.filter(|path| path.extension().is_some_and(|end| end == "pack")).collect()
    }
}

fn cache_on(machine: &Machine, options: GitOptions) -> GitCache {
    GitCache::new(machine.cache_folder(), options, machine.programs())
}

pub(crate) fn with_ca(server: &GitHttps) -> GitOptions {
    with_access(trusting(server))
}

/// Access to a server with a certificate of its own.
pub(crate) fn trusting(server: &GitHttps) -> Access {
    Access { ca_file: Some(server.ca_file()), ..Access::default() }
}

/// Also takes repositories of this machine.
pub(crate) fn with_files() -> GitOptions {
    with_access(Access { extra_protocols: vec!["file".into()], ..Access::default() })
}

pub(crate) fn with_access(access: Access) -> GitOptions {
    GitOptions { access, ..GitOptions::default() }
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

/// Runs git on one of our stores.
pub(crate) fn git_in(store: &Path, args: &[&str]) -> String {
    let output = git_command().arg("--git-dir").arg(store).args(args).output().expect("git runs");
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
