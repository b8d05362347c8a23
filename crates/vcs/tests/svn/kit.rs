//! A client with an svn that keeps a diary, and a repository to ask about.

use std::fs;
use std::sync::Arc;

use testkit::repo::{SvnChange, SvnRepo};
use vcs::{Access, Repo, SvnClient, SvnOptions};

use crate::common::Machine;
pub(crate) use crate::common::{LONG, files, job, vouched};

/// A client on a machine whose svn keeps a diary.
pub(crate) struct Kit {
    machine: Machine,
    pub(crate) client: SvnClient,
}

impl std::ops::Deref for Kit {
    type Target = Machine;

    fn deref(&self) -> &Machine {
        &self.machine
    }
}

impl Kit {
    pub(crate) fn new(options: SvnOptions) -> Self {
        let machine = Machine::with_diary_of("svn");
        let client = SvnClient::new(machine.cache_folder(), options, machine.programs());
        Self { machine, client }
    }

    pub(crate) fn open(&self, url: &str) -> Arc<dyn Repo> {
        self.open_by(url, &[url])
    }

    pub(crate) fn open_by(&self, url: &str, ways: &[&str]) -> Arc<dyn Repo> {
        self.client.open(&vouched(url, ways)).expect("a good address")
    }

    /// What lies in its folder besides the configuration.
    pub(crate) fn left(&self) -> Vec<String> {
        let entries = fs::read_dir(self.cache_folder()).expect("a folder").flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        names.filter(|name| name != "config").collect()
    }
}

/// Also takes repositories of this machine, and by svn's own protocol.
pub(crate) fn with_files() -> SvnOptions {
    with_access(Access::default())
}

pub(crate) fn with_access(access: Access) -> SvnOptions {
    let extra_protocols = ["file", "svn", "http"].map(str::to_owned).to_vec();
    SvnOptions { access: Access { extra_protocols, ..access }, ..SvnOptions::default() }
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
