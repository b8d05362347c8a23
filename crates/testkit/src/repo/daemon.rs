//! `GitDaemon` and `SvnServe`: repositories over the bare protocols of git and Subversion, without any security.

use std::path::Path;
use std::process::Command;

use super::git::git_command;
use super::inetd::Inetd;
use super::shelf::Shelf;
use super::{GitRepo, SvnRepo};

/// A `git daemon` on loopback.
#[derive(Debug)]
pub struct GitDaemon {
    inetd: Inetd,
    shelf: Shelf,
}

impl Default for GitDaemon {
    fn default() -> Self {
        Self::start()
    }
}

impl GitDaemon {
    /// One that serves nothing yet.
    pub fn start() -> Self {
        let shelf = Shelf::new();
        let root = shelf.root();
        Self { inetd: Inetd::start(move || daemon(&root)), shelf }
    }

    /// Serves a repository at this path, which begins with `/`.
    pub fn serve(&self, path: &str, repo: &GitRepo) {
        self.shelf.put(path, repo.path());
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("git://127.0.0.1:{}{path}", self.inetd.port())
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.inetd.connections()
    }
}

fn daemon(root: &Path) -> Command {
    let mut command = git_command();
    command.args(["daemon", "--inetd", "--export-all", "--informative-errors", "--log-destination=none"]);
    command.arg(format!("--base-path={}", root.display())).arg(root);
    command
}

/// An `svnserve` on loopback.
#[derive(Debug)]
pub struct SvnServe {
    inetd: Inetd,
    shelf: Shelf,
}

impl Default for SvnServe {
    fn default() -> Self {
        Self::start()
    }
}

impl SvnServe {
    /// One that serves nothing yet.
    pub fn start() -> Self {
        let shelf = Shelf::new();
        let root = shelf.root();
        let svnserve = move || {
            let mut command = Command::new("svnserve");
            command.arg("--inetd").arg("--root").arg(&root);
            command
        };
        Self { inetd: Inetd::start(svnserve), shelf }
    }

    /// Serves a repository at this path, which begins with `/`.
    pub fn serve(&self, path: &str, repo: &SvnRepo) {
        self.shelf.put(path, &repo.path());
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("svn://127.0.0.1:{}{path}", self.inetd.port())
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        self.inetd.connections()
    }
}
