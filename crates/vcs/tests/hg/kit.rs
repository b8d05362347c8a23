//! A cache with an hg that keeps a diary, and a repository to ask about.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, Weak};

use testkit::repo::HgRepo;
use vcs::{Access, HgCache, HgOptions, Repo};

use crate::common::Machine;
pub(crate) use crate::common::{LONG, files, job, job_since, vouched};

/// A cache on a machine whose hg keeps a diary.
pub(crate) struct Kit {
    machine: Machine,
    pub(crate) cache: HgCache,
}

impl std::ops::Deref for Kit {
    type Target = Machine;

    fn deref(&self) -> &Machine {
        &self.machine
    }
}

impl Kit {
    pub(crate) fn new(options: HgOptions) -> Self {
        let machine = Machine::with_diary_of("hg");
        let cache = cache_on(&machine, options);
        Self { machine, cache }
    }

    /// The same folder, as another process finds it.
    pub(crate) fn reopen(&mut self, options: HgOptions) {
        self.cache = cache_on(&self.machine, options);
    }

    pub(crate) fn open(&self, url: &str) -> Arc<dyn Repo> {
        self.open_by(url, &[url])
    }

    pub(crate) fn open_by(&self, url: &str, ways: &[&str]) -> Arc<dyn Repo> {
        self.cache.open(&vouched(url, ways)).expect("a good address")
    }

    /// How often hg was called for this.
    pub(crate) fn calls(&self, command: &str) -> usize {
        let said = self.said().replace("--repository clone", "");
        said.lines().filter(|line| line.split(' ').any(|word| word == command)).count()
    }

    /// The clone of the only repository in the cache.
    pub(crate) fn clone(&self) -> PathBuf {
        self.folder().join("clone")
    }
}

fn cache_on(machine: &Machine, options: HgOptions) -> HgCache {
    HgCache::new(machine.cache_folder(), options, machine.programs())
}

/// Also takes repositories of this machine, and over http.
pub(crate) fn with_files() -> HgOptions {
    with_access(Access::default())
}

pub(crate) fn with_access(access: Access) -> HgOptions {
    let access = Access { extra_protocols: vec!["file".into(), "http".into()], ..access };
    HgOptions { access, ..HgOptions::default() }
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
